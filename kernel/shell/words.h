/* What was typed, as words; and words as numbers. Pure. */
#ifndef KERNEL_SHELL_WORDS_H
#define KERNEL_SHELL_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#define WORDS_MAX 32
#define WORDS_LINE 256 /* of a line, NUL included */

struct words {
    const char *line;            /* as it was typed */
    char text[WORDS_LINE];       /* a copy, cut into pieces */
    const char *word[WORDS_MAX]; /* in text, without their quotes */
    uint32_t start[WORDS_MAX];   /* where in the line each began */
    uint32_t count;
    bool more; /* than WORDS_MAX: the rest is left in the line */
};

/*
 * Cuts the line (at most WORDS_LINE - 1 characters, which must outlive the words) at blanks, except
 * within "double quotes". NULL, or why that cannot be done.
 */
const char *words_split(const char *line, struct words *words);

bool words_equal(const char *a, const char *b);

/* If the word begins with `start`, the rest of it; else NULL. */
const char *words_after(const char *word, const char *start);

/* Decimal, or hexadecimal after 0x; with K, M or G (or k, m, g) behind it. false: not a number, or above 64 bits. */
bool words_number(const char *word, uint64_t *value);

#endif
