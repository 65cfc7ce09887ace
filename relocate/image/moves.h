/*
 * The order of the moves (H4): a parallel move, as compilers do for registers. Every page moves
 * to one place at most and is filled from one place at most, so the moves form paths and cycles:
 *
 *     path    a -> b -> c -> d      done from its end: c to d, b to c, a to b
 *     cycle   a -> b -> c -> a      c to the swap page, then b to c, a to b, swap page to a
 *
 * Linear in the pages moved; whole runs are handled as runs where nothing overlaps.
 */
#ifndef RELOCATE_IMAGE_MOVES_H
#define RELOCATE_IMAGE_MOVES_H

#include "baton.h"

struct move_run {
    uint64_t dest, source; /* pa, page aligned, different */
    uint64_t size;         /* bytes, whole pages */
};

struct moves {
    struct move_run run[BATON_SEGMENTS]; /* sorted by destination */
    uint32_t runs;
};

/* Collects the direct moves of all segments. */
void moves_collect(const struct baton_payload *payload, struct moves *moves);

/* Where the ordered moves go. Each function returns 0 or an error that ends the ordering. */
struct move_sink {
    void *ctx;
    int (*copy)(void *ctx, uint64_t dest, uint64_t source, uint64_t pages); /* ascending */
    int (*save)(void *ctx, uint64_t source);  /* a page into the swap page */
    int (*restore)(void *ctx, uint64_t dest); /* the swap page into a page */
};

/* Emits every move once. The image borrows pages for a bitmap where moves overlap. */
int moves_order(const struct moves *moves, struct baton_image *image,
                const struct baton_payload *payload, const struct move_sink *sink);

#endif
