/*
 * A recipe that fails, made smaller as long as it fails: fewer segments, ranges and pages, plainer
 * numbers. Each try is a process of its own, so crashes and endless loops shrink, too.
 */
#ifndef HOST_SHRINK_H
#define HOST_SHRINK_H

#include "tests/host/random/recipe.h"

/* Is all well with it? false: j->wrong says what is not. It may crash; it must not assert. */
typedef bool recipe_judge(const struct recipe *recipe, struct journey *j);

/* Makes it smaller. false, and the recipe as it was: it does not fail at all. */
bool recipe_shrink(struct recipe *recipe, recipe_judge *judge);

/* Makes it smaller, prints it as C for test_regressions.c, and lets it fail aloud once more. */
void recipe_report(struct recipe *recipe, recipe_judge *judge);

#endif
