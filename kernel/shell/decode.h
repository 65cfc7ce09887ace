/*
 * Decodes an indirection list for people: words for consecutive pages are one run.
 */
#ifndef KERNEL_SHELL_DECODE_H
#define KERNEL_SHELL_DECODE_H

#include "baton.h"

struct decoder {
    const struct baton_host *host;
    uint64_t page;       /* pa of the list page */
    uint32_t number;     /* which one it is, from 1 */
    uint32_t word;       /* the next to be read, 0 to LIST_WORDS - 1 */
    uint64_t dest;       /* destination of the next page, or DECODE_NOWHERE */
    uint32_t pages_left; /* limits the pages that are read: a damaged list may have a loop */
    bool ended;
};

#define DECODE_NOWHERE UINT64_MAX /* no word has set a destination */

struct run {
    uint64_t page;   /* pa of the list page that contains it */
    uint32_t number; /* of that page, from 1 */
    uint32_t first;  /* word, from 0 */
    uint32_t words;
    uint32_t value; /* of the first word, flag included */
    uint64_t dest;  /* SOURCE, ZERO: destination of its first page, or DECODE_NOWHERE */
    bool strays;    /* INDIRECTION to something that is not usable RAM: not followed */
};

void decode_start(struct decoder *decoder, const struct baton_image *image);

/* Reads the next run, of at most `most` words. false: the list has ended. */
bool decode_next(struct decoder *decoder, uint32_t most, struct run *run);

#endif
