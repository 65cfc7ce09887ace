/*
 * Tables at random:
 *
 *     root -> directories (PAE: 4) -> tables (4) -> pages anywhere
 *
 * Each is full of entries, so that every address leads somewhere. What an entry may have is chosen by
 * the check: large pages, holes, flags, reserved bits.
 */
#ifndef LABS_WALK_JUDGE_FILL_H
#define LABS_WALK_JUDGE_FILL_H

#include "tests/host/paper/machine.h"

enum { SMALL = 0, LARGE = 1, HOLES = 2, FLAGS = 4, RESERVED = 8 };

extern struct machine machine;
extern struct dice dice;
extern bool pae;      /* which format; set it before */
extern uint64_t root; /* where they begin */

/* Makes new ones, with what `kind` names. */
void fill(unsigned kind);

#endif
