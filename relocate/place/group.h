/*
 * Groups: segments in one piece, as several initrds are (BATON_SEG_FOLLOWS). While they are placed,
 * the first one stands for all and has the size of all. A group begins at the start of a page,
 * because Linux warns of an initrd that does not. Segments whose source has the offset in its page
 * that their destination has can move as whole pages, or stay. The largest of these is what may
 * stay.
 *
 *     sources     ..[A]..[    B    ].....[C]..
 *     the group   ..[A|    B    |C]...........
 */
#ifndef RELOCATE_PLACE_GROUP_H
#define RELOCATE_PLACE_GROUP_H

#include "baton.h"

struct groups {
    uint64_t joined; /* bit i: segment i stands for a group */
    uint64_t split;  /* bit i: some page of that group must be written, wherever the group lies */
};

_Static_assert(BATON_SEGMENTS <= 64, "joined and split are one word each");

/* The first segment of each group stands for it. */
void groups_join(struct baton_payload *payload, struct groups *groups);

/* Undoes groups_join; the segments that follow get their destinations from the first one's. */
void groups_part(struct baton_payload *payload, const struct groups *groups);

/* If segment i, or the group that it stands for, starts at dest: how many bytes (in whole pages)
 * would stay. *moving: how many would move. */
uint64_t group_staying(const struct baton_payload *payload, const struct groups *groups, uint32_t i,
                       uint64_t dest, uint64_t *moving);

#endif
