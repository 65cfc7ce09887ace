/*
 * The pages that a payload must see on page tables of its own: the generated ones and the control
 * code page, in the payload's reach.
 */
#ifndef RELOCATE_PLACE_REACH_H
#define RELOCATE_PLACE_REACH_H

#include "baton.h"

/*
 * Takes them, before the image has any other page: the segments' dest, and image->control. 0,
 * BATON_E_HOST, or BATON_E_REACH, and then *what are the pages that were not to be had (static
 * text).
 */
int reach_take(struct baton_image *image, struct baton_payload *payload, const char **what);

/* Where the payload's reach ends; LEDGER_LIMIT if it has none. */
uint64_t reach_end(const struct baton_payload *payload);

/* Do these pages lie where reach_take puts them? NULL, or what is wrong; *page is the page. */
const char *reach_wrong(const struct baton_payload *payload, const struct baton_image *image,
                        uint64_t *page);

#endif
