/* CRC-32 as in zlib, PNG and Ethernet, so that anyone can verify Baton's checksums. */
#ifndef LIB_CRC32_H
#define LIB_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Start with 0; pass the result of one call to the next. */
uint32_t crc32(uint32_t crc, const void *bytes, size_t n);

#endif
