/* A set of pages as bits, spread over pages of the host's. */
#include "relocate/bitmap.h"

#define STRETCH_SHIFT (BATON_PAGE_SHIFT + 15) /* 32768 bits a page */

static uint32_t *word_of(const struct bitmap *set, uint64_t pa)
{
    uint32_t *words =
        set->host->map(set->host->ctx, BATON_WINDOW_LEDGER, set->page[pa >> STRETCH_SHIFT]);

    return &words[(pa >> (BATON_PAGE_SHIFT + 5)) & 1023];
}

static uint32_t bit_of(uint64_t pa)
{
    return 1u << ((pa >> BATON_PAGE_SHIFT) & 31);
}

void bitmap_begin(struct bitmap *set, const struct baton_host *host)
{
    *set = (struct bitmap){.host = host};
}

bool bitmap_has(const struct bitmap *set, uint64_t pa)
{
    return set->page[pa >> STRETCH_SHIFT] && (*word_of(set, pa) & bit_of(pa));
}

int bitmap_add(struct bitmap *set, uint64_t pa)
{
    uint64_t *page = &set->page[pa >> STRETCH_SHIFT];

    if (!*page) {
        if (set->host->alloc_page(set->host->ctx, 1ull << 32, page)) {
            *page = 0;
            return BATON_E_NO_PAGES;
        }
        __builtin_memset(set->host->map(set->host->ctx, BATON_WINDOW_LEDGER, *page), 0,
                         BATON_PAGE_SIZE);
    }
    *word_of(set, pa) |= bit_of(pa);
    return 0;
}

void bitmap_end(struct bitmap *set)
{
    for (unsigned i = 0; i < BITMAP_PAGES; i++)
        if (set->page[i])
            set->host->free_page(set->host->ctx, set->page[i]);
}
