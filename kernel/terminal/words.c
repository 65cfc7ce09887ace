/* Splits a line into words, and reads numbers. */
#include "kernel/terminal/words.h"

#include "lib/number.h"

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
            return "a double quote is not closed";
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

bool words_number(const char *word, uint64_t *value)
{
    uint32_t left = 0;

    while (word[left])
        left++;
    return number_take(&word, &left, value) && !left;
}
