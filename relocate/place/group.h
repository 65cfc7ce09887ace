/*
 * Segments in one piece, as several initrds are (BATON_SEG_FOLLOWS). While they are placed, the first
 * one stands for all: it has the size of all. The group begins at a page's start, for Linux warns of an
 * initrd that does not. The pages of those that lie in their pages as they will lie there can move as
 * they are, or stay. The largest of these says where the group lies already.
 *
 *     sources     ..[A]..[    B    ].....[C]..
 *     the group   ..[A|    B    |C]...........
 */
#ifndef RELOCATE_PLACE_GROUP_H
#define RELOCATE_PLACE_GROUP_H

#include "baton.h"

struct groups {
    uint64_t joined; /* bit i: segment i stands for a group */
    uint64_t split;  /* bit i: and something of that group must be written wherever it lies */
};

_Static_assert(BATON_SEGMENTS <= 64, "joined and split are one word each");

/* The first segment of each group stands for it. */
void groups_join(struct baton_payload *payload, struct groups *groups);

/* Each segment has its own again, and those that follow get their destinations, by the first one's. */
void groups_part(struct baton_payload *payload, const struct groups *groups);

/* If segment i, or the group that it stands for, starts at dest: bytes, in whole pages, of what would
 * lie there already; *moving: of the rest. */
uint64_t group_staying(const struct baton_payload *payload, const struct groups *groups, uint32_t i,
                       uint64_t dest, uint64_t *moving);

#endif
