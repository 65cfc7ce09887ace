/*
 * enter=record: the liar acts as Baton. It makes a control page, small live tables and a record,
 * and enters a judge (its first module) as include/baton.h describes it. With one more word the
 * judge must fail, and report what is wrong:
 *
 *   record=magic|size|map|count   the record itself        live=crc|tables|identity|lost|pae
 *   control=over                  the control page is inside the judge
 *   gdt=small|large               its data segment ends early; two descriptors too many
 *   trace=none|version|count|missing|backwards|future   the time stamps
 *   task=none|long|elsewhere      no task; its limit; its TSS outside the control page
 */
#include "liar/liar.h"

#include "baton.h"
#include "lib/crc32.h"
#include "lib/machine.h"

#define TRAMPOLINE 0xc0101000u
#define USED 0x63u /* present, writable, accessed, dirty */
#define GDT_AT 0xb00
#define GDT_ENTRIES 39
#define IDT_AT 0xa00
#define IDT_LIMIT 0xff
#define TSS_AT 0xd70
#define TRACE_AT 0x960
#define TASK 4 /* its descriptor's number */
#define FLAT_CODE 0x00cf9b000000ffffull
#define FLAT_DATA 0x00cf93000000ffffull
#define SMALL_DATA 0x00c093000000ffffull /* 256 MiB: not flat */

static uint8_t control[4096] __attribute__((aligned(4096)));
static uint32_t root[1024] __attribute__((aligned(4096)));
static uint32_t table[1024] __attribute__((aligned(4096)));
static struct baton_record record;
static struct baton_record_map map = {
    .count = 2,
    .entry = {{0x1000, 0x9f000, BATON_MEM_USABLE, 0}, {0x100000, 0x1000000, BATON_MEM_USABLE, 0}},
};

static uint32_t pa(const void *p)
{
    return (uint32_t)(uintptr_t)p;
}

static void make_live(void)
{
    bool identity = word("live", "identity");

    root[TRAMPOLINE >> 22] = pa(table) | USED;
    if (!word("live", "lost"))
        table[TRAMPOLINE >> 12 & 1023] = pa(control) | USED;
    if (identity) {
        root[pa(control) >> 22] = pa(table) | USED; /* one table for both, counted twice */
        table[pa(control) >> 12 & 1023] = pa(control) | USED;
    }
    record.live_checksum = crc32(crc32(0, root, 4096), table, 4096);
    if (identity)
        record.live_checksum = crc32(record.live_checksum, table, 4096);
    record.live_root = pa(root);
    record.live_tables = identity ? 3 : 2;
    record.live_pae = word("live", "pae");
    if (word("live", "crc"))
        table[5] = 0x1234000;
    if (word("live", "tables"))
        record.live_tables++;
}

/* A 32-bit TSS, present, available. [SDM3 7.2.2] */
static uint64_t task(void)
{
    uint32_t base = word("task", "elsewhere") ? pa(root) : pa(control) + TSS_AT;
    uint32_t limit = word("task", "long") ? 0x6f : 0x67;

    return (uint64_t)((base & 0xff000000) | 0x8900 | (base >> 16 & 0xff)) << 32 | base << 16 |
           limit;
}

static void make_control(struct entry_state *s)
{
    uint64_t *gdt = (uint64_t *)(void *)(control + GDT_AT);
    uint32_t entries = word("gdt", "large") ? GDT_ENTRIES + 2 : GDT_ENTRIES;

    gdt[2] = FLAT_CODE;
    gdt[3] = word("gdt", "small") ? SMALL_DATA : FLAT_DATA;
    gdt[TASK] = task();
    gdt[GDT_ENTRIES] = FLAT_CODE;
    gdt[GDT_ENTRIES + 1] = FLAT_DATA;
    s->tr = word("task", "none") ? 0 : TASK * 8;
    s->gdt_base = pa(control) + GDT_AT;
    s->gdt_limit = (uint16_t)(entries * 8 - 1);
    s->idt_base = pa(control) + IDT_AT;
    s->idt_limit = IDT_LIMIT;
    s->cs = 0x10;
    s->data = 0x18;
    s->esp = pa(control) + sizeof control;
}

static bool has_counter(void)
{
    return has_cpuid() && (cpuid(1).edx & 1u << 4) != 0;
}

static void make_trace(void)
{
    struct baton_trace *trace = (struct baton_trace *)(void *)(control + TRACE_AT);

    record.trace = word("trace", "none") ? 0 : pa(trace);
    trace->version = word("trace", "version") ? 1 : BATON_TRACE_VERSION;
    trace->count = has_counter() ? BATON_TRACE_PHASES : 0;
    for (uint32_t i = 0; i < trace->count; i++)
        trace->ticks[i] = 1000 + i;
    if (word("trace", "missing"))
        trace->ticks[BATON_TRACE_LIST] = 0;
    if (word("trace", "backwards"))
        trace->ticks[BATON_TRACE_PHYSICAL] = 999;
    if (word("trace", "future"))
        trace->ticks[BATON_TRACE_ENTRY] = ~0ull;
    if (word("trace", "count"))
        trace->count ^= 1;
}

void make_record(struct entry_state *s, const struct mb_module *given, uint32_t count)
{
    make_control(s);
    record.magic = word("record", "magic") ? 1 : BATON_RECORD_MAGIC;
    record.size = word("record", "size") ? 8 : sizeof record;
    record.control = word("control", "over") ? s->eip & ~0xfffu : pa(control);
    record.trampoline_va = TRAMPOLINE;
    record.command_line = pa("the liar's words");
    record.map = word("record", "count") ? 0 : pa(&map);
    if (word("record", "map"))
        map.entry[1].start = 0x9e000;
    for (uint32_t i = 0; i < 4; i++)
        record.loader[i] = "liar"[i];
    if (count > 0) {
        record.initrd = given[0].start;
        record.initrd_size = given[0].end - given[0].start;
    }
    make_live();
    make_trace();
    s->eax = BATON_RECORD_MAGIC;
    s->ebx = pa(&record);
}
