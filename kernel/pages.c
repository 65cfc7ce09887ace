/* The page allocator: a bitmap, searched from the top. */
#include "kernel/pages.h"

#include "kernel/stop.h"

#define PAGES (1u << 20)
#define LOW_MEMORY 0x100000u
#define FOUR_GIB (1ull << 32)

static uint32_t free_bits[PAGES / 32];
static uint32_t free_count;
static uint32_t highest; /* no word above this one has a bit set */

static bool is_free(uint32_t page)
{
    return free_bits[page / 32] >> page % 32 & 1;
}

static void set_free(uint32_t page)
{
    free_bits[page / 32] |= 1u << page % 32;
    free_count++;
    if (page / 32 > highest)
        highest = page / 32;
}

static void set_taken(uint32_t page)
{
    free_bits[page / 32] &= ~(1u << page % 32);
    free_count--;
}

void pages_start(const struct baton_memory *memory, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t start = memory[i].start < LOW_MEMORY ? LOW_MEMORY : memory[i].start;
        uint64_t end = memory[i].end > FOUR_GIB ? FOUR_GIB : memory[i].end;

        if (memory[i].type != BATON_MEM_USABLE || start >= end)
            continue;
        start = baton_page_up(start);
        end = baton_page_down(end);
        for (uint64_t pa = start; pa < end; pa += BATON_PAGE_SIZE)
            set_free((uint32_t)(pa >> BATON_PAGE_SHIFT));
    }
}

void pages_reserve(uint64_t start, uint64_t end)
{
    if (end > FOUR_GIB)
        end = FOUR_GIB;
    for (uint64_t pa = baton_page_down(start); pa < end; pa += BATON_PAGE_SIZE)
        if (is_free((uint32_t)(pa >> BATON_PAGE_SHIFT)))
            set_taken((uint32_t)(pa >> BATON_PAGE_SHIFT));
}

int pages_alloc(uint64_t below, uint64_t *pa)
{
    uint32_t limit = below >= FOUR_GIB ? PAGES : (uint32_t)(below >> BATON_PAGE_SHIFT);
    uint32_t word = limit / 32;

    if (!free_count)
        return -1;
    while (highest && !free_bits[highest])
        highest--;
    if (word > highest)
        word = highest + 1;
    for (uint32_t i = word + 1; i-- > 0;) {
        uint32_t bits = i < PAGES / 32 ? free_bits[i] : 0;

        if (i == limit / 32)
            bits &= (1u << limit % 32) - 1;
        if (!bits)
            continue;
        uint32_t page = i * 32 + 31 - (uint32_t)__builtin_clz(bits);
        set_taken(page);
        *pa = (uint64_t)page << BATON_PAGE_SHIFT;
        return 0;
    }
    return -1;
}

void pages_free(uint64_t pa)
{
    uint32_t page = (uint32_t)(pa >> BATON_PAGE_SHIFT);

    if (pa & BATON_PAGE_MASK || pa >= FOUR_GIB || is_free(page))
        panic("a page is freed that is free, or is none: %a", pa);
    set_free(page);
}

uint64_t pages_count(void)
{
    return free_count;
}
