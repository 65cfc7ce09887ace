/* Machines and payloads at random: small, crowded, and as awkward as can be had. */
#ifndef HOST_RANDOM_RECIPE_H
#define HOST_RANDOM_RECIPE_H

#include "tests/host/random/recipe.h"

void random_recipe(struct dice *dice, struct recipe *recipe);

#endif
