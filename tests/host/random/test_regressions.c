/* Machines that random tests once found to go wrong, made small. Each is now handed over. */
#include "tests/host/paper/cm.h"
#include "tests/host/random/recipe.h"

#define FIXED BATON_SEG_FIXED

static struct journey journey;

static const struct recipe recipes[] = {
    {
        /* The list ran from a destination straight into the swap page behind it, and the page
         * saved there lay behind the page just copied: the dry run took the two for one run. */
        .name = "swap page behind the last destination",
        .place = BATON_PLACE_PREFER,
        .order = LEND_LOWEST,
        .trampoline_pa = 0x8000,
        .memory = {{0x100000, 0x108000, 1}, {0x7fff8000, 0x80008000, 1}},
        .file = {{0x7fff8000, 0x80004000}},
        .segment =
            {
                {FIXED, 0x7fffc000, 0x5000, 0x5000, 0x7fffa000},
                {FIXED, 0x7fff8000, 0x1000, 0x1000, 0x7ffff000},
                {FIXED, 0x7fffa000, 0x2000, 0x2000, 0x80000000},
                {FIXED, 0x80001000, 0x1000, 0x1000, 0x80002000},
                {FIXED, 0x80002000, 0x1000, 0x1000, 0x80003000},
                {FIXED, 0x80003000, 0x1000, 0x1000, 0x80004000},
                {FIXED, 0x7fff9000, 0x1000, 0x1000, 0x80005000},
            },
        .made = 1,
    },
};

static void once_wrong_now_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(recipes); i++) {
        if (!recipe_play(&recipes[i], &journey) || journey.error)
            print_error("%s\n", recipes[i].name);
        assert_journey(&journey, !journey.wrong[0]);
        assert_int_equal(journey.error, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(once_wrong_now_right)};

    return cmocka_run_group_tests_name("regressions", tests, NULL, NULL);
}
