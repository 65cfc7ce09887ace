/* What bzimage.c (reading) wants of bootparams.c (writing). */
#ifndef PAYLOAD_BZIMAGE_H
#define PAYLOAD_BZIMAGE_H

#include "payload/bootparams.h"
#include "payload/payload.h"

/* The format's last step: boot_params, command line, setup_data, entry registers. */
void bootparams_finish(const struct baton_image *image, const struct baton_request *request,
                       struct baton_payload *payload);

#endif
