/*
 * A payload's bytes on a machine on paper. The input begins with the stage: what machine it is,
 * where the loader put the files, what is asked for. The payload's file follows.
 *
 *     0   policy              8   kernel: offset in it     18  trampoline's address
 *     1   flags               10  pages behind the bytes   19  live tables
 *     2   machine             11  command line's length    20  loader's name, length
 *     3   map entries, / 4    12  initrd: page             21  screen
 *     4   failing allocation  14  initrd: offset in it     22  further initrds, % 4
 *     5   is there a BIOS?    16  initrd: size             24  the file
 *     6   kernel: page
 *
 * The pages behind the bytes are filled with numbers, so that a large file needs no large input.
 */
#ifndef FUZZ_STAGE_H
#define FUZZ_STAGE_H

#include "tests/fuzz/fuzz.h"
#include "tests/host/random/journey.h"

#define STAGE_SIZE 24

/*
 * Sets the stage, loads, judges, runs the list, judges memory, calls `entered` to judge what the
 * payload reads at its entry, and unloads. Ends the process at the first thing that is wrong.
 */
void stage_play(const uint8_t *data, size_t size, void (*entered)(const struct journey *j));

/* RAM before the list ran: bytes of the payload's files. */
void stage_before(uint64_t pa, void *to, size_t n);

/* Memory now, from pa on, is what it was before, from `from` on. */
void stage_same(uint64_t pa, uint64_t from, uint64_t n, const char *what);

/* Memory now, from pa on, is the request's initrds: each from a multiple of 4 on, zeros between. */
void stage_initrds(uint64_t pa, uint64_t size);

/* Memory now, from pa on, is zero. */
void stage_zero(uint64_t pa, uint64_t n, const char *what);

/* Memory now holds this string, in a page of Baton's own. */
void stage_string(uint64_t pa, const char *string, const char *what);

#endif
