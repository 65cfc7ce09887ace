/* The capture kernel's region: where it lies, its pool of pages, the maps that describe it. */
#include "kernel/crash/region.h"

#include "boot/bootinfo.h"
#include "kernel/machine/panic.h"
#include "kernel/memory/pages.h"

#define MAP_MAX (2 * BOOT_MEMORY + 4)

struct region region;

static bool taken[REGION_POOL];
static struct baton_memory map[MAP_MAX], told[MAP_MAX];

const char *region_reserve(const struct crashkernel *wish, const struct baton_memory *memory,
                           uint32_t count, const struct baton_range *others, uint32_t other_count,
                           uint64_t limit)
{
    const char *wrong;

    if (wish->size < 2 * REGION_TAIL)
        return "it is too small for any capture kernel; 64M is usual";
    wrong = crashkernel_place(wish, memory, count, others, other_count, limit, &region.range);
    if (wrong)
        return wrong;
    region.vault = region.range.end - REGION_VAULT;
    region.headers = region.vault - REGION_HEADERS;
    region.low = region.headers - REGION_LOW;
    region.tail = region.range.end - REGION_TAIL;
    pages_reserve(region.range.start, region.range.end);
    return NULL;
}

/* From the top of the pool down. */
int region_alloc(void *ctx, uint64_t below, uint64_t *pa)
{
    (void)ctx;
    for (uint32_t i = REGION_POOL; i-- > 0;) {
        uint64_t page = region.tail + (uint64_t)i * BATON_PAGE_SIZE;

        if (!taken[i] && page + BATON_PAGE_SIZE <= below) {
            taken[i] = true;
            *pa = page;
            return 0;
        }
    }
    return -1;
}

void region_free(void *ctx, uint64_t pa)
{
    uint32_t i = (uint32_t)((pa - region.tail) >> BATON_PAGE_SHIFT);

    (void)ctx;
    if (pa < region.tail || i >= REGION_POOL || !taken[i])
        panic("a page of the crash region is freed that is free, or is none: %a", pa);
    taken[i] = false;
}

uint32_t region_pages(void)
{
    uint32_t first = 0;

    while (first < REGION_POOL && !taken[first])
        first++;
    return REGION_POOL - first;
}

/* Entries are in order, and the region lies within one of them. */
static void add(struct baton_memory *out, uint32_t *n, uint64_t start, uint64_t end, uint32_t type)
{
    if (start < end && *n < MAP_MAX)
        out[(*n)++] = (struct baton_memory){start, end, type};
}

const struct baton_memory *region_map(const struct baton_memory *memory, uint32_t count,
                                      uint32_t *out)
{
    *out = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct baton_memory *m = &memory[i];

        if (m->type != BATON_MEM_USABLE) {
            add(map, out, m->start, m->end, m->type);
        } else if (m->start <= region.range.start && region.range.end <= m->end) {
            add(map, out, m->start, region.range.start, BATON_MEM_KEPT);
            add(map, out, region.range.start, region.range.end, BATON_MEM_USABLE);
            add(map, out, region.range.end, m->end, BATON_MEM_KEPT);
        } else {
            add(map, out, m->start, m->end, BATON_MEM_KEPT);
        }
    }
    return map;
}

const struct baton_memory *region_told(const struct baton_memory *memory, uint32_t count,
                                       uint32_t *out)
{
    *out = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct baton_memory *m = &memory[i];

        if (m->type != BATON_MEM_USABLE) {
            add(told, out, m->start, m->end, m->type);
            continue;
        }
        if (m->start < REGION_LOW)
            add(told, out, m->start, m->end < REGION_LOW ? m->end : REGION_LOW, BATON_MEM_USABLE);
        if (m->start <= region.range.start && region.range.end <= m->end) {
            add(told, out, region.range.start, region.tail, BATON_MEM_USABLE);
            add(told, out, region.tail, region.range.end, BATON_MEM_RESERVED);
        }
    }
    return told;
}
