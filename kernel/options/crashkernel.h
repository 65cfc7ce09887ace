/* crashkernel=: how much memory is kept for a capture kernel, and where. Pure. */
#ifndef KERNEL_OPTIONS_CRASHKERNEL_H
#define KERNEL_OPTIONS_CRASHKERNEL_H

#include "baton.h"

struct crashkernel {
    uint64_t size;   /* bytes, 0: none */
    uint64_t offset; /* pa of its start, 0: any suitable place */
    bool outside;    /* size is 0 because the machine's memory lies in none of the ranges */
};

/*
 * The memory size that the ranges are compared with: the usable bytes, rounded up to 128 MiB.
 * Firmware uses some of the installed memory, so a machine with 2 GiB has a little less. Linux
 * rounds in the same way since 5.4. [Linux admin-guide/kdump: crashkernel syntax] usable: below
 * 2^63.
 */
uint64_t crashkernel_memory(uint64_t usable);

/*
 * Reads SIZE[@OFFSET], or START-[END]:SIZE[,...][@OFFSET]: then the first range that contains
 * `memory` (from crashkernel_memory) gives the size. A size may end in K, M or G. false: the text
 * has neither form.
 */
bool crashkernel_read(const char *text, uint32_t length, uint64_t memory,
                      struct crashkernel *wanted);

#define CRASHKERNEL_ALIGN (16ull << 20) /* the alignment that Linux prefers for its kernels */

/*
 * Finds a place for the region: usable from start to end, below `limit`, without a part of `taken`.
 * NULL: found, and written to *region; else a sentence with the reason.
 */
const char *crashkernel_place(const struct crashkernel *wanted, const struct baton_memory *memory,
                              uint32_t count, const struct baton_range *taken, uint32_t taken_count,
                              uint64_t limit, struct baton_range *region);

#endif
