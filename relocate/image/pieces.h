/*
 * What each destination page gets. A segment's pages fall into four kinds:
 *
 *     dest                                   dest + file_size          dest + mem_size
 *      |--edge--|------- direct -------|--edge--|------- zero -------|--edge--|
 *
 *   direct  whole pages of file bytes whose source is page-congruent: the source page itself
 *           moves, or stays if it lies there already
 *   zero    whole pages behind the file bytes
 *   edge    pages that are covered in part, or shared by two segments: composed at load time in
 *           a page of Baton's own, which then moves. Where the source is not congruent, all
 *           file pages are composed.
 */
#ifndef RELOCATE_IMAGE_PIECES_H
#define RELOCATE_IMAGE_PIECES_H

#include "baton.h"

struct pieces {
    struct baton_range all;    /* every page touched */
    struct baton_range direct; /* whole pages; empty: start == end */
    struct baton_range zero;
    bool stays; /* the segment lies at its destination already: direct pages and edges stay */
};

/* How segment i divides. generated segments have no pieces. */
struct pieces pieces_of(const struct baton_payload *payload, uint32_t i);

/* The first page of segment i at or after `from` that must be composed, and that no segment with
 * a lower number composes. UINT64_MAX: none. */
uint64_t pieces_next_bounce(const struct baton_payload *payload, uint32_t i,
                            const struct pieces *pieces, uint64_t from);

/* How many pages of segment i nobody need write. */
uint64_t pieces_staying(const struct baton_payload *payload, uint32_t i,
                        const struct pieces *pieces);

/* Writes the bytes that the destination page is to have to `to` (4096 bytes). */
void pieces_fill_bounce(const struct baton_host *host, const struct baton_payload *payload,
                        uint64_t page, uint8_t *to);

/* Does `at` hold those bytes? Computed another way than pieces_fill_bounce does. */
bool pieces_bounce_right(const struct baton_host *host, const struct baton_payload *payload,
                         uint64_t page, const uint8_t *at);

#endif
