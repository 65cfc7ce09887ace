/* crashkernel=: how much memory is kept for a capture kernel, and where. Pure. */
#ifndef KERNEL_OPTIONS_CRASHKERNEL_H
#define KERNEL_OPTIONS_CRASHKERNEL_H

#include "baton.h"

struct crashkernel {
    uint64_t size;   /* bytes, 0: none */
    uint64_t offset; /* pa of its start, 0: anywhere that is fit */
};

/*
 * Reads SIZE[@OFFSET], or START-[END]:SIZE[,...][@OFFSET], where the first range that the machine's
 * usable memory (bytes) lies in decides; sizes may have K, M or G behind them. false: it is none
 * of these. No range fits: size 0.
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
