/*
 * The dry run's third part: the list, replayed on paper. Words that go on where the one before
 * ended are taken together as one step, so that a run of pages is proved at once:
 *
 *     destination d, source s, s + 1, s + 2, ...     step: s to d, so many pages, ascending
 */
#include "relocate/dryrun/check.h"
#include "relocate/image/image.h"
#include "relocate/place/fit.h"
#include "baton/list.h"

struct step {
    uint64_t dest, source; /* pa of the first page; source is 0 for zeros */
    uint64_t size;         /* bytes; 0: no step yet */
    bool zero;
};

struct replay {
    struct check *check;
    struct pieces *pieces; /* of every segment, in a page of working memory */
    struct step step;
    uint64_t saved;  /* whose content the swap page holds, 0: nobody's */
    uint64_t filled; /* bytes of destinations filled */
};

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
        wanted = WANT_BOUNCE; /* unless another segment has the whole page, which cannot be */
        *size = BATON_PAGE_SIZE;
    }
    return wanted;
}

/* May these pages be written at all? */
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

/* The whole step is one move of one segment's pages, still whole when they are read. */
static int check_move(struct replay *r, const struct step *step, uint64_t should)
{
    struct check *c = r->check;
    uint64_t source = step->source;

    if (c->image->swap && source == c->image->swap && step->size == BATON_PAGE_SIZE) {
        source = r->saved;
        r->saved = 0;
    } else if (source + step->size > FOUR_GIB ||
               bitmap_any(&c->written, source, source + step->size) ||
               /* ascending, so a step may overrun its own source only from above */
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

/* Proves the step so far, in parts that belong to one segment each; then there is none. */
static int flush(struct replay *r)
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

/* Pages of a destination are filled; size in bytes. */
static int fill(struct replay *r, uint64_t dest, uint64_t source, uint64_t size, bool zero)
{
    struct step *step = &r->step;

    if (step->size && step->zero == zero && dest == step->dest + step->size &&
        (zero || source == step->source + step->size)) {
        step->size += size;
        return 0;
    }
    int error = flush(r);
    *step = (struct step){dest, source, size, zero};
    return error;
}

/* A page goes into the spare one, to be read from there later. */
static int save(struct replay *r, uint64_t source)
{
    int error = flush(r);

    if (error)
        return error;
    if (bitmap_has(&r->check->written, source))
        return check_failed(r->check, "H4: a source is overwritten before it is saved", source);
    r->saved = source;
    return 0;
}

/* The bytes that must be filled, by the segments alone. */
static uint64_t bytes_wanted(const struct replay *r)
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

/* How many words from here on fill page after page, at most `left`. */
static uint32_t run_of(const uint32_t *word, uint32_t left)
{
    uint32_t step = (*word & LIST_FLAGS) == LIST_ZERO ? 0 : BATON_PAGE_SIZE;
    uint32_t expected = *word;
    uint32_t n = 0;

    while (n < left && word[n] == expected) {
        n++;
        expected += step;
    }
    return n;
}

static int replay_words(struct replay *r)
{
    struct check *c = r->check;
    const struct baton_host *host = c->image->host;
    uint64_t most = (uint64_t)c->image->counts.list_pages * LIST_WORDS;
    uint64_t list = c->image->list, dest = UINT64_MAX;
    const uint32_t *word = host->map(host->ctx, BATON_WINDOW_LIST, list);
    uint32_t left = LIST_WORDS;
    int error = 0;

    while (!error) {
        if (!left || c->words > most)
            return check_failed(c, "H8: the list has no end", list);
        uint32_t flag = *word & LIST_FLAGS;
        uint64_t page = *word & ~(uint32_t)LIST_FLAGS;
        uint32_t words = 1;

        if (flag == LIST_SOURCE || flag == LIST_ZERO) {
            if (dest == UINT64_MAX)
                return check_failed(c, "H8: the list fills a page before it names one", page);
            if (c->image->swap && dest == c->image->swap && flag == LIST_SOURCE) {
                error = save(r, page);
            } else {
                words = run_of(word, left);
                /* the trampoline may run from a destination straight into the swap page */
                uint64_t to_swap = (c->image->swap - dest) >> BATON_PAGE_SHIFT;
                if (c->image->swap > dest && words > to_swap)
                    words = (uint32_t)to_swap;
                error = fill(r, dest, page, (uint64_t)words << BATON_PAGE_SHIFT, flag == LIST_ZERO);
            }
            dest += (uint64_t)words << BATON_PAGE_SHIFT;
        } else if (flag == LIST_DESTINATION) {
            dest = page;
        } else if (flag == LIST_INDIRECTION) {
            if (!check_owned(c, page) || page == c->image->swap)
                return check_failed(c, "H2: the list leads out of the control pages", page);
            list = page;
            word = host->map(host->ctx, BATON_WINDOW_LIST, list);
            left = LIST_WORDS;
            c->words++;
            continue;
        } else if (flag == LIST_DONE) {
            return flush(r);
        } else {
            return check_failed(c, "H8: a word of the list has no meaning", *word);
        }
        word += words;
        left -= words;
        c->words += words;
    }
    return error;
}

_Static_assert(BATON_SEGMENTS * sizeof(struct pieces) <= BATON_PAGE_SIZE, "a page holds them");

static int replay(struct replay *r)
{
    struct check *c = r->check;
    int error;

    for (uint32_t i = 0; i < c->payload->segments; i++)
        r->pieces[i] = pieces_of(c->payload, i);
    error = replay_words(r);
    if (!error && r->filled != bytes_wanted(r))
        error = check_failed(c, "H4: not every destination is filled", r->filled);
    return error;
}

int check_list(struct check *c)
{
    const struct baton_host *host = c->image->host;
    struct replay r = {.check = c};
    uint64_t work;
    int error;

    if (!check_owned(c, c->image->list))
        return check_failed(c, "H2: the list is no control page", c->image->list);
    error = ledger_borrow(c->image, c->payload, &work);
    if (error)
        return check_no_pages(c, error);
    r.pieces = host->map(host->ctx, BATON_WINDOW_WORK, work);
    error = replay(&r);
    ledger_return(c->image, work);
    return error;
}
