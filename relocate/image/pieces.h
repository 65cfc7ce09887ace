/*
 * What each destination page gets. There are three kinds of pages in a segment:
 *
 *     dest                                   dest + file_size          dest + mem_size
 *      |--edge--|------- direct -------|--edge--|------- zero -------|--edge--|
 *
 *   direct  whole pages of file bytes whose source has the same offset in its page: the source
 *           page itself moves, or stays if it is there already
 *   zero    whole pages behind the file bytes
 *   edge    pages that are covered in part, or shared by two segments: put together at load time in
 *           a bounce page, which then moves. If the source has another offset in its page, all file
 *           pages are bounce pages.
 *
 * In a call every page is an edge, and stays nowhere: what the payload writes to it must not be the
 * file's page, nor a page that lies there (call.h).
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

/* The pieces of segment i. GENERATED segments have none. */
struct pieces pieces_of(const struct baton_payload *payload, uint32_t i);

/* The first page of segment i, from `from` on, that needs a bounce page which no segment with a
 * lower number has made. UINT64_MAX: none. */
uint64_t pieces_next_bounce(const struct baton_payload *payload, uint32_t i,
                            const struct pieces *pieces, uint64_t from);

/* How many pages of segment i stay as they are. */
uint64_t pieces_staying(const struct baton_payload *payload, uint32_t i,
                        const struct pieces *pieces);

/* Writes what the destination page must contain to `to` (4096 bytes). */
void pieces_fill_bounce(const struct baton_host *host, const struct baton_payload *payload,
                        uint64_t page, uint8_t *to);

/* Does `at` contain these bytes? Computed in another way than pieces_fill_bounce does. */
bool pieces_bounce_right(const struct baton_host *host, const struct baton_payload *payload,
                         uint64_t page, const uint8_t *at);

#endif
