/* Text: written to a buffer, compared. Text that does not fit into the buffer is cut off; the
 * buffer always ends with a NUL. */
#ifndef LIB_TEXT_H
#define LIB_TEXT_H

#include "baton.h"

struct text {
    char *at;
    size_t size;   /* of the buffer, at least 1 */
    size_t length; /* characters so far */
};

void text_char(struct text *text, char c);
void text_add(struct text *text, const char *string);

/* The lowest `count` hexadecimal digits, 1 to 16. */
void text_digits(struct text *text, uint64_t value, unsigned count);

/* 0x and at least one digit. */
void text_hex(struct text *text, uint64_t value);

/* 0x and exactly eight digits, more above 4 GiB. */
void text_address(struct text *text, uint64_t value);

void text_decimal(struct text *text, uint64_t value);

/* Writes a version, the high byte first: 0x020f is "2.15", 0x0202 is "2.02". */
void text_version(struct text *text, uint64_t value);

/* The part of `string` after `start`; NULL: it does not begin with `start`. */
const char *text_after(const char *string, const char *start);

#endif
