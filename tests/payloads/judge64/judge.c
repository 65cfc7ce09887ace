/*
 * The judge in long mode: the state that include/baton/record.h describes for an ELF64, register by
 * register, and the tables that it runs on, walked here a second way. The rest of the judge's parts
 * are those of the 32-bit one.
 */
#include "judge64/state.h"

#include "judge/judge.h"
#include "lib/console.h"
#include "lib/machine.h"

#define EXIT_PASS 0x20
#define EXIT_FAIL 0x21
#define ENTRIES 512u
#define PRESENT 1u
#define LARGE 0x80u
#define ADDRESS 0x000ffffffffff000ull
#define FOUR_GIB (1ull << 32)
#define TWO_MIB (1ull << 21)
#define CODE 0x08u
#define DATA 0x18u
#define TASK 0x20u
#define GDT_LIMIT 0x137u

static uint32_t failures;
static struct handover handover;

void judge(void);
void segments_reload(uint64_t code, uint64_t data);

void check(const char *name, uint32_t found, uint32_t expected)
{
    failures += found != expected;
    if (found == expected)
        say("judge %s ok\n", name);
    else
        say("judge %s FAIL found %x expected %x\n", name, found, expected);
}

void check_that(const char *name, bool good, uint32_t found, const char *wish)
{
    failures += !good;
    if (good)
        say("judge %s ok\n", name);
    else
        say("judge %s FAIL found %x expected %s\n", name, found, wish);
}

static void check64(const char *name, uint64_t found, uint64_t expected)
{
    failures += found != expected;
    if (found == expected)
        say("judge %s ok\n", name);
    else
        say("judge %s FAIL found %q expected %q\n", name, found, expected);
}

static void registers(void)
{
    static const char *const names[] = {"r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
    const struct judge_state *s = &judge_state;

    check64("rax", s->rax, BATON_RECORD_MAGIC);
    check_that("rbx", s->rbx != 0 && s->rbx < FOUR_GIB && s->rbx % 4 == 0, (uint32_t)s->rbx,
               "an aligned address below 4 GiB");
    check64("rdi", s->rdi, s->rbx);
    check64("rcx", s->rcx, 0);
    check64("rdx", s->rdx, 0);
    check64("rsi", s->rsi, 0);
    check64("rbp", s->rbp, 0);
    for (unsigned i = 0; i < 8; i++)
        check64(names[i], s->r[i], 0);
    check64("rflags", s->rflags, 2);
    check64("cr0", s->cr0, 0x80000011);
    check64("cr4", s->cr4, 0x20);
    check64("efer", rdmsr(MSR_EFER), 0x500);
    check64("dr7", s->dr7, 0x400);
}

static const uint32_t *descriptor(uint32_t selector)
{
    return (const uint32_t *)(uintptr_t)(judge_state.gdtr.base + selector);
}

static bool in_control(uint64_t start, uint32_t size)
{
    return start >= handover.control && start + size <= handover.control + BATON_PAGE_SIZE;
}

static void segments(void)
{
    const struct judge_state *s = &judge_state;

    check64("cs", s->cs, CODE);
    check64("ds", s->ds, DATA);
    check64("es", s->es, DATA);
    check64("fs", s->fs, DATA);
    check64("gs", s->gs, DATA);
    check64("ss", s->ss, DATA);
    check64("ldt", s->ldt, 0);
    check64("tr", s->tr, TASK);
    check("gdt-limit", s->gdtr.limit, GDT_LIMIT);
    check_that("gdt-base", in_control(s->gdtr.base, GDT_LIMIT + 1), (uint32_t)s->gdtr.base,
               "in the control page");
    check("gdt-code", descriptor(CODE)[0], 0x0000ffff);
    check("gdt-code", descriptor(CODE)[1], 0x00af9b00);
    check("gdt-data", descriptor(DATA)[0], 0x0000ffff);
    check("gdt-data", descriptor(DATA)[1], 0x00cf9300);
    check64("rsp", s->rsp, (uint64_t)handover.control + BATON_PAGE_SIZE);
    segments_reload(CODE, DATA);
    check("segments-load", 1, 1);
}

static uint64_t entry_at(uint64_t table, uint64_t index)
{
    return ((const uint64_t *)(uintptr_t)table)[index];
}

/* Entries that are not zero. */
static uint32_t used_entries(uint64_t table)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < ENTRIES; i++)
        n += entry_at(table, i) != 0;
    return n;
}

/* Six pages, each address its own, and nothing else. What the CPU has set counts: nothing. */
static void tables(void)
{
    uint64_t pml4 = judge_state.cr3, pdpt = entry_at(pml4, 0) & ADDRESS;
    uint32_t wrong = 0, outside = 0;

    check64("cr3-bits", pml4 % BATON_PAGE_SIZE, 0);
    check("pml4-entries", used_entries(pml4), 1);
    check("pdpt-entries", used_entries(pdpt), 4);
    check64("pml4-bits", entry_at(pml4, 0) & ~ADDRESS, 0x23);
    outside += !clear_of_judge((uint32_t)pml4, BATON_PAGE_SIZE);
    outside += !clear_of_judge((uint32_t)pdpt, BATON_PAGE_SIZE);
    for (uint64_t va = 0; va < FOUR_GIB; va += TWO_MIB) {
        uint64_t up = entry_at(pdpt, va >> 30);
        uint64_t entry = entry_at(up & ADDRESS, va >> 21 & (ENTRIES - 1));

        outside += !clear_of_judge((uint32_t)(up & ADDRESS), BATON_PAGE_SIZE);
        wrong += (up & ~ADDRESS) != 0x23 || entry != (va | 0xe3);
    }
    check("tables-identity", wrong, 0);
    check("tables-clear", outside, 0);
    say("note tables at %q\n", pml4);
}

static void read_record(void)
{
    const struct baton_record *record = (const void *)judge_state.rbx;

    check("record-magic", record->magic, BATON_RECORD_MAGIC);
    check_that("record-clear", clear_of_judge((uint32_t)judge_state.rbx, sizeof *record),
               (uint32_t)judge_state.rbx, "outside the judge");
    handover.live_root = record->live_root;
    handover.live_pae = record->live_pae;
    handover.live_tables = record->live_tables;
    handover.live_checksum = record->live_checksum;
    handover.trampoline_va = record->trampoline_va;
    handover.control = record->control;
    handover.command_line = record->command_line;
    handover.initrd = record->initrd;
    handover.initrd_size = record->initrd_size;
    handover.loader = record->loader;
    for (uint32_t at = record->map; at != 0;) {
        const struct baton_record_map *map = (const void *)(uintptr_t)at;

        for (uint32_t i = 0; i < map->count && handover.memory_count < MEMORY_MAX; i++)
            handover.memory[handover.memory_count++] = map->entry[i];
        at = map->next;
    }
}

/* What no file has: zeros, more than a page of them. */
static void bss(void)
{
    static volatile uint32_t zeros[3000];
    uint32_t dirty = 0;

    for (uint32_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
        dirty += zeros[i] != 0;
    check("bss", dirty, 0);
}

void judge(void)
{
    console_open();
    say("\njudge starts, in long mode\n");
    bss();
    registers();
    read_record();
    segments();
    tables();
    live_check(&handover);
    handover_check(&handover);
    if (failures == 0) {
        say("BATON-VERDICT pass\n");
        finish(EXIT_PASS);
    }
    say("BATON-VERDICT fail %u checks\n", failures);
    finish(EXIT_FAIL);
}
