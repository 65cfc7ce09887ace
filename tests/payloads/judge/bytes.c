/*
 * Did every byte of the judge arrive at its place? The code is checked by a CRC from the build
 * (tests/payloads/seal), the pattern word by word (the value of each word gives its place), the
 * tail must be zero.
 */
#include "judge/judge.h"
#include "judge/pattern.h"
#include "lib/crc32.h"

extern const char sealed_start[], sealed_end[];       /* code and constants */
extern const uint32_t pattern_start[], pattern_end[]; /* the variant sets the size */
extern const uint8_t tail_start[], tail_end[];        /* memory beyond the file */

/* A constant that nothing else needs: a test changes it, and the checksum must detect that. */
extern const char judge_bait[];
const char judge_bait[] = "bait";

/* Filled in by the build. */
volatile const uint32_t judge_seal __attribute__((section(".seal"))) = 0;

static void pattern_check(void)
{
    uint32_t words = (uint32_t)(pattern_end - pattern_start);
    uint32_t bad = 0, first = 0;

    for (uint32_t i = 0; i < words; i++)
        if (pattern_start[i] != PATTERN_WORD(i) && bad++ == 0)
            first = i;
    check("pattern", bad, 0);
    if (bad != 0)
        check("pattern-first", pattern_start[first], PATTERN_WORD(first));
}

static void tail_check(void)
{
    const uint8_t *bad = tail_end;

    for (const uint8_t *p = tail_end; p-- > tail_start;)
        if (*p != 0)
            bad = p;
    check("tail", (uint32_t)(uintptr_t)bad, (uint32_t)(uintptr_t)tail_end);
}

void bytes_check(void)
{
    tail_check();
    check("code", crc32(0, sealed_start, (uint32_t)(sealed_end - sealed_start)), judge_seal);
    pattern_check();
}
