/* A set of pages: one bit for each page, in pages that the host lends. */
#include "relocate/place/bitmap.h"

#define WORD_MASK ((1ull << (BATON_PAGE_SHIFT + 5)) - 1) /* 32 pages a word */

static uint32_t *word_of(const struct bitmap *set, uint64_t pa)
{
    return ledger_word(set->image->host, set->page, pa);
}

void bitmap_begin(struct bitmap *set, struct baton_image *image,
                  const struct baton_payload *payload)
{
    *set = (struct bitmap){.image = image, .payload = payload};
}

bool bitmap_has(const struct bitmap *set, uint64_t pa)
{
    return set->page[ledger_stretch(pa)] && (*word_of(set, pa) & ledger_bit(pa));
}

/* The memory for the stretch that holds pa. */
static int stretch_open(struct bitmap *set, uint64_t pa)
{
    uint32_t *page = &set->page[ledger_stretch(pa)];
    const struct baton_host *host = set->image->host;
    uint64_t fresh;
    int error;

    if (*page)
        return 0;
    error = ledger_borrow(set->image, set->payload, &fresh);
    if (error)
        return error;
    *page = (uint32_t)fresh;
    __builtin_memset(host->map(host->ctx, BATON_WINDOW_LEDGER, fresh), 0, BATON_PAGE_SIZE);
    return 0;
}

int bitmap_add(struct bitmap *set, uint64_t pa)
{
    int error = stretch_open(set, pa);

    if (!error)
        *word_of(set, pa) |= ledger_bit(pa);
    return error;
}

bool bitmap_any(const struct bitmap *set, uint64_t start, uint64_t end)
{
    return ledger_any(set->image->host, set->page, start, end);
}

uint64_t bitmap_absent(const struct bitmap *set, uint64_t start, uint64_t end)
{
    for (uint64_t next; start < end; start = next) {
        uint32_t bits = ledger_bits(start, end, &next);

        if (!set->page[ledger_stretch(start)])
            return start;
        bits &= ~*word_of(set, start);
        if (bits)
            return (start & ~(uint64_t)WORD_MASK) +
                   ((uint64_t)__builtin_ctz(bits) << BATON_PAGE_SHIFT);
    }
    return end;
}

int bitmap_add_range(struct bitmap *set, uint64_t start, uint64_t end)
{
    for (uint64_t next; start < end; start = next) {
        uint32_t bits = ledger_bits(start, end, &next);
        int error = stretch_open(set, start);

        if (error)
            return error;
        *word_of(set, start) |= bits;
    }
    return 0;
}

void bitmap_end(struct bitmap *set)
{
    for (unsigned i = 0; i < LEDGER_STRETCHES; i++)
        if (set->page[i])
            ledger_return(set->image, set->page[i]);
}
