/* SHA-256 on a CPU with the SHA extensions. */
#ifndef LIB_SHA256_EXTENSIONS_H
#define LIB_SHA256_EXTENSIONS_H

#include "lib/sha256.h"

/* Adds whole blocks to the state. Changes the XMM registers, which must be usable (lib/xmm.h). The
 * CPU must have SHA, SSE4.1 and SSSE3. */
void sha256_extensions(uint32_t state[SHA256_WORDS], const uint8_t *block, size_t blocks);

#endif
