/* Control pages: out of the host's allocator, around the destinations, into the ledger. */
#include "relocate/place/fit.h"
#include "relocate/place/ledger.h"
#include "relocate/place/lent.h"

static bool in_segment(const struct baton_payload *payload, uint64_t pa)
{
    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct baton_segment *s = &payload->segment[i];

        /* A GENERATED segment has no destination before it gets one of these pages. */
        if (!(s->flags & BATON_SEG_GENERATED) &&
            baton_overlap(pa, pa + BATON_PAGE_SIZE, s->dest, s->dest + s->mem_size))
            return true;
        if (baton_overlap(pa, pa + BATON_PAGE_SIZE, s->used.start, s->used.end) ||
            baton_overlap(pa, pa + BATON_PAGE_SIZE, s->room_used.start, s->room_used.end))
            return true;
    }
    return false;
}

/* What the payload writes to at its entry: up to its first generated page. */
static struct baton_range scratch_of(const struct baton_payload *payload)
{
    struct baton_range scratch = payload->scratch;

    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct baton_segment *s = &payload->segment[i];

        if (s->flags & BATON_SEG_GENERATED) {
            if (scratch.start <= s->dest && s->dest < scratch.end)
                scratch.end = s->dest;
            break;
        }
    }
    return scratch;
}

bool ledger_forbids(const struct baton_payload *payload, uint64_t pa)
{
    struct baton_range scratch = scratch_of(payload);

    return in_segment(payload, pa) ||
           baton_overlap(pa, pa + BATON_PAGE_SIZE, scratch.start, scratch.end);
}

static uint32_t *page_words(const struct baton_image *image, uint64_t page)
{
    return image->host->map(image->host->ctx, BATON_WINDOW_LEDGER, page);
}

/* Adds the page at pa, which the host has given, to the ledger. */
static int ledger_add(struct baton_image *image, const struct baton_payload *payload, uint64_t pa)
{
    uint32_t *stretch = &image->ledger[ledger_stretch(pa)];

    if (!*stretch) {
        uint64_t fresh;
        /* The ledger is not needed after the hand-off begins: it may lie in a destination. */
        int error = lent_page(image, payload, LEDGER_LIMIT, &fresh);

        if (!error && fresh == pa) {
            image->fault = "alloc_page gives a page that it has given before";
            error = BATON_E_HOST;
        }
        if (error)
            return error;
        *stretch = (uint32_t)fresh;
        __builtin_memset(page_words(image, fresh), 0, BATON_PAGE_SIZE);
    }
    *ledger_word(image->host, image->ledger, pa) |= ledger_bit(pa);
    return 0;
}

static void park(struct baton_image *image, uint64_t pa)
{
    uint32_t *words = page_words(image, pa);

    words[0] = (uint32_t)image->parked;
    image->parked = pa;
}

/* The highest parked page in `range` and in [floor, end); 0: there is none. */
static uint64_t highest_parked(const struct baton_image *image, const struct baton_range *range,
                               uint64_t floor, uint64_t end)
{
    uint64_t highest = 0;

    for (uint64_t pa = image->parked; pa; pa = page_words(image, pa)[0])
        if (pa >= floor && pa < end && pa >= range->start && pa + BATON_PAGE_SIZE <= range->end &&
            pa > highest)
            highest = pa;
    return highest;
}

/* Gives back the parked pages that no longer lie in a segment. */
static void unpark_some(struct baton_image *image, const struct baton_payload *payload)
{
    uint64_t pa = image->parked, next;

    for (image->parked = 0; pa; pa = next) {
        next = page_words(image, pa)[0];
        if (in_segment(payload, pa))
            park(image, pa);
        else
            ledger_remove(image, pa);
    }
}

/*
 * No page is left: a guessed window ends earlier, at the highest page of it that is in range, and
 * some more, since others ask the host, too. false: there is no guess, or nothing left of it.
 */
static bool shorten_guess(struct baton_image *image, struct baton_payload *payload,
                          const struct baton_range *range)
{
    const uint64_t more = 31 * BATON_PAGE_SIZE;
    uint32_t kernel = fit_kernel(payload);
    struct baton_segment *s = &payload->segment[kernel];

    if (kernel == NO_KERNEL || !s->guess)
        return false;
    uint64_t last = s->dest > s->used.start ? s->dest : s->used.start;
    uint64_t floor = baton_page_up(last + s->mem_size);
    uint64_t end = highest_parked(image, range, floor, s->used.end);
    if (!end)
        return false;
    s->used.end = end - floor < more ? floor : end - more;
    s->window = s->used.end - s->used.start;
    unpark_some(image, payload);
    return true;
}

static int take(struct baton_image *image, struct baton_payload *payload,
                const struct baton_range *range, bool scratch_too, uint64_t *pa)
{
    const struct baton_host *host = image->host;

    for (;;) {
        int error = lent_page(image, payload, range->end, pa);

        if (error == BATON_E_NO_PAGES && shorten_guess(image, payload, range))
            continue;
        if (error)
            return error;
        error = ledger_add(image, payload, *pa);
        if (error) {
            host->free_page(host->ctx, *pa);
            return error;
        }
        /* The two addresses of the trampoline must differ: H5 maps both to one page. */
        bool same = *pa == image->trampoline_va;
        if (!same && *pa >= range->start &&
            !(scratch_too ? in_segment(payload, *pa) : ledger_forbids(payload, *pa)))
            return 0;
        park(image, *pa);
    }
}

int ledger_take(struct baton_image *image, struct baton_payload *payload, uint64_t *pa)
{
    return take(image, payload, &(struct baton_range){0, LEDGER_LIMIT}, false, pa);
}

int ledger_take_in(struct baton_image *image, struct baton_payload *payload,
                   const struct baton_range *range, uint64_t *pa)
{
    return take(image, payload, range, true, pa);
}

int ledger_borrow(struct baton_image *image, const struct baton_payload *payload, uint64_t *pa)
{
    unsigned i = 0;
    int error = lent_page(image, payload, FOUR_GIB, pa);

    if (error)
        return error;
    while (image->borrowed[i])
        i++;
    image->borrowed[i] = (uint32_t)*pa;
    return 0;
}

void ledger_return(struct baton_image *image, uint64_t pa)
{
    unsigned i = 0;

    while (image->borrowed[i] != pa)
        i++;
    image->borrowed[i] = 0;
    image->host->free_page(image->host->ctx, pa);
}

void ledger_unpark(struct baton_image *image)
{
    while (image->parked) {
        uint64_t pa = image->parked;

        image->parked = page_words(image, pa)[0];
        ledger_remove(image, pa);
    }
}
