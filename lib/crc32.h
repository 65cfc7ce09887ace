/* CRC-32 as zlib, PNG and Ethernet compute it, so that anyone can check a sum of Baton's. */
#ifndef LIB_CRC32_H
#define LIB_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Start with 0; the result of one call goes into the next. */
uint32_t crc32(uint32_t crc, const void *bytes, size_t n);

#endif
