/* The core headers of a crash: all RAM but the region, low memory where it will be saved. */
#include "relocate/crash/headers.h"

#include "lib/refuse.h"

/* One range, in two where the direct map ends within it. There is room: each entry of the memory
 * map needs one, and BATON_CRASH_RANGES more are for what is split. */
static void add_range(struct baton_crash_dump *dump, uint32_t *n, uint64_t start, uint64_t end,
                      uint64_t at)
{
    uint64_t split = end < dump->direct_end ? end : dump->direct_end;

    if (start < split) {
        dump->range[(*n)++] =
            (struct baton_dump_range){start, split, at, dump->direct_va + (uint32_t)start};
        at += split - start;
        start = split;
    }
    if (start < end)
        dump->range[(*n)++] = (struct baton_dump_range){start, end, at, BATON_DUMP_NO_VA};
}

static uint32_t collect_ranges(const struct baton_crash *crash, struct baton_crash_dump *dump)
{
    const struct baton_host *usual = crash->usual;
    uint32_t n = 0;

    add_range(dump, &n, 0, BATON_CRASH_LOW, crash->low);
    for (uint32_t i = 0; i < usual->memory_count; i++) {
        const struct baton_memory *m = &usual->memory[i];
        uint64_t start = baton_page_up(m->start), end = baton_page_down(m->end);

        if (m->type != BATON_MEM_USABLE)
            continue;
        start = start < BATON_CRASH_LOW ? BATON_CRASH_LOW : start;
        if (baton_overlap(start, end, crash->range.start, crash->range.end)) {
            add_range(dump, &n, start, crash->range.start, start);
            start = crash->range.end;
        }
        add_range(dump, &n, start, end, start);
    }
    return n;
}

int headers_plan(const struct baton_crash *crash, enum baton_dump_machine machine,
                 struct baton_crash_dump *dump, struct baton_refusal *why)
{
    uint32_t count, fit;
    size_t registers;

    if (dump->range_room < crash->usual->memory_count + BATON_CRASH_RANGES) {
        return refuse_host(why,
                           "the array for the core headers' ranges has no room for all of them",
                           dump->range_room, crash->usual->memory_count + BATON_CRASH_RANGES);
    }
    count = fit = collect_ranges(crash, dump);
    while (!baton_dump_headers(dump->headers, BATON_CRASH_HEADERS, crash->headers, machine,
                               dump->range, fit, dump->info, &registers)) {
        if (!fit) {
            return refuse_host(why, "the text dump->info is too long", 0, BATON_CRASH_HEADERS);
        }
        fit--;
    }
    dump->registers = (uint32_t)registers;
    if (fit == count)
        return 0;
    return refuse(why, BATON_E_SEGMENTS, "memory ranges in the core headers", count, fit);
}
