/* Words and numbers. */
#include "kernel/shell/words.h"

#include <stddef.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

const char *words_split(const char *line, struct words *words)
{
    const char *at = line;
    char *out = words->text;

    words->line = line;
    words->count = 0;
    words->more = false;
    for (;;) {
        bool quoted = false;

        while (is_blank(*at))
            at++;
        words->more = *at && words->count == WORDS_MAX;
        if (!*at || words->more)
            return NULL;
        words->start[words->count] = (uint32_t)(at - line);
        words->word[words->count++] = out;
        for (; *at && (quoted || !is_blank(*at)); at++) {
            if (*at == '"')
                quoted = !quoted;
            else
                *out++ = *at;
        }
        if (quoted)
            return "a double quote without its partner";
        *out++ = '\0';
    }
}

bool words_equal(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

const char *words_after(const char *word, const char *start)
{
    while (*start)
        if (*word++ != *start++)
            return NULL;
    return word;
}

static uint32_t digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) : 99;
}

static unsigned shift_of(char unit)
{
    unit |= 0x20;
    return unit == 'k' ? 10 : unit == 'm' ? 20 : unit == 'g' ? 30 : 0;
}

bool words_number(const char *word, uint64_t *value)
{
    uint32_t base = word[0] == '0' && (word[1] | 0x20) == 'x' ? 16 : 10;
    uint64_t sum = 0, most = base == 16 ? UINT64_MAX >> 4 : UINT64_MAX / 10;
    const char *at = base == 16 ? word + 2 : word;

    if (digit_of(*at) >= base)
        return false;
    for (; digit_of(*at) < base; at++) {
        uint64_t next = sum * base + digit_of(*at);

        if (sum > most || next < sum * base)
            return false;
        sum = next;
    }
    unsigned shift = shift_of(*at);
    if (shift) {
        if (sum << shift >> shift != sum)
            return false;
        sum <<= shift;
        at++;
    }
    *value = sum;
    return !*at;
}
