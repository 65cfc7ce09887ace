/* A set of pages as bits, spread over pages of the host's. */
#include "relocate/place/bitmap.h"

#define STRETCH_SHIFT (BATON_PAGE_SHIFT + 15)            /* 32768 bits a page */
#define WORD_MASK ((1ull << (BATON_PAGE_SHIFT + 5)) - 1) /* 32 pages a word */

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

/* The memory for the stretch that holds pa. */
static int stretch_open(struct bitmap *set, uint64_t pa)
{
    uint32_t *page = &set->page[pa >> STRETCH_SHIFT];
    uint64_t fresh;

    if (*page)
        return 0;
    if (set->host->alloc_page(set->host->ctx, 1ull << 32, &fresh))
        return BATON_E_NO_PAGES;
    *page = (uint32_t)fresh;
    __builtin_memset(set->host->map(set->host->ctx, BATON_WINDOW_LEDGER, fresh), 0,
                     BATON_PAGE_SIZE);
    return 0;
}

int bitmap_add(struct bitmap *set, uint64_t pa)
{
    int error = stretch_open(set, pa);

    if (!error)
        *word_of(set, pa) |= bit_of(pa);
    return error;
}

/* The bits of [start, end) that lie in start's word; *next: where the next word begins. */
static uint32_t bits_from(uint64_t start, uint64_t end, uint64_t *next)
{
    uint32_t first = (uint32_t)(start >> BATON_PAGE_SHIFT) & 31;
    uint64_t pages = (end - start) >> BATON_PAGE_SHIFT;
    uint32_t count = pages < 32 - first ? (uint32_t)pages : 32 - first;

    *next = start + ((uint64_t)count << BATON_PAGE_SHIFT);
    return (uint32_t)((1ull << count) - 1) << first;
}

bool bitmap_any(const struct bitmap *set, uint64_t start, uint64_t end)
{
    for (uint64_t next; start < end; start = next) {
        uint32_t bits = bits_from(start, end, &next);

        if (!set->page[start >> STRETCH_SHIFT]) {
            next = ((start >> STRETCH_SHIFT) + 1) << STRETCH_SHIFT;
            continue;
        }
        if (*word_of(set, start) & bits)
            return true;
    }
    return false;
}

uint64_t bitmap_absent(const struct bitmap *set, uint64_t start, uint64_t end)
{
    for (uint64_t next; start < end; start = next) {
        uint32_t bits = bits_from(start, end, &next);

        if (!set->page[start >> STRETCH_SHIFT])
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
        uint32_t bits = bits_from(start, end, &next);
        int error = stretch_open(set, start);

        if (error)
            return error;
        *word_of(set, start) |= bits;
    }
    return 0;
}

void bitmap_end(struct bitmap *set)
{
    for (unsigned i = 0; i < BITMAP_PAGES; i++)
        if (set->page[i])
            set->host->free_page(set->host->ctx, set->page[i]);
}
