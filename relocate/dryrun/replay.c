/*
 * The dry run's last part: the list is replayed without writing to memory. This file reads its
 * words; steps.c checks what they do.
 */
#include "relocate/dryrun/replay.h"
#include "relocate/image/image.h"
#include "baton/list.h"

/* Pages of a destination are filled; size in bytes. */
static int fill(struct replay *r, uint64_t dest, uint64_t source, uint64_t size, bool zero)
{
    struct step *step = &r->step;

    if (step->size && step->zero == zero && dest == step->dest + step->size &&
        (zero || source == step->source + step->size)) {
        step->size += size;
        return 0;
    }
    int error = steps_check(r);
    *step = (struct step){dest, source, size, zero};
    return error;
}

/* A page is copied to the swap page, to be read from there later. */
static int save(struct replay *r, uint64_t source)
{
    int error = steps_check(r);

    if (error)
        return error;
    if (bitmap_has(&r->check->written, source))
        return check_failed(r->check, "H4: a source is overwritten before it is saved", source);
    r->saved = source;
    return 0;
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
            return steps_check(r);
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
    if (!error && r->filled != steps_wanted(r))
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
