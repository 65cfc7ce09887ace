/* Splits a typed line into words, and reads words as numbers. Pure. */
#ifndef KERNEL_TERMINAL_WORDS_H
#define KERNEL_TERMINAL_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#define WORDS_MAX 32
#define WORDS_LINE 256 /* of a line, NUL included */

struct words {
    const char *line;            /* as it was typed */
    char text[WORDS_LINE];       /* a copy, split into words */
    const char *word[WORDS_MAX]; /* in text, without quotes */
    uint32_t start[WORDS_MAX];   /* offset of each word in the line */
    uint32_t count;
    bool more; /* there are more than WORDS_MAX words: the rest is only in the line */
};

/*
 * Splits the line (at most WORDS_LINE - 1 characters, which must outlive the words) at blanks,
 * except within "double quotes". NULL, or what is wrong with the line.
 */
const char *words_split(const char *line, struct words *words);

bool words_equal(const char *a, const char *b);

/* Reads a decimal number, or a hexadecimal one after 0x; K, M or G (or k, m, g) may follow.
 * false: not a number, or above 64 bits. */
bool words_number(const char *word, uint64_t *value);

#endif
