/*
 * An image with everything in it, for the tests that damage one: a cycle, a move onto its own
 * source, zeros, bounce pages, pages of Baton's making.
 *
 *              0   4   8   12  16  20  24
 *     before   AAAABBBBCCCC............       (blocks of four pages; C begins within a page)
 *     after    BBBBAAAA....CCCC0000.D..       D: another copy of A, composed
 */
#ifndef HOST_SAMPLE_H
#define HOST_SAMPLE_H

#include "tests/host/random/recipe.h"

#define SAMPLE_BASE 0x00400000ull
#define SAMPLE_PAGES 24
#define SAMPLE_KEEP 0x00300000ull /* live tables, two pages */

/* `blocks`: times the size; 300 makes a list of several pages. */
void sample_recipe(bool pae, uint64_t blocks, struct recipe *recipe);

/* Loads it; fails the test if that fails. */
void sample_load(bool pae, uint64_t blocks, struct journey *j);

/* The n-th word of the list (from 0) that has exactly this flag: its pa. Fails if there is none. */
uint64_t sample_word(const struct journey *j, uint32_t flag, unsigned n);

/* How many words the list has, with what leads from page to page; calls visit for each if any. */
unsigned sample_words(const struct journey *j, void (*visit)(void *ctx, uint64_t pa), void *ctx);

#endif
