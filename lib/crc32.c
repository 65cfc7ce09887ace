/*
 * CRC-32, polynomial 0xedb88320 (reflected 0x04c11db7), four bytes at a time.
 *
 * The register is linear in its bits: what it becomes is the exclusive or of what each of its bits
 * would become alone. BIT_k is the register that a 1 in the lowest bit becomes after k + 1 shifts,
 * and so also the one that bit b becomes after k + 1 + b shifts. Each is the one before it, shifted:
 * BIT_k+1 = BIT_k >> 1, exclusive or with the polynomial if a 1 fell out.
 */
#include "lib/crc32.h"

#define BIT_0  0xedb88320u
#define BIT_1  0x76dc4190u
#define BIT_2  0x3b6e20c8u
#define BIT_3  0x1db71064u
#define BIT_4  0x0edb8832u
#define BIT_5  0x076dc419u
#define BIT_6  0xee0e612cu
#define BIT_7  0x77073096u
#define BIT_8  0x3b83984bu
#define BIT_9  0xf0794f05u
#define BIT_10 0x958424a2u
#define BIT_11 0x4ac21251u
#define BIT_12 0xc8d98a08u
#define BIT_13 0x646cc504u
#define BIT_14 0x32366282u
#define BIT_15 0x191b3141u
#define BIT_16 0xe1351b80u
#define BIT_17 0x709a8dc0u
#define BIT_18 0x384d46e0u
#define BIT_19 0x1c26a370u
#define BIT_20 0x0e1351b8u
#define BIT_21 0x0709a8dcu
#define BIT_22 0x0384d46eu
#define BIT_23 0x01c26a37u
#define BIT_24 0xed59b63bu
#define BIT_25 0x9b14583du
#define BIT_26 0xa032af3eu
#define BIT_27 0x5019579fu
#define BIT_28 0xc5b428efu
#define BIT_29 0x8f629757u
#define BIT_30 0xaa09c88bu
#define BIT_31 0xb8bc6765u

/* What byte i becomes if the eight bits from bit 0 on become a, b, ... */
#define BYTE(i, a, b, c, d, e, f, g, h)                                                            \
    (((i)&1 ? (a) : 0) ^ ((i)&2 ? (b) : 0) ^ ((i)&4 ? (c) : 0) ^ ((i)&8 ? (d) : 0) ^               \
     ((i)&16 ? (e) : 0) ^ ((i)&32 ? (f) : 0) ^ ((i)&64 ? (g) : 0) ^ ((i)&128 ? (h) : 0))
#define ROW_4(B, i) B(i), B((i) + 1), B((i) + 2), B((i) + 3)
#define ROW_16(B, i) ROW_4(B, i), ROW_4(B, (i) + 4), ROW_4(B, (i) + 8), ROW_4(B, (i) + 12)
#define ROW_64(B, i) ROW_16(B, i), ROW_16(B, (i) + 16), ROW_16(B, (i) + 32), ROW_16(B, (i) + 48)
#define ROW_256(B) ROW_64(B, 0), ROW_64(B, 64), ROW_64(B, 128), ROW_64(B, 192)

#define AFTER_8(i) BYTE(i, BIT_7, BIT_6, BIT_5, BIT_4, BIT_3, BIT_2, BIT_1, BIT_0)
#define AFTER_16(i) BYTE(i, BIT_15, BIT_14, BIT_13, BIT_12, BIT_11, BIT_10, BIT_9, BIT_8)
#define AFTER_24(i) BYTE(i, BIT_23, BIT_22, BIT_21, BIT_20, BIT_19, BIT_18, BIT_17, BIT_16)
#define AFTER_32(i) BYTE(i, BIT_31, BIT_30, BIT_29, BIT_28, BIT_27, BIT_26, BIT_25, BIT_24)

/* after[n][i]: what the register is, if it was i, after n + 1 bytes of zeros. */
static const uint32_t after[4][256] = {
    {ROW_256(AFTER_8)}, {ROW_256(AFTER_16)}, {ROW_256(AFTER_24)}, {ROW_256(AFTER_32)}};

uint32_t crc32(uint32_t crc, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;

    crc = ~crc;
    for (; n >= 4; n -= 4, at += 4) {
        uint32_t four;

        __builtin_memcpy(&four, at, 4);
        crc ^= four;
        crc = after[3][crc & 255] ^ after[2][crc >> 8 & 255] ^ after[1][crc >> 16 & 255] ^
              after[0][crc >> 24];
    }
    while (n--)
        crc = crc >> 8 ^ after[0][(crc ^ *at++) & 255];
    return ~crc;
}
