/*
 * The memory kept for a capture kernel, from boot on:
 *
 *   start                                  tail                                          end
 *   |  capture kernel, initrd, its own RAM  | pages | saved low memory | headers | vault |
 *
 * The capture kernel is told of everything up to `tail` as usable, and of the rest as reserved.
 */
#ifndef KERNEL_CRASH_REGION_H
#define KERNEL_CRASH_REGION_H

#include "baton.h"
#include "kernel/options/crashkernel.h"

#define REGION_LOW 0xa0000u /* the low memory that the capture kernel uses: saved */
#define REGION_HEADERS (4 * BATON_PAGE_SIZE)
#define REGION_VAULT (3 * BATON_PAGE_SIZE)
#define REGION_POOL 96u /* pages for what Baton makes */
#define REGION_TAIL (REGION_POOL * BATON_PAGE_SIZE + REGION_LOW + REGION_HEADERS + REGION_VAULT)

struct region {
    struct baton_range range;           /* empty: there is none */
    uint64_t tail, low, headers, vault; /* pa */
};

extern struct region region;

/* Is memory kept for a capture kernel? */
static inline bool region_is_kept(void)
{
    return region.range.start != region.range.end;
}

/*
 * Finds the place and takes its pages from the allocator. NULL, or the sentence why not. `limit`:
 * the end of the direct map.
 */
const char *region_reserve(const struct crashkernel *wish, const struct baton_memory *memory,
                           uint32_t count, const struct baton_range *taken, uint32_t taken_count,
                           uint64_t limit);

/* The pool: baton_host's functions over it. */
int region_alloc(void *ctx, uint64_t below, uint64_t *pa);
void region_free(void *ctx, uint64_t pa);

/* How many pages of the pool, counted from its end, have all that are in use. */
uint32_t region_pages(void);

/*
 * Memory maps made of the machine's: for placing, where the region alone is usable; and the one
 * that the capture kernel is told. Both are owned by region.c.
 */
const struct baton_memory *region_map(const struct baton_memory *memory, uint32_t count,
                                      uint32_t *out);
const struct baton_memory *region_told(const struct baton_memory *memory, uint32_t count,
                                       uint32_t *out);

#endif
