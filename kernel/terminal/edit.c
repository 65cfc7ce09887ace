/* The line editor: what each key does, and the history. */
#include "kernel/terminal/edit.h"

#include "kernel/terminal/line.h"

static uint32_t word_before(const struct edit *e)
{
    uint32_t at = e->at;

    while (at && e->line[at - 1] == ' ')
        at--;
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
    line_copy(remembered(e, 1), e->line);
}

static void look(struct edit *e, uint32_t back)
{
    if (back > e->lines || back > EDIT_HISTORY) {
        e->host->put(BELL);
        return;
    }
    if (!e->looked)
        line_copy(e->fresh, e->line);
    e->looked = back;
    line_replace(e, back ? remembered(e, back) : e->fresh);
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
        line_move(e, e->length);
        e->host->put('\n');
        remember(e);
        return true;
    case KEY_TAB:
        line_complete(e);
        break;
    case KEY_BACKSPACE:
        if (e->at)
            line_cut(e, e->at - 1, e->at);
        break;
    case KEY_DELETE:
    case KEY_CTRL('D'):
        if (e->at < e->length)
            line_cut(e, e->at, e->at + 1);
        break;
    case KEY_LEFT:
    case KEY_CTRL('B'):
        if (e->at)
            line_move(e, e->at - 1);
        break;
    case KEY_RIGHT:
    case KEY_CTRL('F'):
        if (e->at < e->length)
            line_move(e, e->at + 1);
        break;
    case KEY_HOME:
    case KEY_CTRL('A'):
        line_move(e, 0);
        break;
    case KEY_END:
    case KEY_CTRL('E'):
        line_move(e, e->length);
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
        line_show(e, e->at);
        break;
    case KEY_CTRL('U'):
        line_cut(e, 0, e->at);
        break;
    case KEY_CTRL('W'):
        line_cut(e, word_before(e), e->at);
        break;
    case KEY_CTRL('C'):
        e->host->put('^');
        e->host->put('C');
        e->host->put('\n');
        edit_begin(e);
        break;
    default:
        if (key >= ' ' && key < 0x7f)
            line_insert(e, (char)key);
    }
    return false;
}
