/* Makes the loader's memory map usable: sorted and without overlaps. Holes stay holes. */
#ifndef BOOT_MEMMAP_H
#define BOOT_MEMMAP_H

#include "baton.h"

/* What was repaired, to be reported to the user. */
struct memmap_mended {
    uint32_t empty;    /* entries of length 0, ignored */
    uint32_t unsorted; /* entries that start below the previous one */
    uint32_t overlaps; /* entries that overlap an earlier one of another type */
    struct baton_memory first_overlap;
};

/*
 * Writes at most `room` entries to out and returns their number. Where entries overlap, the
 * stricter type wins. Adjacent entries of one type become one. Returns 0 if `room` is too small.
 */
uint32_t memmap_normalise(const struct baton_memory *in, uint32_t count, struct baton_memory *out,
                          uint32_t room, struct memmap_mended *mended);

/* "usable", "reserved", ... */
const char *memmap_type_name(uint32_t type);

#endif
