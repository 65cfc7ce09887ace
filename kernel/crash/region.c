/* The capture kernel's region in Baton: its place, and its memory maps. */
#include "kernel/crash/region.h"

#include "boot/bootinfo.h"
#include "kernel/machine/panic.h"
#include "kernel/memory/pages.h"

#define MAP_MAX (2 * BOOT_MEMORY + 4)

struct baton_crash region;

static struct baton_memory map[MAP_MAX], payload_map[MAP_MAX];

const char *region_reserve(const struct crashkernel *wanted, const struct baton_memory *memory,
                           uint32_t count, const struct baton_range *others, uint32_t other_count,
                           uint64_t limit)
{
    struct baton_range range;
    struct baton_refusal why;
    const char *wrong;

    if (wanted->size < BATON_CRASH_LEAST)
        return "it is too small for any capture kernel; 64M is usual";
    wrong = crashkernel_place(wanted, memory, count, others, other_count, limit, &range);
    if (wrong)
        return wrong;
    if (baton_crash_region(range.start, range.end, &region, &why))
        return why.what;
    pages_reserve(range.start, range.end);
    return NULL;
}

int region_host(const struct baton_host *usual, struct baton_refusal *why)
{
    return baton_crash_host(&region, usual, map, payload_map, MAP_MAX, why);
}

void region_check(void)
{
    if (region.strays)
        panic("a page of the crash region is freed that is free, or is none");
}
