/*
 * Writes the indirection list: first the ordered moves, whose sources lie in the payload's own
 * files; then zeros and composed pages, whose sources nobody overwrites, so that their order is
 * free.
 */
#include "relocate/image.h"
#include "relocate/list.h"
#include "relocate/moves.h"
#include "relocate/pages.h"
#include "relocate/pieces.h"

struct writer {
    const struct baton_payload *payload;
    struct baton_image *image;
    uint64_t page;      /* pa of the indirection page being filled */
    uint32_t index;     /* of the next word in it */
    uint64_t next_dest; /* where the trampoline's destination stands */
};

static int put(struct writer *w, uint32_t word)
{
    const struct baton_host *host = w->image->host;

    if (w->index == LIST_WORDS - 1 && word != LIST_DONE) { /* the last word leads on */
        uint64_t fresh;
        int error = pages_take(w->image, w->payload, &fresh);

        if (error)
            return error;
        ((uint32_t *)host->map(host->ctx, BATON_WINDOW_LIST, w->page))[w->index] =
            (uint32_t)fresh | LIST_INDIRECTION;
        w->page = fresh;
        w->index = 0;
        w->image->counts.list_pages++;
    }
    ((uint32_t *)host->map(host->ctx, BATON_WINDOW_LIST, w->page))[w->index++] = word;
    return 0;
}

/* A destination word only where the trampoline would not be there by itself. */
static int put_dest(struct writer *w, uint64_t dest)
{
    int error = 0;

    if (dest != w->next_dest)
        error = put(w, (uint32_t)dest | LIST_DESTINATION);
    w->next_dest = dest + BATON_PAGE_SIZE;
    return error;
}

static int put_copy(void *ctx, uint64_t dest, uint64_t source, uint64_t pages)
{
    struct writer *w = ctx;

    w->image->counts.move += pages;
    for (; pages; pages--, dest += BATON_PAGE_SIZE, source += BATON_PAGE_SIZE) {
        int error = put_dest(w, dest);

        if (!error)
            error = put(w, (uint32_t)source | LIST_SOURCE);
        if (error)
            return error;
    }
    return 0;
}

static int put_save(void *ctx, uint64_t source)
{
    struct writer *w = ctx;
    int error = 0;

    if (!w->image->spare) /* one page serves all cycles: each is done before the next begins */
        error = pages_take(w->image, w->payload, &w->image->spare);
    w->image->counts.cycles++;
    if (!error)
        error = put_dest(w, w->image->spare);
    return error ? error : put(w, (uint32_t)source | LIST_SOURCE);
}

static int put_restore(void *ctx, uint64_t dest)
{
    struct writer *w = ctx;

    return put_copy(w, dest, w->image->spare, 1);
}

static int put_zeros(struct writer *w, const struct baton_range *zero)
{
    for (uint64_t page = zero->start; page < zero->end; page += BATON_PAGE_SIZE) {
        int error = put_dest(w, page);

        if (!error)
            error = put(w, LIST_ZERO);
        if (error)
            return error;
        w->image->counts.zero++;
    }
    return 0;
}

static int put_composed(struct writer *w, uint32_t segment, const struct pieces *pieces)
{
    const struct baton_host *host = w->image->host;
    uint64_t page = pieces_next_composed(w->payload, segment, pieces, 0);

    for (; page != UINT64_MAX;
         page = pieces_next_composed(w->payload, segment, pieces, page + BATON_PAGE_SIZE)) {
        uint64_t fresh;
        int error = pages_take(w->image, w->payload, &fresh);

        if (error)
            return error;
        pieces_compose(host, w->payload, page, host->map(host->ctx, BATON_WINDOW_PAGE, fresh));
        w->image->counts.composed++;
        error = put_copy(w, page, fresh, 1);
        if (error)
            return error;
    }
    return 0;
}

int list_build(const struct baton_payload *payload, struct baton_image *image)
{
    struct writer w = {payload, image, 0, 0, UINT64_MAX};
    const struct move_sink sink = {&w, put_copy, put_save, put_restore};
    struct moves moves;
    int error = pages_take(image, payload, &w.page);

    if (error)
        return error;
    image->list = w.page;
    image->counts.list_pages = 1;
    moves_collect(payload, &moves);
    error = moves_order(&moves, image->host, &sink);
    for (uint32_t i = 0; i < payload->segments && !error; i++) {
        struct pieces pieces = pieces_of(payload, i);

        if (pieces.stays)
            image->counts.stay +=
                (pieces.all.end - pieces.all.start - pieces.zero.end + pieces.zero.start) >>
                BATON_PAGE_SHIFT;
        error = put_zeros(&w, &pieces.zero);
        if (!error)
            error = put_composed(&w, i, &pieces);
    }
    return error ? error : put(&w, LIST_DONE);
}
