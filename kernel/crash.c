/*
 * Load: the capture kernel and its initrd are copied to where they will run, and all that the
 * trampoline reads is made in the region. At the crash nothing is allocated, copied or believed that
 * lies outside of the region, the kernel's read-only pages and the trampoline's own.
 */
#include "kernel/crash.h"

#include "kernel/cpu.h"
#include "kernel/layout.h"
#include "kernel/live.h"
#include "kernel/print.h"
#include "kernel/quiet.h"
#include "kernel/region.h"
#include "kernel/stop.h"
#include "kernel/tell.h"
#include "kernel/window.h"
#include "relocate/text.h"

#define VAULT_MAGIC 0x544c5641u
#define VAULT_STACK 0x1000u
#define RANGES (BOOT_MEMORY + 4)
#define INFO_MAX 512

/* In the region, mapped directly: all that the crash needs to know. */
struct vault {
    uint32_t magic;
    uint32_t noted; /* registers are in the headers */
    uint32_t has_ticks;
    struct baton_dump_registers *registers;
    struct baton_image image; /* a copy: what the hand-off reads of it */
};

_Static_assert(sizeof(struct vault) + VAULT_STACK <= REGION_VAULT, "the vault holds its stack");

/*
 * Where the vault is, 0 while there is none. It lies among the read-only data, which a kernel that
 * runs wild cannot write; the two functions that do, switch CR0.WP off.
 */
static volatile struct vault *const anchor __attribute__((section(".rodata.anchor"))) = NULL;

static struct stage slot[2];
static struct stage *stage = &slot[0]; /* what is loaded, or being loaded */
static bool loaded;
static struct baton_host host;
static struct baton_dump_range ranges[RANGES];

static void *direct(uint64_t pa)
{
    return (void *)(KERNEL_BASE + (uint32_t)pa);
}

static struct vault *vault_now(void)
{
    struct vault *vault;

    /* the compiler believes that a const never changes */
    __asm__("movl %1, %0" : "=r"(vault) : "m"(anchor));
    return vault;
}

static void set_anchor(struct vault *vault)
{
    uint32_t cr0 = cpu_cr0();

    __asm__ volatile("movl %1, %%cr0; movl %2, %0; movl %3, %%cr0"
                     : "=m"(*(struct vault **)(uintptr_t)&anchor)
                     : "r"(cr0 & ~CR0_WP), "r"(vault), "r"(cr0)
                     : "memory");
}

/* ---- load */

static void *host_map(void *ctx, enum baton_window window, uint64_t pa)
{
    (void)ctx;
    return window_map(window, pa);
}

static void prepare_host(void)
{
    const struct baton_host *usual = stage_host();

    host = *usual;
    host.alloc_page = region_alloc;
    host.free_page = region_free;
    host.map = host_map;
    host.memory = region_map(usual->memory, usual->memory_count, &host.memory_count);
}

/* The capture kernel's own words, and where the headers are. */
static void complete_line(void)
{
    struct text text = {stage->own_line, sizeof(stage->own_line), 0};
    const char *line = stage->request.command_line;

    if (line != stage->own_line)
        text_add(&text, line);
    else
        text.length = 0;
    while (line == stage->own_line && stage->own_line[text.length])
        text.length++;
    if (text.length)
        text_char(&text, ' ');
    text_add(&text, "elfcorehdr=");
    text_hex(&text, region.headers);
    stage->request.command_line = stage->own_line;
}

/* Kernel and initrd below the tail; low memory saved above it. */
static int bound_segments(struct baton_refusal *why)
{
    struct baton_payload *payload = &stage->payload;

    for (uint32_t i = 0; i < payload->segments; i++) {
        struct baton_segment *s = &payload->segment[i];

        if (s->flags & BATON_SEG_MADE)
            continue;
        s->min = region.range.start;
        s->max = region.tail < s->max ? region.tail : s->max;
    }
    if (payload->segments == BATON_SEGMENTS) {
        *why = (struct baton_refusal){BATON_E_SEGMENTS, "segments", BATON_SEGMENTS + 1,
                                      BATON_SEGMENTS};
        return why->error;
    }
    payload->segment[payload->segments++] = (struct baton_segment){
        .what = "low memory",
        .flags = BATON_SEG_FIXED,
        .source = 0,
        .file_size = REGION_LOW,
        .mem_size = REGION_LOW,
        .prefer = region.low,
        .align = BATON_PAGE_SIZE,
    };
    return 0;
}

static void copy(uint64_t to, uint64_t from, uint64_t size)
{
    while (size) {
        uint64_t part = BATON_PAGE_SIZE - (from & BATON_PAGE_MASK);

        part = part < size ? part : size;
        __builtin_memcpy(direct(to), window_map(BATON_WINDOW_SOURCE, from), part);
        to += part;
        from += part;
        size -= part;
    }
}

/* What the list would do at the hand-off is done now: the bytes lie where they are needed. */
static void stage_segments(void)
{
    for (uint32_t i = 0; i < stage->payload.segments; i++) {
        struct baton_segment *s = &stage->payload.segment[i];

        if (s->flags & (BATON_SEG_MADE | BATON_SEG_FIXED))
            continue;
        copy(s->dest, s->source, s->file_size);
        __builtin_memset(direct(s->dest + s->file_size), 0, (size_t)(s->mem_size - s->file_size));
        s->source = s->dest;
        s->file_size = s->mem_size;
    }
}

static void add_range(uint32_t *n, uint64_t start, uint64_t end, uint64_t at)
{
    uint64_t direct_end = live_direct_end();

    if (start < direct_end && end > direct_end) {
        add_range(n, start, direct_end, at);
        add_range(n, direct_end, end, at + (direct_end - start));
    } else if (start < end && *n < RANGES) {
        ranges[(*n)++] = (struct baton_dump_range){
            start, end, at, end <= direct_end ? KERNEL_BASE + (uint32_t)start : BATON_DUMP_NO_VA};
    }
}

/* All RAM but the region; low memory as it was saved. */
static uint32_t collect_ranges(void)
{
    const struct baton_host *usual = stage_host();
    uint32_t n = 0;

    add_range(&n, 0, REGION_LOW, region.low);
    for (uint32_t i = 0; i < usual->memory_count; i++) {
        const struct baton_memory *m = &usual->memory[i];
        uint64_t start = baton_page_up(m->start), end = baton_page_down(m->end);

        if (m->type != BATON_MEM_USABLE)
            continue;
        start = start < REGION_LOW ? REGION_LOW : start;
        if (baton_overlap(start, end, region.range.start, region.range.end)) {
            add_range(&n, start, region.range.start, start);
            start = region.range.end;
        }
        add_range(&n, start, end, start);
    }
    return n;
}

static void write_info(struct text *text)
{
    text_add(text, "OSRELEASE=baton-" BATON_VERSION "\nPAGESIZE=4096\nCONFIG_X86_PAE=");
    text_add(text, live.summary.pae ? "y" : "n");
    text_add(text, "\nBATON(live_root)=");
    text_hex(text, live.summary.root);
    text_add(text, "\nBATON(live_tables)=");
    text_decimal(text, live.summary.tables);
    text_add(text, "\nBATON(live_checksum)=");
    text_hex(text, live.summary.checksum);
    text_add(text, "\nBATON(kernel_base)=");
    text_hex(text, KERNEL_BASE);
    text_char(text, '\n');
}

static int write_headers(struct vault *vault, struct baton_refusal *why)
{
    char info[INFO_MAX];
    struct text text = {info, sizeof(info), 0};
    uint32_t count = collect_ranges();
    size_t registers;

    write_info(&text);
    if (!baton_dump_headers(direct(region.headers), REGION_HEADERS, region.headers, ranges, count,
                            info, &registers)) {
        *why = (struct baton_refusal){BATON_E_SEGMENTS, "memory ranges in the core headers", count,
                                      RANGES};
        return why->error;
    }
    vault->registers = (struct baton_dump_registers *)((char *)direct(region.headers) + registers);
    return 0;
}

static int build(const struct baton_machine *machine, struct vault *vault,
                 struct baton_refusal *why)
{
    int error;

    stage->image = (struct baton_image){0};
    stage_segments();
    error = baton_image_begin(&host, &stage->payload, &stage->image, why);
    if (!error)
        error = baton_payload_finish(&stage->request, &stage->payload, &stage->image, why);
    if (!error)
        error = baton_image_build(&stage->request, &stage->payload, machine, &stage->image, why);
    if (!error)
        error = baton_image_check(&stage->request, &stage->payload, &stage->image, why);
    if (!error)
        error = write_headers(vault, why);
    if (error)
        baton_image_free(&stage->image);
    return error;
}

/* All that can be refused before the region is touched. false: refused, and said. */
static bool plan(const struct stage_wish *wish)
{
    struct baton_refusal why;
    int error;

    if (!stage_prepare(stage, wish))
        return false;
    complete_line();
    stage->request.place = BATON_PLACE_AUTO;
    stage->request.told =
        region_told(stage_host()->memory, stage_host()->memory_count, &stage->request.told_count);
    error = baton_payload_read(&host, &stage->request, &stage->payload, &why);
    if (!error && stage->payload.segment[0].flags & BATON_SEG_FIXED) {
        report("refused", "%s, %s, runs at %a only; a capture kernel must be relocatable",
               stage->payload.name, stage->payload.kind, stage->payload.segment[0].prefer);
        return false;
    }
    if (!error)
        error = bound_segments(&why);
    if (!error)
        error = baton_place(&host, &stage->request, &stage->payload, &why);
    if (error)
        tell_refusal(&why);
    return !error;
}

bool crash_load(const struct stage_wish *wish)
{
    struct baton_machine machine = stage_machine();
    struct vault *vault = direct(region.vault);
    struct stage *earlier = stage;
    struct baton_refusal why;

    if (region.range.start == region.range.end) {
        report("refused",
               "no memory is kept for a capture kernel; boot Baton with crashkernel=64M");
        return false;
    }
    prepare_host();
    stage = earlier == &slot[0] ? &slot[1] : &slot[0];
    if (!plan(wish)) {
        stage = earlier;
        if (loaded)
            report("kept", "the capture kernel staged before is still there");
        return false;
    }
    if (loaded) { /* there is one region: the earlier capture kernel makes room */
        set_anchor(NULL);
        baton_image_free(&earlier->image);
        loaded = false;
    }
    if (build(&machine, vault, &why)) {
        tell_refusal(&why);
        return false;
    }
    vault->magic = VAULT_MAGIC;
    vault->noted = 0;
    vault->has_ticks = cpu.tsc;
    vault->image = stage->image;
    loaded = true;
    set_anchor(vault);
    tell_crash(stage);
    return true;
}

void crash_unload(void)
{
    set_anchor(NULL);
    baton_image_free(&stage->image);
    loaded = false;
}

struct stage *crash_loaded(void)
{
    return loaded ? stage : NULL;
}

/* ---- the crash: from here on, .data and .bss are not believed */

static void __attribute__((noreturn)) leave(struct vault *vault)
{
    vault->image.exec_ticks = vault->has_ticks ? cpu_ticks() : 0;
    devices_quiet();
    baton_handoff(&vault->image);
}

void crash_note(const struct baton_dump_registers *registers)
{
    struct vault *vault = vault_now();

    if (!crash_ready())
        return;
    if (vault->noted)
        crash_take();
    *vault->registers = *registers;
    vault->noted = 1;
}

bool crash_ready(void)
{
    struct vault *vault = vault_now();

    return vault && vault->magic == VAULT_MAGIC;
}

void crash_take(void)
{
    struct vault *vault = vault_now();

    if (!crash_ready())
        return;
    __asm__ volatile("movl %0, %%esp; xorl %%ebp, %%ebp; pushl %1; call *%2; ud2"
                     :
                     : "r"((uint32_t)vault + REGION_VAULT), "r"(vault), "r"(leave)
                     : "memory");
    __builtin_unreachable();
}
