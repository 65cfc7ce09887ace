/* A counter, well mixed: every seed gives another sequence, and any state will do. */
#include "tests/host/random/dice.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SEED_USUAL 1

uint64_t dice_bits(struct dice *dice)
{
    uint64_t x = dice->state += 0x9e3779b97f4a7c15ull; /* 2^64 over the golden ratio: odd */

    x = (x ^ x >> 32) * 0xd6e8feb86659fd93ull;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93ull;
    return x ^ x >> 32;
}

uint64_t dice_roll(struct dice *dice, uint64_t sides)
{
    return dice_bits(dice) % sides;
}

uint64_t dice_seed(void)
{
    const char *given = getenv("BATON_SEED");

    if (!given || !*given)
        return SEED_USUAL;
    if (!strcmp(given, "now"))
        return (uint64_t)time(NULL);
    return strtoull(given, NULL, 0);
}

uint64_t dice_rounds(uint64_t usual)
{
    const char *given = getenv("BATON_ROUNDS");

    if (given && *given)
        return strtoull(given, NULL, 0);
    return dice_thorough() ? 8 * usual : usual;
}

bool dice_thorough(void)
{
    return getenv("BATON_THOROUGH") != NULL;
}
