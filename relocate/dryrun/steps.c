/* The dry run's steps: is each one what the segments ask for, and is its source still whole
 * (H4)? */
#include "relocate/dryrun/replay.h"
#include "relocate/place/fit.h"

enum wanted { WANT_NOTHING, WANT_MOVE, WANT_ZERO, WANT_BOUNCE };

static void shorten(uint64_t *size, uint64_t most)
{
    if (*size > most)
        *size = most;
}

/*
 * What the page at dest is to get, and from where. *size, in: bytes asked about; out: for how many
 * of them the answer holds.
 */
static enum wanted wanted_at(const struct replay *r, uint64_t dest, uint64_t *source,
                             uint64_t *size)
{
    enum wanted wanted = WANT_NOTHING;

    for (uint32_t i = 0; i < r->check->payload->segments; i++) {
        const struct baton_segment *s = &r->check->payload->segment[i];
        const struct pieces *p = &r->pieces[i];

        if (dest < p->all.start || dest >= p->all.end)
            continue;
        if (dest >= p->zero.start && dest < p->zero.end) {
            shorten(size, p->zero.end - dest);
            return WANT_ZERO;
        }
        if (dest >= p->direct.start && dest < p->direct.end) {
            shorten(size, p->direct.end - dest);
            *source = s->source + (dest - s->dest);
            return p->stays ? WANT_NOTHING : WANT_MOVE;
        }
        wanted = WANT_BOUNCE; /* no other segment has the whole page */
        *size = BATON_PAGE_SIZE;
    }
    return wanted;
}

/* May these pages be written? */
static int check_target(struct check *c, uint64_t dest, uint64_t size)
{
    const struct baton_host *host = c->image->host;

    if (dest + size > FOUR_GIB)
        return check_failed(c, "H3: a destination lies above 4 GiB", dest);
    if (bitmap_any(&c->written, dest, dest + size))
        return check_failed(c, "H4: a destination is written twice", dest);
    if (!baton_is_ram(host, dest, dest + size))
        return check_failed(c, "H3: a destination is not RAM", dest);
    if (ledger_any(host, c->image->ledger, dest, dest + size))
        return check_failed(c, "H3: a destination is a control page", dest);
    for (uint32_t i = 0; i < host->keep_count; i++)
        if (baton_overlap(dest, dest + size, host->keep[i].start, host->keep[i].end))
            return check_failed(c, "H1: a destination lies in the live tables", dest);
    return 0;
}

/* The step is one move of one segment's pages, and none of them is overwritten before it is
 * read. */
static int check_move(struct replay *r, const struct step *step, uint64_t should)
{
    struct check *c = r->check;
    uint64_t source = step->source;

    if (c->image->swap && source == c->image->swap && step->size == BATON_PAGE_SIZE) {
        source = r->saved;
        r->saved = 0;
    } else if (source + step->size > FOUR_GIB ||
               bitmap_any(&c->written, source, source + step->size) ||
               /* copying goes up: a step that writes into its own source must lie below it */
               (step->dest > source && step->dest < source + step->size)) {
        return check_failed(c, "H4: a source is overwritten before it is read", source);
    }
    return source == should ? 0 : check_failed(c, "H4: a page gets the wrong source", step->dest);
}

static int check_bounce(struct replay *r, const struct step *step)
{
    struct check *c = r->check;
    const struct baton_host *host = c->image->host;

    if (!check_owned(c, step->source) || step->source == c->image->swap)
        return check_failed(c, "H2: a bounce page is no control page", step->source);
    if (!pieces_bounce_right(host, c->payload, step->dest,
                             host->map(host->ctx, BATON_WINDOW_PAGE, step->source)))
        return check_failed(c, "H4: a bounce page has wrong bytes", step->dest);
    return 0;
}

/* In parts that belong to one segment each. */
int steps_check(struct replay *r)
{
    struct check *c = r->check;
    int error = 0;

    while (r->step.size && !error) {
        struct step part = r->step;
        uint64_t should = 0;
        enum wanted wanted = wanted_at(r, part.dest, &should, &part.size);

        if (wanted == WANT_NOTHING)
            return check_failed(c, "H4: a page is filled that nobody asked for", part.dest);
        if (part.zero != (wanted == WANT_ZERO))
            return check_failed(c, "H4: zeros where bytes belong, or bytes for zeros", part.dest);
        error = check_target(c, part.dest, part.size);
        if (!error && wanted == WANT_MOVE)
            error = check_move(r, &part, should);
        if (!error && wanted == WANT_BOUNCE)
            error = check_bounce(r, &part);
        if (!error) {
            error = bitmap_add_range(&c->written, part.dest, part.dest + part.size);
            if (error)
                check_no_pages(c, error);
        }
        r->filled += part.size;
        r->step.dest += part.size;
        if (!part.zero)
            r->step.source += part.size;
        r->step.size -= part.size;
    }
    return error;
}

uint64_t steps_wanted(const struct replay *r)
{
    const struct baton_payload *payload = r->check->payload;
    uint64_t size = 0;

    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct pieces *p = &r->pieces[i];
        uint64_t page = 0;

        if (!p->stays)
            size += p->direct.end - p->direct.start;
        size += p->zero.end - p->zero.start;
        while ((page = pieces_next_bounce(payload, i, p, page)) != UINT64_MAX) {
            size += BATON_PAGE_SIZE;
            page += BATON_PAGE_SIZE;
        }
    }
    return size;
}
