/*
 * Page tables as data: put a mapping in, look one up, visit every table. Tables are reached by
 * physical address through the host's BATON_WINDOW_TABLE, so the tables walked need not be the
 * live ones. Nothing here loads CR3 or flushes a TLB.
 */
#ifndef PAGETABLE_WALK_H
#define PAGETABLE_WALK_H

#include "baton.h"
#include "pagetable/format.h"

struct pt_space {
    const struct pt_format *format;
    const struct baton_host *host; /* only map() is used */
    uint64_t root;                 /* pa of the root table, page aligned */
};

/* Pages that pt_map may take for missing tables, in order. They need not be cleared. */
struct pt_spares {
    const uint64_t *page; /* pa, page aligned */
    unsigned count;
    unsigned used; /* how many pt_map has taken so far; the next call continues there */
};

enum pt_result {
    PT_OK = 0,
    PT_NO_SPARE = -1, /* a table is missing and the spares are used up */
    PT_TAKEN = -2,    /* there is already a mapping of that address, to elsewhere or larger */
};

/* Clears a page that is to be a root or a table. */
void pt_clear(const struct baton_host *host, uint64_t table);

/* The entry of that index in the table at pa `table`, of either size. */
uint64_t pt_entry(const struct pt_space *space, uint64_t table, unsigned index);

/* The next entry from number i on that is present, of the n in the table at `page`; n: none is. */
unsigned pt_next(const struct pt_format *format, const void *page, unsigned i, unsigned n);

/*
 * Maps va to pa at `level` (levels - 1 for a 4 KiB page), both aligned to that level's span, with
 * `bits` (PTE_PRESENT, PTE_WRITE, PTE_GLOBAL, PTE_NX...; accessed and dirty are added, PTE_LARGE
 * above the last level). A mapping that is there and equal is left alone. With PTE_USER, ring 3 is let
 * through each table that is added; a table that is there stays as it is.
 */
enum pt_result pt_map(const struct pt_space *space, struct pt_spares *spares, unsigned level,
                      uint64_t va, uint64_t pa, uint64_t bits);

/* The same for `count` pages in a row, from 1 on, whose entries all lie in one table. Where it
 * fails, the entries before that one are set. */
enum pt_result pt_map_run(const struct pt_space *space, struct pt_spares *spares, unsigned level,
                          uint64_t va, uint64_t pa, uint64_t bits, uint32_t count);

/* One step of a walk. */
struct pt_step {
    uint64_t table; /* pa of the table that is read */
    unsigned index;
    uint64_t entry;
};

struct pt_walk {
    unsigned steps; /* how many of step[] are filled, from the root */
    struct pt_step step[PT_LEVELS_MAX];
    bool present;
    bool reserved; /* an entry on the way has a reserved bit set: the CPU would fault */
    uint64_t pa;   /* if present: what va translates to, offset included */
    uint64_t bits; /* flag bits of the entry that maps the page */
    uint64_t span; /* size of that page, or of the hole, in bytes */
};

/* Walks to va as the CPU would (CR4.PSE counts as set). */
void pt_translate(const struct pt_space *space, uint64_t va, struct pt_walk *walk);

/*
 * Calls visit for every table page reachable from the root: the root first, depth first, in order
 * of index. visit returns false to stop. Returns how many were visited.
 */
unsigned pt_tables(const struct pt_space *space, bool (*visit)(void *ctx, uint64_t table),
                   void *ctx);

#endif
