/* Completion of the word at the cursor. */
#include <stddef.h>

#include "kernel/terminal/line.h"

/* The start of the word at the cursor. */
static uint32_t word_start(const struct edit *e)
{
    uint32_t at = e->at;

    while (at && e->line[at - 1] != ' ')
        at--;
    return at;
}

/* The n-th candidate that begins with the typed part of the word at `start`. */
static const char *candidate(const struct edit *e, uint32_t start, uint32_t *n)
{
    const char *word;

    while ((word = e->host->candidate(e->line, start, (*n)++))) {
        uint32_t i = 0;

        while (start + i < e->at && word[i] == e->line[start + i])
            i++;
        if (start + i == e->at)
            return word;
    }
    return NULL;
}

static void list_candidates(struct edit *e, uint32_t start)
{
    uint32_t column = 0, at = e->at;
    const char *word;

    line_move(e, e->length); /* so that the whole line stays visible above them */
    e->at = at;
    e->host->put('\n');
    for (uint32_t n = 0; (word = candidate(e, start, &n));) {
        uint32_t wide = line_length(word) + 2;

        if (column + wide >= e->columns) {
            e->host->put('\n');
            column = 0;
        }
        column += wide;
        while (*word)
            e->host->put(*word++);
        e->host->put(' ');
        e->host->put(' ');
    }
    e->host->put('\n');
    e->host->prompt(e->prompt);
    e->shown = e->column = 0;
    line_show(e, 0);
}

void line_complete(struct edit *e)
{
    uint32_t start = word_start(e), at = e->at, found = 0, length = 0;
    const char *one = "", *word;

    for (uint32_t n = 0; (word = candidate(e, start, &n)); found++) {
        uint32_t i = 0;

        if (!found) {
            one = word;
            length = line_length(word);
        }
        while (i < length && word[i] == one[i])
            i++;
        length = i; /* of their common prefix */
    }
    if (!found)
        e->host->put(BELL);
    else if (found > 1 && start + length == e->at)
        list_candidates(e, start);
    for (; found && at < start + length; at++) /* insert does nothing if the line is full */
        line_insert(e, one[at - start]);
    if (found == 1)
        line_insert(e, ' ');
}
