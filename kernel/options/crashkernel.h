/* crashkernel=: how much memory is kept for a capture kernel, and where. Pure. */
#ifndef KERNEL_OPTIONS_CRASHKERNEL_H
#define KERNEL_OPTIONS_CRASHKERNEL_H

#include "baton.h"

struct crashkernel {
    uint64_t size;   /* bytes, 0: none */
    uint64_t offset; /* pa of its start, 0: anywhere that is fit */
    bool outside;    /* size is 0 because the machine's memory lies in none of the ranges */
};

/*
 * The memory that ranges are compared with: the usable bytes, rounded up to 128 MiB. Firmware keeps
 * some of what is installed, so a machine with 2 GiB has a little less; Linux counts in the same steps
 * since 5.4. [Linux admin-guide/kdump: crashkernel syntax] usable: below 2^63.
 */
uint64_t crashkernel_memory(uint64_t usable);

/*
 * Reads SIZE[@OFFSET], or START-[END]:SIZE[,...][@OFFSET], where the first range that `memory`
 * (crashkernel_memory's) lies in decides; sizes may have K, M or G behind them. false: it is none
 * of these.
 */
bool crashkernel_read(const char *text, uint32_t length, uint64_t memory, struct crashkernel *wish);

#define CRASHKERNEL_ALIGN (16ull << 20) /* Linux wants its kernels there: so does the region */

/*
 * A place for it: usable from start to end, nothing of `taken` in it, below `limit`. NULL: found, in
 * *region; else the sentence that says why not.
 */
const char *crashkernel_place(const struct crashkernel *wish, const struct baton_memory *memory,
                              uint32_t count, const struct baton_range *taken, uint32_t taken_count,
                              uint64_t limit, struct baton_range *region);

#endif
