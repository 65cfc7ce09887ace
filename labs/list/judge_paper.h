/* A memory of a few pages, as a picture, in which each move is made as it is emitted. */
#ifndef LABS_LIST_JUDGE_PAPER_H
#define LABS_LIST_JUDGE_PAPER_H

#include "labs/grader/exam.h"

#define PAGES 48u  /* the most of a picture */
#define STOP (-77) /* the sink's own error */

/* What was done to it. */
extern struct paper {
    char memory[PAGES + 1], wanted[PAGES + 1];
    char spare; /* the swap page; 0: it holds nothing that is needed */
    unsigned pages, copies, saves, restores, calls, stop_at;
    bool stopped;
} paper;

/* Orders the moves from `before` to `after` with moves_order, and returns what it returns. The call
 * number `stop_at` of the sink (from 1; 0: none) returns STOP. */
int order(const char *before, const char *after, unsigned stop_at);

/* Is memory as `after` wants it? shown: as it is, but for what nobody asked for. */
bool right(const char *after, char shown[PAGES + 1]);

/* Of a picture: how many pages move, and how many cycles their moves form. */
unsigned moving(const char *before, const char *after);
unsigned cycles(const char *before, const char *after);

#endif
