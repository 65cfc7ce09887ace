/*
 * Writes the indirection list: first the ordered moves, whose sources lie in the payload's own
 * files; then zeros and bounce pages, whose sources nobody overwrites, so that their order is
 * free.
 */
#include "relocate/image/image.h"
#include "relocate/image/moves.h"
#include "relocate/image/pieces.h"
#include "relocate/place/ledger.h"
#include "baton/list.h"

struct writer {
    struct baton_payload *payload;
    struct baton_image *image;
    uint32_t *at;       /* the next word, in the indirection page being filled; nothing else uses
                           BATON_WINDOW_LIST meanwhile */
    uint32_t left;      /* words left there */
    uint64_t next_dest; /* the trampoline's destination after the last word */
};

/* Begins a new indirection page. */
static int turn_page(struct writer *w, uint64_t *page)
{
    const struct baton_host *host = w->image->host;
    int error = ledger_take(w->image, w->payload, page);

    if (error)
        return error;
    if (w->at)
        *w->at = (uint32_t)*page | LIST_INDIRECTION; /* the last word names the next page */
    w->at = host->map(host->ctx, BATON_WINDOW_LIST, *page);
    w->left = LIST_WORDS;
    w->image->counts.list_pages++;
    return 0;
}

/* So many words, each `step` more than the one before. */
static int put_run(struct writer *w, uint32_t word, uint32_t step, uint64_t words)
{
    while (words) {
        uint64_t page;

        if (w->left == 1 && turn_page(w, &page))
            return BATON_E_NO_PAGES;
        uint32_t room = w->left - 1;
        uint32_t n = words < room ? (uint32_t)words : room;

        for (uint32_t i = 0; i < n; i++, word += step)
            *w->at++ = word;
        w->left -= n;
        words -= n;
    }
    return 0;
}

/* A destination word, unless the trampoline's destination is there already. */
static int put_dest(struct writer *w, uint64_t dest, uint64_t size)
{
    int error = 0;

    if (dest != w->next_dest)
        error = put_run(w, (uint32_t)dest | LIST_DESTINATION, 0, 1);
    w->next_dest = dest + size;
    return error;
}

static int put_copy(void *ctx, uint64_t dest, uint64_t source, uint64_t pages)
{
    struct writer *w = ctx;
    int error = put_dest(w, dest, pages << BATON_PAGE_SHIFT);

    if (!error)
        error = put_run(w, (uint32_t)source | LIST_SOURCE, BATON_PAGE_SIZE, pages);
    w->image->counts.move += pages;
    return error;
}

static int put_save(void *ctx, uint64_t source)
{
    struct writer *w = ctx;
    int error = 0;

    if (!w->image->swap) /* one page is enough: a cycle is complete before the next one begins */
        error = ledger_take(w->image, w->payload, &w->image->swap);
    w->image->counts.cycles++;
    if (!error)
        error = put_dest(w, w->image->swap, BATON_PAGE_SIZE);
    return error ? error : put_run(w, (uint32_t)source | LIST_SOURCE, 0, 1);
}

static int put_restore(void *ctx, uint64_t dest)
{
    struct writer *w = ctx;

    return put_copy(w, dest, w->image->swap, 1);
}

static int put_zeros(struct writer *w, const struct baton_range *zero)
{
    uint64_t size = zero->end - zero->start;
    int error = 0;

    if (size)
        error = put_dest(w, zero->start, size);
    if (!error)
        error = put_run(w, LIST_ZERO, 0, size >> BATON_PAGE_SHIFT);
    w->image->counts.zero += size >> BATON_PAGE_SHIFT;
    return error;
}

static int put_bounce(struct writer *w, uint32_t segment, const struct pieces *pieces)
{
    const struct baton_host *host = w->image->host;
    uint64_t page = pieces_next_bounce(w->payload, segment, pieces, 0);

    for (; page != UINT64_MAX;
         page = pieces_next_bounce(w->payload, segment, pieces, page + BATON_PAGE_SIZE)) {
        uint64_t fresh;
        int error = ledger_take(w->image, w->payload, &fresh);

        if (error)
            return error;
        pieces_fill_bounce(host, w->payload, page, host->map(host->ctx, BATON_WINDOW_PAGE, fresh));
        w->image->counts.bounce++;
        error = put_copy(w, page, fresh, 1);
        if (error)
            return error;
    }
    return 0;
}

_Static_assert(sizeof(struct moves) <= BATON_PAGE_SIZE, "a page holds them");

/* Writes the moves in order; they are collected in a page that is borrowed. */
static int put_moves(struct writer *w)
{
    const struct baton_host *host = w->image->host;
    const struct move_sink sink = {w, put_copy, put_save, put_restore};
    struct moves *moves;
    uint64_t work;
    int error = ledger_borrow(w->image, w->payload, &work);

    if (error)
        return error;
    moves = host->map(host->ctx, BATON_WINDOW_WORK, work);
    moves_collect(w->payload, moves);
    error = moves_order(moves, w->image, w->payload, &sink);
    ledger_return(w->image, work);
    return error;
}

int list_build(struct baton_payload *payload, struct baton_image *image)
{
    struct writer w = {payload, image, NULL, 0, UINT64_MAX};
    int error = turn_page(&w, &image->list);

    if (error)
        return error;
    error = put_moves(&w);
    for (uint32_t i = 0; i < payload->segments && !error; i++) {
        struct pieces pieces = pieces_of(payload, i);

        image->counts.stay += pieces_staying(payload, i, &pieces);
        error = put_zeros(&w, &pieces.zero);
        if (!error)
            error = put_bounce(&w, i, &pieces);
    }
    if (!error)
        *w.at = LIST_DONE; /* the last word of a page is never used before */
    return error;
}
