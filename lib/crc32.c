/*
 * CRC-32, polynomial 0xedb88320 (reflected 0x04c11db7), four bytes at a time. Page tables are mostly
 * zeros, so a block of zeros is one step, whatever its size.
 *
 * The register is linear in its bits: what it becomes is the exclusive or of what each of its bits
 * would become alone. BIT_k is the register that a 1 in the lowest bit becomes after k + 1 shifts,
 * and so also the one that bit b becomes after k + 1 + b shifts. Each is the one before it, shifted:
 * BIT_k+1 = BIT_k >> 1, exclusive or with the polynomial if a 1 fell out.
 */
#include "lib/crc32.h"

#include <stdbool.h>

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

/* ZEROS_k is the register that bit k becomes after a block of zeros: by the rule above, BIT_1023-k. */
#define BLOCK 128 /* bytes */
#define ZEROS_0  0x33fff533u
#define ZEROS_1  0x67ffea66u
#define ZEROS_2  0xcfffd4ccu
#define ZEROS_3  0x448eafd9u
#define ZEROS_4  0x891d5fb2u
#define ZEROS_5  0xc94bb925u
#define ZEROS_6  0x49e6740bu
#define ZEROS_7  0x93cce816u
#define ZEROS_8  0xfce8d66du
#define ZEROS_9  0x22a0aa9bu
#define ZEROS_10 0x45415536u
#define ZEROS_11 0x8a82aa6cu
#define ZEROS_12 0xce745299u
#define ZEROS_13 0x4799a373u
#define ZEROS_14 0x8f3346e6u
#define ZEROS_15 0xc5178b8du
#define ZEROS_16 0x515e115bu
#define ZEROS_17 0xa2bc22b6u
#define ZEROS_18 0x9e09432du
#define ZEROS_19 0xe763801bu
#define ZEROS_20 0x15b60677u
#define ZEROS_21 0x2b6c0ceeu
#define ZEROS_22 0x56d819dcu
#define ZEROS_23 0xadb033b8u
#define ZEROS_24 0x80116131u
#define ZEROS_25 0xdb53c423u
#define ZEROS_26 0x6dd68e07u
#define ZEROS_27 0xdbad1c0eu
#define ZEROS_28 0x6c2b3e5du
#define ZEROS_29 0xd8567cbau
#define ZEROS_30 0x6bddff35u
#define ZEROS_31 0xd7bbfe6au

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

#define OVER_0(i) BYTE(i, ZEROS_0, ZEROS_1, ZEROS_2, ZEROS_3, ZEROS_4, ZEROS_5, ZEROS_6, ZEROS_7)
#define OVER_8(i)                                                                                  \
    BYTE(i, ZEROS_8, ZEROS_9, ZEROS_10, ZEROS_11, ZEROS_12, ZEROS_13, ZEROS_14, ZEROS_15)
#define OVER_16(i)                                                                                 \
    BYTE(i, ZEROS_16, ZEROS_17, ZEROS_18, ZEROS_19, ZEROS_20, ZEROS_21, ZEROS_22, ZEROS_23)
#define OVER_24(i)                                                                                 \
    BYTE(i, ZEROS_24, ZEROS_25, ZEROS_26, ZEROS_27, ZEROS_28, ZEROS_29, ZEROS_30, ZEROS_31)

/* over[n][i]: what byte n of the register is, if it was i, after a block of zeros. */
static const uint32_t over[4][256] = {
    {ROW_256(OVER_0)}, {ROW_256(OVER_8)}, {ROW_256(OVER_16)}, {ROW_256(OVER_24)}};

static bool is_zeros(const uint8_t *at)
{
    uint32_t word[8], any = 0;

    for (unsigned done = 0; done < BLOCK && !any; done += sizeof(word)) {
        __builtin_memcpy(word, at + done, sizeof(word));
        any = word[0] | word[1] | word[2] | word[3] | word[4] | word[5] | word[6] | word[7];
    }
    return !any;
}

/* The register after n bytes, a multiple of 4. */
static uint32_t words(uint32_t crc, const uint8_t *at, size_t n)
{
    for (const uint8_t *end = at + n; at < end; at += 4) {
        uint32_t four;

        __builtin_memcpy(&four, at, 4);
        crc ^= four;
        crc = after[3][crc & 255] ^ after[2][crc >> 8 & 255] ^ after[1][crc >> 16 & 255] ^
              after[0][crc >> 24];
    }
    return crc;
}

uint32_t crc32(uint32_t crc, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;

    crc = ~crc;
    for (; n >= BLOCK; n -= BLOCK, at += BLOCK)
        if (is_zeros(at))
            crc = over[0][crc & 255] ^ over[1][crc >> 8 & 255] ^ over[2][crc >> 16 & 255] ^
                  over[3][crc >> 24];
        else
            crc = words(crc, at, BLOCK);
    crc = words(crc, at, n & ~(size_t)3);
    at += n & ~(size_t)3;
    for (n &= 3; n; n--)
        crc = crc >> 8 ^ after[0][(crc ^ *at++) & 255];
    return ~crc;
}
