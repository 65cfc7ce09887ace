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

void text_digits(struct text *text, uint64_t value, unsigned count)
{
    while (count--)
        text_char(text, "0123456789abcdef"[value >> 4 * count & 15]);
}

static void digits_from(struct text *text, uint64_t value, int shift)
{
    text_add(text, "0x");
    text_digits(text, value, (unsigned)shift / 4 + 1);
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

/* Divides in four steps of 16 bits: freestanding i386 code has no 64-bit division. */
static uint32_t divide_by_10(uint64_t *value)
{
    uint64_t quotient = 0;
    uint32_t rest = 0;

    for (int shift = 48; shift >= 0; shift -= 16) {
        uint32_t part = rest << 16 | (uint32_t)(*value >> shift & 0xffff);

        quotient = quotient << 16 | part / 10;
        rest = part % 10;
    }
    *value = quotient;
    return rest;
}

void text_decimal(struct text *text, uint64_t value)
{
    char digits[20];
    int n = 0;

    do
        digits[n++] = (char)('0' + divide_by_10(&value));
    while (value);
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
