/* SHA-256 of bytes that arrive in pieces of any size. [FIPS 180-4] */
#ifndef LIB_SHA256_H
#define LIB_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/sha256_words.h"

#define SHA256_BLOCK 64

struct sha256 {
    uint32_t state[SHA256_WORDS];
    uint64_t size;               /* bytes so far */
    uint8_t block[SHA256_BLOCK]; /* the bytes of an incomplete block */
    bool extensions;             /* computed by sha256_extensions() */
};

/* extensions: the CPU has the SHA extensions, and XMM registers may be changed (lib/xmm.h). */
void sha256_begin(struct sha256 *sha, bool extensions);
void sha256_add(struct sha256 *sha, const void *bytes, size_t n);

/* Computes the digest, word 0 first. In its usual notation the most significant byte of each
 * word is first. */
void sha256_end(struct sha256 *sha, uint32_t digest[SHA256_WORDS]);

#endif
