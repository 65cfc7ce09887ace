/*
 * Random machines, each from load to the last byte. What fails is made small and printed: it then
 * belongs in test_regressions.c. All rounds are played in a process of their own, so that a crash
 * or a loop without end is a failure like others.
 */
#include "tests/host/paper/apart.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/random_recipe.h"
#include "tests/host/random/shrink.h"

#include <inttypes.h>

#define ROUNDS 20000
#define ROUND_SECONDS 60 /* a round takes less than a millisecond, mostly */

static struct journey journey;

/* Shared by the process that plays and the one that waits for it. */
static struct rounds {
    uint64_t seed, rounds, round;
    void (*roll)(struct dice *dice, struct recipe *recipe);
    struct recipe recipe; /* of this round */
    bool failed;
    char wrong[sizeof(journey.wrong)];
    uint64_t loaded, moved, refused[BATON_ERRORS];
} * now;

static void play(void *ctx)
{
    (void)ctx;
    for (; now->round < now->rounds; now->round++) {
        struct dice dice = {now->seed + (now->round << 20)};

        now->roll(&dice, &now->recipe);
        if (!now->recipe.segment[0].mem_size)
            continue;
        apart_again(ROUND_SECONDS);
        if (!recipe_play(&now->recipe, &journey)) {
            now->failed = true;
            memcpy(now->wrong, journey.wrong, sizeof(now->wrong));
            return;
        }
        if (journey.error) {
            now->refused[-journey.error]++;
        } else {
            now->loaded++;
            now->moved += journey.run.copies;
        }
    }
}

static void play_rounds(uint64_t seed, uint64_t rounds,
                        void (*roll)(struct dice *dice, struct recipe *recipe))
{
    if (!now)
        now = apart_memory(sizeof(*now));
    *now = (struct rounds){.seed = seed, .rounds = rounds, .roll = roll};
    const char *how = apart(play, NULL, ROUND_SECONDS, false);
    if (how || now->failed) {
        print_error("round %" PRIu64 ", BATON_SEED=%" PRIu64 ": %s; made smaller:\n", now->round,
                    dice_seed(), how ? how : now->wrong);
        recipe_report(&now->recipe, recipe_play);
        fail_msg("%s", how ? how : now->wrong);
    }
}

static void random_machines(void **state)
{
    (void)state;
    play_rounds(dice_seed(), dice_rounds(ROUNDS), random_recipe);
    printf("note: seed %" PRIu64 ", %" PRIu64 " machines: %" PRIu64 " handed over, %" PRIu64
           " pages copied; refused:",
           now->seed, now->rounds, now->loaded, now->moved);
    for (int i = 1; i < BATON_ERRORS; i++)
        if (now->refused[i])
            printf(" %s %" PRIu64, baton_error_name(-i), now->refused[i]);
    printf("\n");
    assert_true(now->loaded > now->rounds / 4); /* else it is the dice that are wrong */
}

static void failing_recipe(struct dice *dice, struct recipe *recipe)
{
    random_recipe(dice, recipe);
    recipe->fail_at = 1 + dice_roll(dice, 24);
}

/* Random machines with an allocator that fails at a random allocation: refused, and clean. */
static void random_failures(void **state)
{
    (void)state;
    play_rounds(~dice_seed(), dice_rounds(ROUNDS) / 4, failing_recipe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_machines),
        cmocka_unit_test(random_failures),
    };

    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
