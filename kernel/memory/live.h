/* The live page tables: the old kernel runs on them, and the hand-off must not change them (H1). */
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
 * Builds live tables of the given kind for all RAM below 768 MiB and switches to them. false: there
 * is not enough memory for them; the boot tables stay in use.
 */
bool live_start(enum baton_table_kind kind, const struct baton_memory *memory, uint32_t count);

/*
 * Maps the page at pa `code` for ring 3 at va, and the page at pa `stack` below it; va is page aligned
 * and below 3 GiB. The tables then count as the live ones: `live` has their number, their ranges and
 * their checksum. No image that is loaded knows of the added tables, so nothing may be handed over
 * after this but a crash. false: no free pages for tables; nothing has changed.
 */
bool live_map_user(uint32_t va, uint64_t code, uint64_t stack);

/* zlib's CRC-32 of the pages of the live tables, in the order of pt_tables. Closes the windows. */
uint32_t live_checksum(void);

/* Physical address where the direct map for this memory map would end. */
uint64_t live_direct_limit(const struct baton_memory *memory, uint32_t count);

/* Physical address where it ends, after live_start. */
uint64_t live_direct_end(void);

/* Calls visit for each page of the tables, root first. */
void live_tables(bool (*visit)(void *ctx, uint64_t table), void *ctx);

#ifdef BATON_SPOIL
/* kernel/load/spoil.h */
void live_spoil(uint64_t pa);
#endif

#endif
