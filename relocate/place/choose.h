/* The best place for one segment, and the next best ones. */
#ifndef RELOCATE_PLACE_CHOOSE_H
#define RELOCATE_PLACE_CHOOSE_H

#include "relocate/place/fit.h"

/* The cheapest place of a segment that costs more than `above_cost`, or as much and lies higher. */
struct choice {
    uint64_t dest, cost;
    uint64_t above_cost, above_dest; /* what was tried already; above_dest is NOWHERE: nothing */
};

/* Finds it for movable segment i: returns best->dest, NOWHERE if there is none. */
uint64_t choose_place(const struct placing *p, uint32_t i, struct choice *best);

#endif
