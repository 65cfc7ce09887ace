/* Why a segment moves. Pure: the answer comes from the description of a payload that is placed. */
#ifndef KERNEL_LOAD_REASON_H
#define KERNEL_LOAD_REASON_H

#include "baton.h"

/* A clause such as "everything moves (place=all)", to come after the segment's name and a colon; NULL: it stays. If
 * *address is not 0, it belongs after the clause. */
const char *reason_to_move(const struct baton_payload *payload, uint32_t place, uint32_t segment,
                           uint64_t *address);

#endif
