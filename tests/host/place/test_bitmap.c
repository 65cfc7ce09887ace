/*
 * A set of pages against an array of booleans: single pages and ranges, over the ends of words
 * (32 pages) and of stretches (128 MiB), where the set's memory comes a page at a time.
 */
#include "relocate/place/bitmap.h"
#include "tests/host/paper/cm.h"
#include "tests/host/paper/machine.h"

#define PAGE ((uint64_t)BATON_PAGE_SIZE)
#define STRETCH (128ull << 20)
#define ROUNDS 60

static struct machine machine;
static struct baton_image image; /* borrows the set's pages */
static const struct baton_payload payload;
static bool in_set[MACHINE_PAGES];

static void start(struct bitmap *set)
{
    machine_start(&machine, 0xc0105000, 0x105000);
    machine_memory(&machine, 0x200000, 0x300000, BATON_MEM_USABLE);
    machine_ready(&machine);
    image = (struct baton_image){.host = &machine.host};
    bitmap_begin(set, &image, &payload);
    memset(in_set, 0, sizeof(in_set));
}

static bool any(uint64_t start, uint64_t end)
{
    for (; start < end; start += PAGE)
        if (in_set[start / PAGE])
            return true;
    return false;
}

static uint64_t absent(uint64_t start, uint64_t end)
{
    while (start < end && in_set[start / PAGE])
        start += PAGE;
    return start;
}

static void assert_same(const struct bitmap *set, uint64_t start, uint64_t end)
{
    assert_int_equal(bitmap_any(set, start, end), any(start, end));
    assert_int_equal(bitmap_absent(set, start, end), absent(start, end));
    assert_int_equal(bitmap_has(set, start), in_set[start / PAGE]);
}

static void add(struct bitmap *set, uint64_t start, uint64_t end)
{
    assert_int_equal(bitmap_add_range(set, start, end), 0);
    for (; start < end; start += PAGE)
        in_set[start / PAGE] = true;
}

static void finish(struct bitmap *set)
{
    bitmap_end(set);
    assert_int_equal(machine.lent, 0);
    assert_string_equal(machine.violation, "");
}

/* Ranges that begin, end, or lie in stretches of which nothing is known. */
static void over_stretches(void **state)
{
    struct bitmap set;

    (void)state;
    start(&set);
    assert_same(&set, 0, 32 * STRETCH);
    assert_int_equal(machine.lent, 0); /* nothing in it, nothing taken */
    assert_int_equal(bitmap_add(&set, 5 * STRETCH), 0);
    in_set[5 * STRETCH / PAGE] = true;
    assert_int_equal(machine.lent, 1);
    assert_same(&set, 5 * STRETCH - PAGE, 5 * STRETCH + PAGE);
    assert_same(&set, 5 * STRETCH - PAGE, 5 * STRETCH);
    assert_same(&set, STRETCH + 7 * PAGE, 5 * STRETCH + PAGE);
    assert_same(&set, 5 * STRETCH, 6 * STRETCH);
    assert_same(&set, 5 * STRETCH + PAGE, 32 * STRETCH);
    assert_same(&set, 0, 32 * STRETCH);
    add(&set, 8 * STRETCH - PAGE, 8 * STRETCH + PAGE); /* over an end: two stretches more */
    assert_int_equal(machine.lent, 3);
    assert_same(&set, 7 * STRETCH, 9 * STRETCH);
    add(&set, 10 * STRETCH, 11 * STRETCH); /* all of one */
    assert_same(&set, 10 * STRETCH, 11 * STRETCH);
    assert_same(&set, 10 * STRETCH, 11 * STRETCH + PAGE);
    add(&set, 32 * STRETCH - PAGE, 32 * STRETCH); /* the last page below 4 GiB */
    assert_same(&set, 32 * STRETCH - PAGE, 32 * STRETCH);
    assert_same(&set, 31 * STRETCH, 32 * STRETCH);
    finish(&set);
}

/* Every range within three words. */
static void within_words(void **state)
{
    struct bitmap set;

    (void)state;
    for (uint64_t from = 0; from < 70; from += 3)
        for (uint64_t to = from + 1; to < 96; to += from % 2 ? 1 : 5) {
            start(&set);
            add(&set, STRETCH + from * PAGE, STRETCH + to * PAGE);
            for (uint64_t at = 0; at < 96; at++)
                assert_int_equal(bitmap_has(&set, STRETCH + at * PAGE), at >= from && at < to);
            assert_same(&set, STRETCH, STRETCH + 96 * PAGE);
            assert_same(&set, STRETCH + from * PAGE, STRETCH + 96 * PAGE);
            assert_same(&set, STRETCH, STRETCH + from * PAGE);
            finish(&set);
        }
}

static uint64_t some_page(struct dice *dice)
{
    uint64_t near = dice_roll(dice, 4) * STRETCH + dice_roll(dice, 2) * 40 * PAGE;

    return near + dice_roll(dice, 200) * PAGE;
}

static void random_ranges(void **state)
{
    struct dice dice = {dice_seed()};
    struct bitmap set;

    (void)state;
    for (uint64_t round = 0; round < dice_rounds(ROUNDS); round++) {
        start(&set);
        for (unsigned n = 0; n < 40; n++) {
            uint64_t from = some_page(&dice), to = from + dice_roll(&dice, 70) * PAGE;

            if (dice_once(&dice, 20))
                to = from + STRETCH;
            if (dice_once(&dice, 2))
                add(&set, from, to);
            from = some_page(&dice);
            assert_same(&set, from, from + dice_roll(&dice, 300) * PAGE);
            assert_same(&set, from, from + STRETCH);
        }
        finish(&set);
    }
}

/* No page for the set: it says so, and is as it was. */
static void no_pages(void **state)
{
    struct bitmap set;

    (void)state;
    start(&set);
    add(&set, STRETCH, STRETCH + PAGE);
    machine.fail_at = machine.asked + 1;
    assert_int_equal(bitmap_add(&set, 0), BATON_E_NO_PAGES);
    machine.fail_at = machine.asked + 1;
    assert_int_equal(bitmap_add_range(&set, 2 * STRETCH - PAGE, 2 * STRETCH + PAGE),
                     BATON_E_NO_PAGES);
    in_set[2 * STRETCH / PAGE - 1] = true; /* the first part is in */
    assert_same(&set, 0, STRETCH);
    assert_same(&set, STRETCH, 3 * STRETCH);
    finish(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_stretches),
        cmocka_unit_test(within_words),
        cmocka_unit_test(random_ranges),
        cmocka_unit_test(no_pages),
    };

    return cmocka_run_group_tests_name("bitmap", tests, NULL, NULL);
}
