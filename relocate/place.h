/* Placement's one helper for others: what counts as RAM. baton_place itself is in baton.h. */
#ifndef RELOCATE_PLACE_H
#define RELOCATE_PLACE_H

#include "baton.h"

/* Is every byte of [start, end) usable RAM by the host's map? */
bool place_is_ram(const struct baton_host *host, uint64_t start, uint64_t end);

#endif
