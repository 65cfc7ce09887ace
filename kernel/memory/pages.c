/* The page allocator: a bitmap, searched from the top. */
#include "kernel/memory/pages.h"

#include "kernel/machine/panic.h"

#define PAGES (1u << 20)
#define HIGH_START 0x100000u
#define LOW_START 0x10000u /* below: interrupt vectors, BIOS data, and what loaders leave */
#define LOW_END 0x9f000u   /* above: firmware tables may lie there, whatever the map says */
#define FOUR_GIB (1ull << 32)

static uint32_t free_bits[PAGES / 32];
static uint32_t free_count;
static uint32_t highest; /* no word above this one has a bit set */

static bool is_free(uint32_t page)
{
    return free_bits[page / 32] >> page % 32 & 1;
}

/* Adds neighbouring bits, then pairs, fours and bytes, all at once. */
static uint32_t count_bits(uint32_t word)
{
    word -= word >> 1 & 0x55555555;
    word = (word & 0x33333333) + (word >> 2 & 0x33333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f;
    return word * 0x01010101 >> 24;
}

/* Makes the pages of one word free or taken, whatever they were. */
static void set_bits(uint32_t *word, uint32_t bits, bool is_to_be_free)
{
    uint32_t changed = bits & (is_to_be_free ? ~*word : *word);
    uint32_t n = changed == ~0u ? 32 : count_bits(changed);

    *word ^= changed;
    free_count = is_to_be_free ? free_count + n : free_count - n;
}

/* The same for the pages [from, to). */
static void set_range(uint32_t from, uint32_t to, bool is_to_be_free)
{
    uint32_t first = from / 32, last = to / 32;
    uint32_t above = ~0u << from % 32, below = (1u << to % 32) - 1; /* in the first, the last word */

    if (from >= to)
        return;
    if (is_to_be_free && (to - 1) / 32 > highest)
        highest = (to - 1) / 32;
    if (first == last) {
        set_bits(&free_bits[first], above & below, is_to_be_free);
        return;
    }
    set_bits(&free_bits[first], above, is_to_be_free);
    while (++first < last)
        if (is_to_be_free && !free_bits[first]) { /* nearly all of them, at the start */
            free_bits[first] = ~0u;
            free_count += 32;
        } else {
            set_bits(&free_bits[first], ~0u, is_to_be_free);
        }
    if (below)
        set_bits(&free_bits[last], below, is_to_be_free);
}

/* Frees the whole pages of a range of memory that lie in [from, to). */
static void start_range(const struct baton_memory *m, uint64_t from, uint64_t to)
{
    uint64_t start = m->start < from ? from : m->start;
    uint64_t end = m->end > to ? to : m->end;

    if (m->type == BATON_MEM_USABLE && start < end)
        set_range((uint32_t)(baton_page_up(start) >> BATON_PAGE_SHIFT),
                  (uint32_t)(end >> BATON_PAGE_SHIFT), true);
}

void pages_start(const struct baton_memory *memory, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        start_range(&memory[i], LOW_START, LOW_END);
        start_range(&memory[i], HIGH_START, FOUR_GIB);
    }
}

void pages_reserve(uint64_t start, uint64_t end)
{
    if (end > FOUR_GIB)
        end = FOUR_GIB;
    if (start < end)
        set_range((uint32_t)(start >> BATON_PAGE_SHIFT),
                  (uint32_t)(baton_page_up(end) >> BATON_PAGE_SHIFT), false);
}

int pages_alloc(uint64_t below, uint64_t *pa)
{
    uint32_t limit = below >= FOUR_GIB ? PAGES : (uint32_t)(below >> BATON_PAGE_SHIFT);
    uint32_t word = limit / 32;
    uint32_t last = below > HIGH_START ? HIGH_START / BATON_PAGE_SIZE / 32 : 0;

    if (!free_count)
        return -1;
    while (highest && !free_bits[highest])
        highest--;
    if (word > highest)
        word = highest + 1;
    for (uint32_t i = word + 1; i-- > last;) {
        uint32_t bits = i < PAGES / 32 ? free_bits[i] : 0;

        if (i == limit / 32)
            bits &= (1u << limit % 32) - 1;
        if (!bits)
            continue;
        uint32_t page = i * 32 + 31 - (uint32_t)__builtin_clz(bits);
        set_range(page, page + 1, false);
        *pa = (uint64_t)page << BATON_PAGE_SHIFT;
        return 0;
    }
    return -1;
}

void pages_free(uint64_t pa)
{
    uint32_t page = (uint32_t)(pa >> BATON_PAGE_SHIFT);

    if (pa & BATON_PAGE_MASK || pa >= FOUR_GIB || is_free(page))
        panic("pages_free: %a is free already, or no page", pa);
    set_range(page, page + 1, true);
}

uint64_t pages_count(void)
{
    return free_count;
}
