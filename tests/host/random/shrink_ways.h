/* For shrink.c alone: the changes it tries. */
#ifndef HOST_SHRINK_WAYS_H
#define HOST_SHRINK_WAYS_H

#include "tests/host/random/recipe.h"

/* Makes its n-th change, counted from 0, and returns true; false: it has no n-th one. A change that
 * is kept makes the recipe smaller or plainer for good: none undoes another. */
typedef bool shrink_way(struct recipe *r, unsigned n);

extern shrink_way *const shrink_ways[]; /* NULL ends it */

/* Makes a segment of every page; false: that is too many, or it is so already. The pages of a large
 * segment can go one by one then. */
bool shrink_split(struct recipe *r);

/* Does it keep the rules that the dice keep? */
bool shrink_is_sound(const struct recipe *r);

#endif
