/*
 * Random numbers that can be had again: one seed, one sequence. The environment sets the seed
 * (BATON_SEED, a number or "now") and how many rounds a random test makes (BATON_ROUNDS).
 */
#ifndef HOST_DICE_H
#define HOST_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

/* Any 64 bits. */
uint64_t dice_bits(struct dice *dice);

/* 0 to sides - 1; sides is at least 1. */
uint64_t dice_roll(struct dice *dice, uint64_t sides);

/* True once in `in` times. */
static inline bool dice_once(struct dice *dice, uint64_t in)
{
    return dice_roll(dice, in) == 0;
}

/* The seed of this run, printed by the caller. */
uint64_t dice_seed(void);

/* The rounds of this run: BATON_ROUNDS, else `usual`, or more of them when there is time. */
uint64_t dice_rounds(uint64_t usual);

/* Is there time for all of it? (BATON_THOROUGH, set by make test-host.) */
bool dice_thorough(void);

#endif
