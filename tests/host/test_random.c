/*
 * Random machines, each from load to the last byte. What fails is made small and printed: it then
 * belongs in test_regressions.c.
 */
#include "tests/host/cm.h"
#include "tests/host/random_recipe.h"

#include <inttypes.h>

#define ROUNDS 20000

static struct journey journey;
static struct recipe recipe;

static void random_machines(void **state)
{
    uint64_t seed = dice_seed(), rounds = dice_rounds(ROUNDS);
    uint64_t loaded = 0, cycles = 0, moved = 0, refused[BATON_ERRORS] = {0};

    (void)state;
    for (uint64_t round = 0; round < rounds; round++) {
        struct dice dice = {seed + (round << 20)};

        random_recipe(&dice, &recipe);
        if (!recipe.segment[0].mem_size)
            continue;
        if (!recipe_play(&recipe, &journey)) {
            print_error("round %" PRIu64 " of seed %" PRIu64 ": %s; made smaller:\n", round, seed,
                        journey.wrong);
            recipe_shrink(&recipe, &journey);
            recipe_print(&recipe, stderr);
            assert_journey(&journey, false);
        }
        if (journey.error) {
            refused[-journey.error]++;
        } else {
            loaded++;
            cycles += journey.image.counts.cycles;
            moved += journey.run.copies;
        }
    }
    printf("note: seed %" PRIu64 ", %" PRIu64 " machines: %" PRIu64 " handed over, %" PRIu64
           " pages copied; refused:",
           seed, rounds, loaded, moved);
    for (int i = 1; i < BATON_ERRORS; i++)
        if (refused[i])
            printf(" %s %" PRIu64, baton_error_name(-i), refused[i]);
    printf("\n");
    assert_true(loaded > rounds / 4); /* else it is the dice that are wrong */
}

/* Random machines with an allocator that fails at a random allocation: refused, and clean. */
static void random_failures(void **state)
{
    uint64_t seed = dice_seed(), rounds = dice_rounds(ROUNDS) / 4;

    (void)state;
    for (uint64_t round = 0; round < rounds; round++) {
        struct dice dice = {~seed + (round << 20)};

        random_recipe(&dice, &recipe);
        if (!recipe.segment[0].mem_size)
            continue;
        recipe_stage(&recipe, &journey);
        journey.machine.fail_at = 1 + dice_roll(&dice, 24);
        int error = journey_load(&journey);
        bool sound = error ? !journey.wrong[0] : journey_finish(&journey);
        if (!error && journey.given >= journey.machine.fail_at) {
            snprintf(journey.wrong, sizeof(journey.wrong), "H6: an allocation failed unnoticed");
            sound = false;
        }
        if (!sound) {
            print_error("round %" PRIu64 " of seed %" PRIu64 ", allocation %" PRIu64 " fails\n",
                        round, seed, journey.machine.fail_at);
            recipe_print(&recipe, stderr);
            assert_journey(&journey, false);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_machines),
        cmocka_unit_test(random_failures),
    };

    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
