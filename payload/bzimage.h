/* What bzimage.c (reading) and bootparams.c (writing) share: an opened bzImage. */
#ifndef PAYLOAD_BZIMAGE_H
#define PAYLOAD_BZIMAGE_H

#include "payload/bootparams.h"
#include "payload/payload.h"

struct bzimage {
    const struct baton_file *file;
    uint8_t header[HDR_END_MAX - HDR_FIRST]; /* the setup header, from HDR_FIRST on */
    uint32_t header_end;                     /* offset of its end in the file */
    uint32_t protocol;                       /* 0x020f is 2.15 */
    uint64_t setup_size, kernel_size;        /* bytes; the kernel follows the setup */
};

/* Reads the setup header, whole. 0 or an error. */
int bzimage_open(const struct baton_host *host, const struct baton_file *file,
                 struct bzimage *image, struct baton_refusal *why);

/* A field of 1, 2 or 4 bytes by its offset in the file; 0 where the header ends before it. */
uint32_t bzimage_field(const struct bzimage *image, unsigned offset, unsigned size);

/* The format's last step: boot_params, command line, setup_data, entry registers. */
int bootparams_finish(const struct baton_image *image, const struct baton_request *request,
                      struct baton_payload *payload, struct baton_refusal *why);

#endif
