/* SHA-256 of bytes that come in any pieces. [FIPS 180-4] */
#ifndef LIB_SHA256_H
#define LIB_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "lib/sha256_words.h"

#define SHA256_BLOCK 64

struct sha256 {
    uint32_t state[SHA256_WORDS];
    uint64_t size;               /* bytes so far */
    uint8_t block[SHA256_BLOCK]; /* those that do not fill a block yet */
};

void sha256_begin(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t n);

/* The digest, word 0 first: as it is written down, its most significant byte first. */
void sha256_end(struct sha256 *sha, uint32_t digest[SHA256_WORDS]);

#endif
