/*
 * The pages that an image has from the host: checked when they come, kept out of every destination
 * (H3), entered in the ledger, given back all at once (H7). ledger.c is the set, take.c chooses.
 *
 * A page that the host gives but that lies in a destination is parked until the image is built,
 * else the host would give it again. Pages are also borrowed, for the time of one step.
 */
#ifndef RELOCATE_PLACE_LEDGER_H
#define RELOCATE_PLACE_LEDGER_H

#include "baton.h"

/* A bit a page: 32768 pages, 128 MiB, in one page of the ledger. */
#define LEDGER_STRETCH_SHIFT (BATON_PAGE_SHIFT + 15)
#define LEDGER_STRETCHES BATON_LEDGER

static inline unsigned ledger_stretch(uint64_t pa)
{
    return (unsigned)(pa >> LEDGER_STRETCH_SHIFT);
}

static inline uint32_t ledger_bit(uint64_t pa)
{
    return 1u << ((pa >> BATON_PAGE_SHIFT) & 31);
}

/* The word that has pa's bit; the stretch must have a page. Good until BATON_WINDOW_LEDGER shows
 * another page. */
uint32_t *ledger_word(const struct baton_host *host, const uint32_t *page, uint64_t pa);

/* Is any page of [start, end) in such a set? Both page aligned. */
bool ledger_any(const struct baton_host *host, const uint32_t *page, uint64_t start, uint64_t end);

/* The bits of [start, end) that lie in start's word; *next: where the next word begins. */
uint32_t ledger_bits(uint64_t start, uint64_t end, uint64_t *next);

/* Takes the page at pa out of the set, and gives it back to the host. */
void ledger_remove(struct baton_image *image, uint64_t pa);

/* Control pages end below the kernel's half, so that their identity addresses are free there. */
#define LEDGER_LIMIT 0xc0000000ull

/* Does the page at pa lie in a destination, or in a range used before the memory map is read? */
bool ledger_forbids(const struct baton_payload *payload, uint64_t pa);

/* One more page for the image, in no forbidden place; where there is none, from the end of a
 * guessed window, which then is shorter. 0, BATON_E_NO_PAGES, or BATON_E_HOST: alloc_page has
 * broken its contract, and image->fault says how. */
int ledger_take(struct baton_image *image, struct baton_payload *payload, uint64_t *pa);

/* The same within range, and it may lie in the payload's scratch memory: the caller minds that. */
int ledger_take_in(struct baton_image *image, struct baton_payload *payload,
                   const struct baton_range *range, uint64_t *pa);

/* A page below 4 GiB for one step, in a destination or not; and its return. Errors as of
 * ledger_take. */
int ledger_borrow(struct baton_image *image, const struct baton_payload *payload, uint64_t *pa);
void ledger_return(struct baton_image *image, uint64_t pa);

/* The refusal for an error of these functions: no page for `what` below `limit`. */
int ledger_refuse(const struct baton_image *image, struct baton_refusal *why, int error,
                  const char *what, uint64_t limit);

/* Gives the parked pages back. */
void ledger_unpark(struct baton_image *image);

/* Gives everything back; the ledger is empty then. */
void ledger_give_back(struct baton_image *image);

#endif
