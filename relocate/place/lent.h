/* One page of the host's, for ledger.c and take.c. */
#ifndef RELOCATE_PLACE_LENT_H
#define RELOCATE_PLACE_LENT_H

#include "baton.h"

/*
 * Asks alloc_page for a page that ends at or below `below`. 0, BATON_E_NO_PAGES, or BATON_E_HOST:
 * alloc_page has broken its contract; then image->fault says how, and the page is not touched.
 */
int lent_page(struct baton_image *image, const struct baton_payload *payload, uint64_t below,
              uint64_t *pa);

#endif
