/* The memory kept for a capture kernel, from boot on; include/baton/crash.h draws its parts. */
#ifndef KERNEL_CRASH_REGION_H
#define KERNEL_CRASH_REGION_H

#include "baton/crash.h"
#include "kernel/options/crashkernel.h"

/* Its range is empty: no memory is kept. */
extern struct baton_crash region;

/* Is memory kept for a capture kernel? */
static inline bool region_is_kept(void)
{
    return region.range.start != region.range.end;
}

/*
 * Finds the place and takes its pages from the allocator. NULL, or the sentence why not. `limit`:
 * the end of the direct map.
 */
const char *region_reserve(const struct crashkernel *wanted, const struct baton_memory *memory,
                           uint32_t count, const struct baton_range *taken, uint32_t taken_count,
                           uint64_t limit);

/* Prepares region.host, with which images in the region are made, and the capture kernel's memory
 * map. 0, or an error with *why. */
int region_host(const struct baton_host *usual, struct baton_refusal *why);

/* After pages of the pool were freed: panics if one of them was not in use. */
void region_check(void);

#endif
