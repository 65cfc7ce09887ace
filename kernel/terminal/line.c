/* The line as it is shown: each change updates the terminal. */
#include "kernel/terminal/line.h"

uint32_t line_length(const char *text)
{
    uint32_t n = 0;

    while (text[n])
        n++;
    return n;
}

void line_copy(char *to, const char *from)
{
    while ((*to++ = *from++))
        ;
}

/* ---- display */

static uint32_t width(const struct edit *e)
{
    return e->columns - line_length(e->prompt) -
           1; /* one column is for the cursor after the line */
}

static void go_to(struct edit *e, uint32_t column)
{
    for (; e->column > column; e->column--)
        e->host->put('\b');
    for (; e->column < column; e->column++)
        e->host->put(e->line[e->first + e->column]);
}

void line_show(struct edit *e, uint32_t from)
{
    uint32_t room = width(e), wanted;

    if (e->at < e->first || e->at - e->first > room) { /* scrolls: the cursor in the middle */
        e->first = e->at > room / 2 ? e->at - room / 2 : 0;
        from = e->first;
    }
    if (from < e->first)
        from = e->first;
    wanted = e->length - e->first < room ? e->length - e->first : room;
    if (from - e->first < e->column)
        go_to(e, from - e->first);
    go_to(e, wanted);
    for (; e->column < e->shown; e->column++)
        e->host->put(' ');
    e->shown = wanted;
    go_to(e, e->at - e->first);
}

/* ---- changes of the line */

void line_cut(struct edit *e, uint32_t from, uint32_t to)
{
    for (uint32_t i = to; i <= e->length; i++)
        e->line[from + i - to] = e->line[i];
    e->length -= to - from;
    e->at = from;
    line_show(e, from);
}

void line_insert(struct edit *e, char c)
{
    if (e->length == WORDS_LINE - 1) {
        e->host->put(BELL);
        return;
    }
    for (uint32_t i = ++e->length; i > e->at; i--)
        e->line[i] = e->line[i - 1];
    e->line[e->at++] = c;
    line_show(e, e->at - 1);
}

void line_move(struct edit *e, uint32_t at)
{
    e->at = at;
    line_show(e, at);
}

void line_replace(struct edit *e, const char *line)
{
    line_copy(e->line, line);
    e->length = e->at = line_length(line);
    e->first = 0;
    line_show(e, 0);
}
