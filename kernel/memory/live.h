/* The live page tables: what the old kernel runs on, and what the hand-off must not touch (H1). */
#ifndef KERNEL_MEMORY_LIVE_H
#define KERNEL_MEMORY_LIVE_H

#include "baton.h"

#define LIVE_RANGES 256

struct live {
    struct baton_live summary;
    struct baton_range range[LIVE_RANGES]; /* the pages of the tables, adjacent ones as one */
    uint32_t ranges;
};

extern struct live live;

/*
 * Builds live tables of the wanted kind over all RAM below 768 MiB and switches to them. false: there
 * is not enough memory for them; nothing was switched.
 */
bool live_start(enum baton_table_kind kind, const struct baton_memory *memory, uint32_t count);

/* CRC-32 (zlib's) over the pages of the live tables, in the order of pt_tables; windows are closed
 * then. */
uint32_t live_checksum(void);

/* Where the direct map of such memory ends: pa. */
uint64_t live_direct_limit(const struct baton_memory *memory, uint32_t count);

/* Where it does end, after live_start. */
uint64_t live_direct_end(void);

/* Permissions of the page at pa below the direct map's end; 0: it is not mapped. */
uint64_t live_bits(uint64_t pa);

/* Calls visit for each page of the tables, root first. */
void live_tables(bool (*visit)(void *ctx, uint64_t table), void *ctx);

#ifdef BATON_SPOIL
/* kernel/load/spoil.h */
void live_spoil(uint64_t pa);
#endif

#endif
