/* A bzImage: its setup header (setup_header.c), what it needs (bzimage.c), what it gets
 * (bootparams.c). */
#ifndef PAYLOAD_BZIMAGE_H
#define PAYLOAD_BZIMAGE_H

#include "payload/bootparams.h"
#include "payload/common/payload.h"

#define GROWTH_GUESS 4 /* before 2.10 a kernel does not say how large it unpacks */

/* An opened bzImage. */
struct bzimage {
    const struct baton_file *file;
    uint8_t header[HDR_END_MAX - HDR_FIRST]; /* the setup header, from HDR_FIRST on */
    uint32_t header_end;                     /* offset of its end in the file */
    uint32_t protocol;                       /* 0x020f is 2.15 */
    uint64_t setup_size, kernel_size;        /* bytes; the kernel follows the setup */
};

_Static_assert(HDR_END_MAX - HDR_FIRST <= BATON_HEADER, "a payload keeps the setup header");

/* Has the file the magic number of a bzImage's header? */
bool bzimage_is(const struct baton_host *host, const struct baton_file *file);

/* Reads the setup header, whole, and compares it with the file. 0 or an error: it is no kernel of
 * protocol 2.02 or later, or not all of one. */
int bzimage_open(const struct baton_host *host, const struct baton_file *file,
                 struct bzimage *image, struct baton_refusal *why);

/* Can it only be entered in real mode? NULL, or the field that says so (static text). */
const char *bzimage_real_only(const struct bzimage *image);

/* The most characters of a command line that it takes. */
uint64_t bzimage_line_most(const struct bzimage *image);

/* The address of an initrd's last byte, at most. */
uint64_t bzimage_initrd_last(const struct bzimage *image);

/* A field of 1, 2 or 4 bytes by its offset in the file; 0 where the header ends before it. */
uint32_t bzimage_field(const struct bzimage *image, unsigned offset, unsigned size);

#endif
