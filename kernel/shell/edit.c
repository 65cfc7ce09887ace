/* The line editor: each key changes the line, then the display is updated. */
#include "kernel/shell/edit.h"

#include <stddef.h>

#define BELL '\a'

static uint32_t length_of(const char *text)
{
    uint32_t n = 0;

    while (text[n])
        n++;
    return n;
}

static void copy(char *to, const char *from)
{
    while ((*to++ = *from++))
        ;
}

/* ---- display */

static uint32_t width(const struct edit *e)
{
    return e->columns - length_of(e->prompt) - 1; /* one column is for the cursor after the line */
}

static void go_to(struct edit *e, uint32_t column)
{
    for (; e->column > column; e->column--)
        e->host->put('\b');
    for (; e->column < column; e->column++)
        e->host->put(e->line[e->first + e->column]);
}

/* Shows the line from character `from` on; the part before it is already on the terminal. */
static void show(struct edit *e, uint32_t from)
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

/* Removes the characters [from, to); the cursor is then at `from`. */
static void cut(struct edit *e, uint32_t from, uint32_t to)
{
    for (uint32_t i = to; i <= e->length; i++)
        e->line[from + i - to] = e->line[i];
    e->length -= to - from;
    e->at = from;
    show(e, from);
}

static void insert(struct edit *e, char c)
{
    if (e->length == WORDS_LINE - 1) {
        e->host->put(BELL);
        return;
    }
    for (uint32_t i = ++e->length; i > e->at; i--)
        e->line[i] = e->line[i - 1];
    e->line[e->at++] = c;
    show(e, e->at - 1);
}

static void move(struct edit *e, uint32_t at)
{
    e->at = at;
    show(e, at);
}

static void replace(struct edit *e, const char *line)
{
    copy(e->line, line);
    e->length = e->at = length_of(line);
    e->first = 0;
    show(e, 0);
}

static uint32_t word_before(const struct edit *e)
{
    uint32_t at = e->at;

    while (at && e->line[at - 1] == ' ')
        at--;
    while (at && e->line[at - 1] != ' ')
        at--;
    return at;
}

/* The start of the word at the cursor. */
static uint32_t word_start(const struct edit *e)
{
    uint32_t at = e->at;

    while (at && e->line[at - 1] != ' ')
        at--;
    return at;
}

/* ---- history */

static char *remembered(struct edit *e, uint32_t back)
{
    return e->history[(e->lines - back) % EDIT_HISTORY];
}

static void remember(struct edit *e)
{
    if (!e->length || (e->lines && words_equal(remembered(e, 1), e->line)))
        return;
    e->lines++;
    copy(remembered(e, 1), e->line);
}

static void look(struct edit *e, uint32_t back)
{
    if (back > e->lines || back > EDIT_HISTORY) {
        e->host->put(BELL);
        return;
    }
    if (!e->looked)
        copy(e->fresh, e->line);
    e->looked = back;
    replace(e, back ? remembered(e, back) : e->fresh);
}

/* ---- completion */

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

    move(e, e->length); /* so that the whole line stays visible above them */
    e->at = at;
    e->host->put('\n');
    for (uint32_t n = 0; (word = candidate(e, start, &n));) {
        uint32_t wide = length_of(word) + 2;

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
    show(e, 0);
}

static void complete(struct edit *e)
{
    uint32_t start = word_start(e), at = e->at, found = 0, length = 0;
    const char *one = "", *word;

    for (uint32_t n = 0; (word = candidate(e, start, &n)); found++) {
        uint32_t i = 0;

        if (!found) {
            one = word;
            length = length_of(word);
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
        insert(e, one[at - start]);
    if (found == 1)
        insert(e, ' ');
}

/* ---- keys */

void edit_begin(struct edit *e)
{
    e->line[0] = '\0';
    e->length = e->at = e->first = e->shown = e->column = e->looked = 0;
    e->host->prompt(e->prompt);
}

bool edit_key(struct edit *e, int key)
{
    switch (key) {
    case KEY_ENTER:
        move(e, e->length);
        e->host->put('\n');
        remember(e);
        return true;
    case KEY_TAB:
        complete(e);
        break;
    case KEY_BACKSPACE:
        if (e->at)
            cut(e, e->at - 1, e->at);
        break;
    case KEY_DELETE:
    case KEY_CTRL('D'):
        if (e->at < e->length)
            cut(e, e->at, e->at + 1);
        break;
    case KEY_LEFT:
    case KEY_CTRL('B'):
        if (e->at)
            move(e, e->at - 1);
        break;
    case KEY_RIGHT:
    case KEY_CTRL('F'):
        if (e->at < e->length)
            move(e, e->at + 1);
        break;
    case KEY_HOME:
    case KEY_CTRL('A'):
        move(e, 0);
        break;
    case KEY_END:
    case KEY_CTRL('E'):
        move(e, e->length);
        break;
    case KEY_UP:
    case KEY_CTRL('P'):
        look(e, e->looked + 1);
        break;
    case KEY_DOWN:
    case KEY_CTRL('N'):
        if (e->looked)
            look(e, e->looked - 1);
        break;
    case KEY_CTRL('K'):
        e->line[e->length = e->at] = '\0';
        show(e, e->at);
        break;
    case KEY_CTRL('U'):
        cut(e, 0, e->at);
        break;
    case KEY_CTRL('W'):
        cut(e, word_before(e), e->at);
        break;
    case KEY_CTRL('C'):
        e->host->put('^');
        e->host->put('C');
        e->host->put('\n');
        edit_begin(e);
        break;
    default:
        if (key >= ' ' && key < 0x7f)
            insert(e, (char)key);
    }
    return false;
}
