/* The loader's memory map, made fit for use: sorted, without overlaps, holes left as holes. */
#ifndef BOOT_MEMMAP_H
#define BOOT_MEMMAP_H

#include "baton.h"

/* What was mended, for the user to be told. */
struct memmap_mended {
    uint32_t empty;    /* entries of length 0, left out */
    uint32_t unsorted; /* entries that began below the one before */
    uint32_t overlaps; /* entries that overlapped an earlier one of another type */
    struct baton_memory first_overlap;
};

/*
 * Writes at most `room` entries to out and returns how many there are; where entries overlap, the
 * stricter type wins. Adjacent entries of one type become one. Returns 0 when there is no room.
 */
uint32_t memmap_normalise(const struct baton_memory *in, uint32_t count, struct baton_memory *out,
                          uint32_t room, struct memmap_mended *mended);

/* "usable", "reserved", ... */
const char *memmap_type_name(uint32_t type);

#endif
