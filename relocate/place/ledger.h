/*
 * The pages that an image owns: taken from the host, kept out of every destination (H3), written
 * into a ledger, given back all at once (H7).
 *
 * The ledger is a chain of pages: word 0 the pa of the page before it (0: none), word 1 how many
 * entries follow, then the entries: pa of the pages owned. A page that the host gives us but that
 * lies in a destination is parked until the image is built, else the host would give it again.
 */
#ifndef RELOCATE_PLACE_LEDGER_H
#define RELOCATE_PLACE_LEDGER_H

#include "baton.h"

/* Control pages end below the kernel's half, so that their identity addresses are free there. */
#define LEDGER_LIMIT 0xc0000000ull

/* Does the page at pa lie in a destination, or in a range used before the memory map is read? */
bool ledger_forbids(const struct baton_payload *payload, uint64_t pa);

/* One more page for the image, in no forbidden place; where there is none, from the end of a guessed
 * window, which then is shorter. 0, or BATON_E_NO_PAGES. */
int ledger_take(struct baton_image *image, struct baton_payload *payload, uint64_t *pa);

/* The same within range, and it may lie in the payload's scratch memory: the caller minds that. */
int ledger_take_in(struct baton_image *image, struct baton_payload *payload,
                   const struct baton_range *range, uint64_t *pa);

/* Gives the parked pages back. */
void ledger_unpark(struct baton_image *image);

/* Gives everything back; image->ledger and ->parked are 0 then. */
void ledger_give_back(struct baton_image *image);

#endif
