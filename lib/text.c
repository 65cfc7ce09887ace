/* Text, without a libc. */
#include "lib/text.h"

void text_char(struct text *text, char c)
{
    if (text->length + 1 < text->size)
        text->at[text->length++] = c;
    if (text->size)
        text->at[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    while (*string)
        text_char(text, *string++);
    if (text->size)
        text->at[text->length] = '\0';
}

static void digits_from(struct text *text, uint64_t value, int shift)
{
    text_add(text, "0x");
    for (; shift >= 0; shift -= 4)
        text_char(text, "0123456789abcdef"[value >> shift & 15]);
}

void text_hex(struct text *text, uint64_t value)
{
    int shift = 60;

    while (shift > 0 && !(value >> shift))
        shift -= 4;
    digits_from(text, value, shift);
}

void text_address(struct text *text, uint64_t value)
{
    int shift = 28;

    while (shift < 60 && value >> (shift + 4))
        shift += 4;
    digits_from(text, value, shift);
}

/* Computes bit by bit: freestanding i386 code has no 64-bit division. */
void text_decimal(struct text *text, uint64_t value)
{
    char digits[20];
    int n = 0;

    do {
        uint64_t quotient = 0, rest = 0;

        for (int bit = 63; bit >= 0; bit--) {
            rest = rest << 1 | (value >> bit & 1);
            if (rest >= 10) {
                rest -= 10;
                quotient |= 1ull << bit;
            }
        }
        digits[n++] = (char)('0' + rest);
        value = quotient;
    } while (value);
    while (n)
        text_char(text, digits[--n]);
}

void text_version(struct text *text, uint64_t value)
{
    text_decimal(text, value >> 8);
    text_char(text, '.');
    if ((value & 0xff) < 10)
        text_char(text, '0');
    text_decimal(text, value & 0xff);
}

const char *text_after(const char *string, const char *start)
{
    while (*start)
        if (*string++ != *start++)
            return NULL;
    return string;
}
