/*
 * The liar's command line: words "name=value", separated by spaces; numbers in hex with 0x.
 * An unknown word is a mistake in a test. It is noticed, because the boot tests check the expected
 * effect.
 */
#include "liar/liar.h"

static const char *line = "";

void words_open(const char *command_line)
{
    line = command_line;
}

/* The value after name=, NULL if it is not given. */
static const char *value_of(const char *name)
{
    for (const char *p = line; *p != '\0';) {
        const char *n = name;
        while (*n != '\0' && *p == *n)
            p++, n++;
        if (*n == '\0' && *p == '=')
            return p + 1;
        while (*p != '\0' && *p != ' ')
            p++;
        while (*p == ' ')
            p++;
    }
    return NULL;
}

bool word_given(const char *name)
{
    return value_of(name) != NULL;
}

bool word(const char *name, const char *value)
{
    const char *p = value_of(name);

    if (p == NULL)
        return false;
    while (*value != '\0' && *p == *value)
        p++, value++;
    return *value == '\0' && (*p == '\0' || *p == ' ');
}

uint32_t word_number(const char *name, uint32_t otherwise)
{
    const char *p = value_of(name);
    uint32_t number = 0;

    if (p == NULL || p[0] != '0' || p[1] != 'x')
        return otherwise;
    for (p += 2; *p != '\0' && *p != ' '; p++) {
        uint32_t digit = *p <= '9' ? (uint32_t)(*p - '0') : (uint32_t)((*p | 0x20) - 'a' + 10);
        number = number << 4 | (digit & 15);
    }
    return number;
}
