/*
 * Replaying the list without writing to memory. Words that continue where the one before ended are
 * one step, so that a run of pages is checked at once:
 *
 *     destination d, source s, s + 1, s + 2, ...     step: s to d, so many pages, ascending
 */
#ifndef RELOCATE_DRYRUN_REPLAY_H
#define RELOCATE_DRYRUN_REPLAY_H

#include "relocate/dryrun/check.h"

struct step {
    uint64_t dest, source; /* pa of the first page; source is 0 for zeros */
    uint64_t size;         /* bytes; 0: no step yet */
    bool zero;
};

struct replay {
    struct check *check;
    struct pieces *pieces; /* of every segment, in a page of working memory */
    struct step step;
    uint64_t saved;  /* whose content the swap page holds, 0: nobody's */
    uint64_t filled; /* bytes of destinations filled */
};

/* steps.c: checks the step so far against the segments; then there is none. */
int steps_check(struct replay *r);

/* The bytes that must be filled, as the segments say. */
uint64_t steps_wanted(const struct replay *r);

#endif
