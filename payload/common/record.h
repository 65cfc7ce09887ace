/* The record that a payload without an information block of its own is entered with. */
#ifndef PAYLOAD_COMMON_RECORD_H
#define PAYLOAD_COMMON_RECORD_H

#include "payload/common/payload.h"

/* Adds the initrds, the record, the command line and the memory map, for a format's read(). 0 or an
 * error. */
int record_add(const struct baton_host *host, const struct baton_request *request,
               struct baton_payload *payload, struct baton_refusal *why);

/* A format's finish(): fills them, and the entry's registers; the kind and eip are read()'s. */
void record_finish(const struct baton_image *image, const struct baton_request *request,
                   struct baton_payload *payload);

#endif
