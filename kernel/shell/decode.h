/*
 * An indirection list, read for people: words that go on where the one before ended are one run.
 */
#ifndef KERNEL_SHELL_DECODE_H
#define KERNEL_SHELL_DECODE_H

#include "baton.h"

struct decoder {
    const struct baton_host *host;
    uint64_t page;       /* pa of the list page */
    uint32_t number;     /* which one it is, from 1 */
    uint32_t word;       /* the next to be read, 0 to LIST_WORDS - 1 */
    uint64_t dest;       /* where the next page goes, or DECODE_NOWHERE */
    uint32_t pages_left; /* a damaged list may go round and round */
    bool ended;
};

#define DECODE_NOWHERE UINT64_MAX /* a destination that no word has named */

struct run {
    uint64_t page;   /* pa of the list page that it stands in */
    uint32_t number; /* of that page, from 1 */
    uint32_t first;  /* word, from 0 */
    uint32_t words;
    uint32_t value; /* of the first word, flag included */
    uint64_t dest;  /* SOURCE, ZERO: where its first page goes, or DECODE_NOWHERE */
    bool strays;    /* INDIRECTION to what is no usable RAM: not followed */
};

void decode_start(struct decoder *decoder, const struct baton_image *image);

/* At most `most` words in a run. false: behind the end. */
bool decode_next(struct decoder *decoder, uint32_t most, struct run *run);

#endif
