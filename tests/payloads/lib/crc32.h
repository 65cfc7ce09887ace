/*
 * zlib's CRC-32 (polynomial 0xedb88320), for the test payloads. Start with 0; feed pieces.
 * Independent of Baton's, so that each verifies the other.
 */
#ifndef PAYLOADS_CRC32_H
#define PAYLOADS_CRC32_H

#include <stdint.h>

uint32_t crc32(uint32_t crc, const void *bytes, uint32_t size);

#endif
