/*
 * Layouts drawn: memory before and after the hand-off, a character a block of pages.
 *
 *     before  "ABCD...."      letters: blocks of the payload's file; '.': free memory
 *     after   "..ABCD00"      the same blocks where they are wanted; '0': zeros; '.': nothing
 *
 * Every run of blocks that stay together becomes one segment.
 */
#ifndef HOST_PICTURE_H
#define HOST_PICTURE_H

#include "tests/host/random/recipe.h"

struct picture {
    const char *name;
    const char *before, *after;
};

/* Draws it to scale: the first block lies at base, and a block is `pages` pages. */
void picture_recipe(const struct picture *picture, uint64_t base, uint64_t pages,
                    struct recipe *recipe);

#endif
