/* The page allocator of the old kernel against a list of pages, one byte each. */
#include "kernel/memory/pages.h"

#include <stdlib.h>

#include "kernel/machine/panic.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"

#define PAGES (1u << 20)

static uint8_t model[PAGES]; /* 1: free */
static uint32_t model_count;

void panic(const char *format, ...)
{
    mock_assert(false, format, __FILE__, __LINE__); /* fails, but in expect_assert_failure() */
    abort();
}

static void model_set(uint64_t from, uint64_t to, uint8_t value)
{
    for (uint64_t page = from; page < to && page < PAGES; page++) {
        model_count += value - model[page];
        model[page] = value;
    }
}

/* What pages.h says of a range that is usable: whole pages, 64 to 636 KiB and from 1 MiB on. */
static void model_start(const struct baton_memory *m)
{
    for (uint64_t page = m->start / 4096 + !!(m->start % 4096); page < m->end / 4096; page++)
        if (m->type == BATON_MEM_USABLE && ((page >= 0x10 && page < 0x9f) || page >= 0x100))
            model_set(page, page + 1, 1);
}

static uint64_t model_highest(uint64_t below)
{
    uint64_t least = below > 0x100000 ? 0x100 : 0;

    for (uint64_t page = below / 4096 < PAGES ? below / 4096 : PAGES; page-- > least;)
        if (model[page])
            return page * 4096;
    return 0;
}

/* Odd ranges, some that overlap, some reserved; then pages are taken and given back. */
static void random_memory(void **state)
{
    struct dice dice = {dice_seed()};
    struct baton_memory memory[6];

    (void)state;
    for (unsigned i = 0; i < COUNT(memory); i++) {
        memory[i].start = dice_roll(&dice, i < 2 ? 0x200000 : 0x8000000);
        memory[i].end = memory[i].start + dice_roll(&dice, i < 3 ? 0x300000 : 0x1000000);
        memory[i].type = dice_once(&dice, 5) ? BATON_MEM_USABLE + 1 : BATON_MEM_USABLE;
        model_start(&memory[i]);
    }
    pages_start(memory, COUNT(memory));
    assert_int_equal(pages_count(), model_count);
    for (unsigned i = 0; i < 50; i++) {
        uint64_t start = dice_roll(&dice, 0x8000000), end = start + dice_roll(&dice, 0x100000);

        pages_reserve(start, end);
        if (start < end)
            model_set(start / 4096, (end + 4095) / 4096, 0);
        assert_int_equal(pages_count(), model_count);
    }
    pages_reserve(0xfffff000, 1ull << 33);
    for (unsigned i = 0; i < 3000; i++) {
        uint64_t below = dice_once(&dice, 3) ? 1ull << 32 : dice_roll(&dice, 0x9000000);
        uint64_t expected = model_highest(below), pa = 0;

        assert_int_equal(pages_alloc(below, &pa), expected ? 0 : -1);
        assert_int_equal(pa, expected);
        if (!expected)
            continue;
        if (dice_once(&dice, 3))
            pages_free(pa);
        else
            model_set(pa / 4096, pa / 4096 + 1, 0);
        assert_int_equal(pages_count(), model_count);
    }
}

/* All of 4 GiB: the last page, too. */
static void the_last_page(void **state)
{
    const struct baton_memory all = {0, 1ull << 34, BATON_MEM_USABLE};
    uint64_t pa;

    (void)state;
    pages_reserve(0, 1ull << 33);
    assert_int_equal(pages_count(), 0);
    pages_start(&all, 1);
    assert_int_equal(pages_count(), PAGES - 0x100 + 0x9f - 0x10);
    assert_int_equal(pages_alloc(1ull << 32, &pa), 0);
    assert_int_equal(pa, 0xfffff000);
    assert_int_equal(pages_alloc(0x100000, &pa), 0);
    assert_int_equal(pa, 0x9e000);
}

/* A range of less than a page has none, also where its ends lie in two words of the bitmap. */
static void no_whole_page(void **state)
{
    static const struct baton_memory ranges[] = {{0x11f001, 0x11ffff, BATON_MEM_USABLE},
                                                 {0x11f800, 0x120800, BATON_MEM_USABLE},
                                                 {0x120001, 0x120001, BATON_MEM_USABLE}};
    uint64_t pa = 0x1234;

    (void)state;
    pages_reserve(0, 1ull << 33);
    pages_start(ranges, COUNT(ranges));
    assert_int_equal(pages_count(), 0);
    assert_int_equal(pages_alloc(1ull << 32, &pa), -1);
    assert_int_equal(pa, 0x1234);
}

static void what_is_not_lent_is_not_taken_back(void **state)
{
    const struct baton_memory two = {0x200000, 0x202000, BATON_MEM_USABLE};
    const uint64_t wrong[] = {0x200000, 0x201000, 0x300800, 1ull << 32, UINT64_MAX};
    uint64_t pa;

    (void)state;
    pages_reserve(0, 1ull << 33);
    pages_start(&two, 1);
    assert_int_equal(pages_alloc(1ull << 32, &pa), 0);
    assert_int_equal(pa, 0x201000);
    pages_free(pa);
    for (size_t i = 0; i < COUNT(wrong); i++)
        expect_assert_failure(pages_free(wrong[i]));
    assert_int_equal(pages_count(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_memory),
        cmocka_unit_test(the_last_page),
        cmocka_unit_test(no_whole_page),
        cmocka_unit_test(what_is_not_lent_is_not_taken_back),
    };

    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
