/* The ledger: the set of the pages that an image has from the host, a bit for each page. */
#include "relocate/place/ledger.h"

uint32_t *ledger_word(const struct baton_host *host, const uint32_t *page, uint64_t pa)
{
    uint32_t *words = host->map(host->ctx, BATON_WINDOW_LEDGER, page[ledger_stretch(pa)]);

    return &words[(pa >> (BATON_PAGE_SHIFT + 5)) & 1023];
}

uint32_t ledger_bits(uint64_t start, uint64_t end, uint64_t *next)
{
    uint32_t first = (uint32_t)(start >> BATON_PAGE_SHIFT) & 31;
    uint64_t pages = (end - start) >> BATON_PAGE_SHIFT;
    uint32_t count = pages < 32 - first ? (uint32_t)pages : 32 - first;

    *next = start + ((uint64_t)count << BATON_PAGE_SHIFT);
    return (uint32_t)((1ull << count) - 1) << first;
}

bool ledger_any(const struct baton_host *host, const uint32_t *page, uint64_t start, uint64_t end)
{
    for (uint64_t next; start < end; start = next) {
        uint32_t bits = ledger_bits(start, end, &next);

        if (!page[ledger_stretch(start)]) {
            next = ((uint64_t)ledger_stretch(start) + 1) << LEDGER_STRETCH_SHIFT;
            continue;
        }
        if (*ledger_word(host, page, start) & bits)
            return true;
    }
    return false;
}

void ledger_remove(struct baton_image *image, uint64_t pa)
{
    *ledger_word(image->host, image->ledger, pa) &= ~ledger_bit(pa);
    image->host->free_page(image->host->ctx, pa);
}

int ledger_refuse(const struct baton_image *image, struct baton_refusal *why, int error,
                  const char *what, uint64_t limit)
{
    if (error == BATON_E_HOST)
        *why = (struct baton_refusal){error, image->fault, image->fault_at, 0, NULL};
    else
        *why = (struct baton_refusal){error, what, 0, limit, NULL};
    return error;
}

/* The first page at pa or above, of this stretch, that the ledger has; 0: there is none. */
static uint64_t next_page(const struct baton_image *image, unsigned stretch, uint64_t pa)
{
    const uint32_t *words =
        image->host->map(image->host->ctx, BATON_WINDOW_LEDGER, image->ledger[stretch]);
    uint32_t page = (uint32_t)(pa >> BATON_PAGE_SHIFT) & (LEDGER_STRETCH_PAGES - 1);
    uint64_t start = (uint64_t)stretch << LEDGER_STRETCH_SHIFT;

    if (pa - start >= 1ull << LEDGER_STRETCH_SHIFT)
        return 0;
    uint32_t i = page / 32, word = words[i] & ~0u << page % 32;
    while (!word && ++i < LEDGER_STRETCH_PAGES / 32)
        word = words[i];
    if (!word)
        return 0;
    return start + ((uint64_t)(i * 32 + (uint32_t)__builtin_ctz(word)) << BATON_PAGE_SHIFT);
}

bool baton_image_pages(const struct baton_image *image,
                       bool (*visit)(void *ctx, uint64_t pa, bool ledger), void *ctx)
{
    for (unsigned i = 0; i < LEDGER_STRETCHES; i++) {
        uint64_t pa = (uint64_t)i << LEDGER_STRETCH_SHIFT;

        if (!image->ledger[i])
            continue;
        while ((pa = next_page(image, i, pa))) {
            if (!visit(ctx, pa, false))
                return false;
            pa += BATON_PAGE_SIZE;
        }
        if (!visit(ctx, image->ledger[i], true))
            return false;
    }
    return true;
}

void ledger_give_back(struct baton_image *image)
{
    ledger_unpark(image);
    for (unsigned i = 0; i < LEDGER_STRETCHES; i++) {
        uint64_t pa = (uint64_t)i << LEDGER_STRETCH_SHIFT;

        if (!image->ledger[i])
            continue;
        while ((pa = next_page(image, i, pa)))
            ledger_remove(image, pa);
        image->host->free_page(image->host->ctx, image->ledger[i]);
        image->ledger[i] = 0;
    }
}
