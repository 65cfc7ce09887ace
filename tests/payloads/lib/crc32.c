/*
 * CRC-32, four bits at a time: a table of 16 words. It is fast enough for an initrd of a few MiB in
 * an emulator, and small enough to be computed at the start.
 */
#include "lib/crc32.h"

#define POLYNOMIAL 0xedb88320u

static uint32_t table[16];

static void make_table(void)
{
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t word = i;
        for (int bit = 0; bit < 4; bit++)
            word = (word & 1) != 0 ? word >> 1 ^ POLYNOMIAL : word >> 1;
        table[i] = word;
    }
}

uint32_t crc32(uint32_t crc, const void *bytes, uint32_t size)
{
    const uint8_t *p = bytes;

    if (table[1] == 0)
        make_table();
    crc = ~crc;
    while (size-- > 0) {
        crc ^= *p++;
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}
