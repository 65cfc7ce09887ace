/*
 * The image of a call. Its list is one like any other, of bounce pages alone: a page of the image for
 * each page of the payload. The call page swaps the pairs instead of copying (call.S), so
 *
 *   - no page is in two pairs, and their order does not matter;
 *   - the same list, a second time, brings back what lay at the destinations, byte for byte;
 *   - the payload's file is only read, at the load and before each call.
 */
#ifndef RELOCATE_IMAGE_CALL_H
#define RELOCATE_IMAGE_CALL_H

#include "baton.h"

/* The call page, where the payload is to be called. 0 or an error of ledger_take. */
int call_build(struct baton_payload *payload, struct baton_image *image);

/* Fills it; everything else must be built before. Does nothing where there is none. */
void call_fill(const struct baton_image *image, const struct baton_payload *payload);

/* Puts the payload's bytes into its pages again: a call has left its own there. */
void call_refill(const struct baton_payload *payload, const struct baton_image *image);

struct call_page;

/* After a call: *page is what the call page says of it, and the image is as it was built, but for the
 * payload's pages. */
void call_renew(struct baton_image *image, struct call_page *page);

#endif
