/*
 * A set of pages below 4 GiB, for the time of one computation. Its own memory comes a page at
 * a time, when the first page of a 128 MiB stretch is put in.
 */
#ifndef RELOCATE_PLACE_BITMAP_H
#define RELOCATE_PLACE_BITMAP_H

#include "relocate/place/ledger.h"

struct bitmap {
    struct baton_image *image; /* borrows the set's memory */
    const struct baton_payload *payload;
    uint32_t page[LEDGER_STRETCHES]; /* pa, 0: nothing of this stretch is in the set */
};

void bitmap_begin(struct bitmap *set, struct baton_image *image,
                  const struct baton_payload *payload);

bool bitmap_has(const struct bitmap *set, uint64_t pa);

/* 0, or an error of ledger_borrow. */
int bitmap_add(struct bitmap *set, uint64_t pa);

/* Is any page of [start, end) in the set? Both page aligned. */
bool bitmap_any(const struct bitmap *set, uint64_t start, uint64_t end);

/* The first page of [start, end) that is not in the set; end: there is none. */
uint64_t bitmap_absent(const struct bitmap *set, uint64_t start, uint64_t end);

/* Puts all pages of [start, end) in. 0, or an error of ledger_borrow. */
int bitmap_add_range(struct bitmap *set, uint64_t start, uint64_t end);

void bitmap_end(struct bitmap *set);

#endif
