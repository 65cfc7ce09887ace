/* All RAM but the region, low memory where it was saved, and what gdb scripts want to know. */
#include "kernel/crash/dump.h"

#include "kernel/crash/region.h"
#include "kernel/load/stage.h"
#include "kernel/machine/layout.h"
#include "kernel/memory/live.h"
#include "lib/text.h"

#define RANGES (BOOT_MEMORY + 4)
#define INFO_MAX 512

static struct baton_dump_range ranges[RANGES];
static char planned[BATON_CRASH_HEADERS] __attribute__((aligned(4)));

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

    add_range(&n, 0, BATON_CRASH_LOW, region.low);
    for (uint32_t i = 0; i < usual->memory_count; i++) {
        const struct baton_memory *m = &usual->memory[i];
        uint64_t start = baton_page_up(m->start), end = baton_page_down(m->end);

        if (m->type != BATON_MEM_USABLE)
            continue;
        start = start < BATON_CRASH_LOW ? BATON_CRASH_LOW : start;
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
    text_add(text, live.summary.kind == BATON_TABLES_PAE ? "y" : "n");
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

static char *direct_headers(void)
{
    return (void *)(KERNEL_BASE + (uint32_t)region.headers);
}

int dump_plan(enum baton_dump_machine machine, struct dump *dump, struct baton_refusal *why)
{
    char info[INFO_MAX];
    struct text text = {info, sizeof(info), 0};
    uint32_t count = collect_ranges(), fit = count;
    size_t registers;

    write_info(&text);
    while (!baton_dump_headers(planned, sizeof(planned), region.headers, machine, ranges, fit, info,
                               &registers))
        fit--; /* without any range they do fit */
    *dump = (struct dump){(uint32_t)registers, (void *)(direct_headers() + registers)};
    if (fit == count)
        return 0;
    *why =
        (struct baton_refusal){BATON_E_SEGMENTS, "memory ranges in the core headers", count, fit};
    return why->error;
}

void dump_write(void)
{
    __builtin_memcpy(direct_headers(), planned, sizeof(planned));
}
