/* Reads kernels that are made by hand. */
#ifndef LABS_BZIMAGE_JUDGE_READ_H
#define LABS_BZIMAGE_JUDGE_READ_H

#include "payload/common/payload.h"
#include "tests/host/paper/files.h"

#define AT 0x00300200ull /* a kernel lies at any address, even in the middle of a page */
#define SETUP (28 * 512ull)
#define MIB 0x100000ull
#define KERNEL_64 1u /* xloadflags */

/* Each protocol, and the byte at 0x201 that goes with it: where the header ends. */
#define VERSIONS 9
extern const struct version {
    uint32_t protocol, jump;
} versions[VERSIONS];

/* What the last read has made. */
extern struct baton_payload payload;
extern const struct baton_segment *kernel;

/* Reads it, with initrds of these sizes (up to 0; NULL: none). Returns the core's answer. */
int read_kernel(const struct bzimage_fields *f, const uint64_t *modules);

/* The same; ends the check if it is refused, or has no kernel. */
void wants_kernel(const struct bzimage_fields *f, const uint64_t *modules);

/* Every protocol, relocatable or not, of 32 or 64 bits, with and without an odd preference. */
void each(void (*look)(const struct bzimage_fields *f));

#endif
