/* The search for a smaller recipe, and the processes of their own that it plays them in. */
#define _GNU_SOURCE
#include "tests/host/paper/apart.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/random_recipe.h"
#include "tests/host/random/shrink.h"

#include <stdlib.h>
#include <unistd.h>

static struct journey journey;
static struct recipe recipe;

/* ---- faults to be found -------------------------------------------------------------------------- */

/* "Cycles are wrong." */
static bool without_cycles(const struct recipe *r, struct journey *j)
{
    recipe_stage(r, j);
    return journey_load(j) || !j->image.counts.cycles;
}

/* "A cycle crashes." */
static bool crash_on_cycles(const struct recipe *r, struct journey *j)
{
    if (!without_cycles(r, j))
        abort();
    return true;
}

static bool never(const struct recipe *r, struct journey *j)
{
    (void)r;
    (void)j;
    return true;
}

/* A random recipe, as large as they come, that this judge is not pleased with. */
static void roll_failing(recipe_judge *judge, unsigned segments)
{
    for (uint64_t round = 0; round < 10000; round++) {
        struct dice dice = {round << 20};

        random_recipe(&dice, &recipe);
        if (recipe_segments(&recipe) >= segments && !judge(&recipe, &journey))
            return;
    }
    fail_msg("no random recipe fails");
}

static uint64_t file_pages(void)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < recipe_segments(&recipe); i++)
        bytes += recipe.segment[i].file_size;
    return bytes / BATON_PAGE_SIZE;
}

/* ---- tests ---------------------------------------------------------------------------------------- */

/* Two pages that change places: of whatever large one it began with. */
static void a_cycle_is_all_that_is_left(void **state)
{
    recipe_judge *const judges[] = {without_cycles, crash_on_cycles};

    (void)state;
    for (size_t i = 0; i < COUNT(judges); i++) {
        roll_failing(without_cycles, 6);
        assert_true(file_pages() > 8);
        assert_true(recipe_shrink(&recipe, judges[i]));
        assert_false(without_cycles(&recipe, &journey));
        assert_int_equal(recipe_segments(&recipe), 2);
        assert_int_equal(file_pages(), 2);
        assert_int_equal(recipe.made, 0);
        assert_int_equal(recipe.order, LEND_HIGHEST);
        assert_int_equal(recipe.keep[0].end, 0);
    }
}

static void what_does_not_fail_stays_as_it_is(void **state)
{
    struct recipe before;

    (void)state;
    roll_failing(without_cycles, 6);
    before = recipe;
    assert_false(recipe_shrink(&recipe, never));
    assert_memory_equal(&recipe, &before, sizeof(recipe));
}

/* What is printed is C, and short: nothing is told that is the rule. */
static void printed(void **state)
{
    static const struct recipe r = {
        .pae = true,
        .fail_at = 3,
        .memory = {{0x100000, 0x200000, 1}},
        .file = {{0x110000, 0x112000}},
        .segment = {{BATON_SEG_SKEW | BATON_SEG_INPLACE, 0x110000, 0x2000, 0x2000, UINT64_MAX}},
    };
    char *text;
    size_t size;
    FILE *to = open_memstream(&text, &size);

    (void)state;
    recipe_print(&r, to);
    fclose(to);
    assert_string_equal(text, "    {\n"
                              "        .name = \"\",\n"
                              "        .pae = true,\n"
                              "        .fail_at = 3,\n"
                              "        .memory = {{0x100000, 0x200000, 1}},\n"
                              "        .file = {{0x110000, 0x112000}},\n"
                              "        .segment = {\n"
                              "            {BATON_SEG_SKEW | BATON_SEG_INPLACE, 0x110000, 0x2000, "
                              "0x2000, UINT64_MAX},\n"
                              "        },\n"
                              "    },\n");
    free(text);
}

/* ---- processes ------------------------------------------------------------------------------------ */

static void ends(void *ctx)
{
    *(int *)ctx = 7;
}

static void aborts(void *ctx)
{
    (void)ctx;
    abort();
}

static void exits(void *ctx)
{
    (void)ctx;
    _exit(3);
}

static void sleeps(void *ctx)
{
    (void)ctx;
    for (;;)
        pause();
}

static void how_a_process_ends_is_told(void **state)
{
    int *seen = apart_memory(sizeof(*seen));

    (void)state;
    assert_null(apart(ends, seen, 60, false));
    assert_int_equal(*seen, 7);
    assert_non_null(strstr(apart(aborts, NULL, 60, true), "it died of signal 6"));
    assert_string_equal(apart(exits, NULL, 60, false), "it ended with status 3");
    assert_string_equal(apart(sleeps, NULL, 1, false), "it does not end");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cycle_is_all_that_is_left),
        cmocka_unit_test(what_does_not_fail_stays_as_it_is),
        cmocka_unit_test(printed),
        cmocka_unit_test(how_a_process_ends_is_told),
    };

    return cmocka_run_group_tests_name("shrink", tests, NULL, NULL);
}
