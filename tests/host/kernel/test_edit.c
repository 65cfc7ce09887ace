/*
 * The line editor, in front of a dumb terminal of 80 columns and beside an editor on paper that
 * knows no terminal: after each key the line is the one on paper, and the terminal's last row is
 * the prompt and a window of the line, with the cursor where it belongs.
 */
#include "kernel/terminal/edit.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"

#include <ctype.h>
#include <stdlib.h>

#define COLUMNS 80
#define PROMPT "baton> "
#define ROOM (COLUMNS - sizeof(PROMPT))

/* ---- the terminal: printable characters, backspace, line feed (with return), bell */

static char row[COLUMNS + 1];
static unsigned column, bells, rows;

static void put(char c)
{
    if (c == '\n') {
        memset(row, ' ', COLUMNS);
        column = 0;
        rows++;
    } else if (c == '\b') {
        assert_true(column > 0);
        column--;
    } else if (c == '\a') {
        bells++;
    } else {
        assert_true(c >= ' ' && c < 0x7f);
        assert_true(column < COLUMNS - 1); /* terminals differ in what the last column does */
        row[column++] = c;
    }
}

static void prompt(const char *text)
{
    assert_int_equal(column, 0);
    while (*text)
        put(*text++);
}

static const char *const candidates[] = {
    "help",     "list",   "load", "mem",    "modules", "more",       "peek",   "plan", "poke",
    "poweroff", "reboot", "regs", "status", "tables",  "trampoline", "unload", "walk"};

static const char *candidate(const char *line, uint32_t start, uint32_t n)
{
    if (start && line[0] != '+' && !(start == 5 && !strncmp(line, "help ", 5)))
        return NULL;
    return n < COUNT(candidates) ? candidates[n] : NULL;
}

static const struct edit_host host = {put, prompt, candidate};
static struct edit *e;

static void assert_shown(void)
{
    char expected[COLUMNS + 1];
    uint32_t at = e->at - e->first;
    size_t n = e->length - e->first;

    assert_true(e->first <= e->at && at <= ROOM);
    n = n > ROOM ? ROOM : n;
    memset(expected, ' ', COLUMNS);
    memcpy(expected, PROMPT, strlen(PROMPT));
    memcpy(expected + strlen(PROMPT), e->line + e->first, n);
    expected[COLUMNS] = '\0';
    row[COLUMNS] = '\0';
    assert_string_equal(row, expected);
    assert_int_equal(column, strlen(PROMPT) + at);
    assert_int_equal(strlen(e->line), e->length);
}

static void start(void)
{
    free(e);
    e = calloc(1, sizeof(*e));
    *e = (struct edit){.host = &host, .prompt = PROMPT, .columns = COLUMNS};
    bells = column = rows = 0;
    memset(row, ' ', COLUMNS);
    edit_begin(e);
    assert_shown();
}

static int take_down(void **state)
{
    (void)state;
    free(e);
    e = NULL;
    return 0;
}

/* ENTER is followed by a new line, as the shell does it. */
static void type(int key)
{
    if (edit_key(e, key)) {
        assert_int_equal(key, KEY_ENTER);
        assert_int_equal(column, 0);
        edit_begin(e);
    }
    assert_shown();
}

static void type_text(const char *text)
{
    while (*text)
        type(*text++);
}

static void assert_line(const char *before, const char *behind)
{
    char line[WORDS_LINE];

    snprintf(line, sizeof(line), "%s%s", before, behind);
    assert_string_equal(e->line, line);
    assert_int_equal(e->at, strlen(before));
}

/* ---- known keys */

static void editing(void **state)
{
    (void)state;
    start();
    type_text("lod");
    type(KEY_LEFT);
    type('a');
    assert_line("loa", "d");
    type(KEY_HOME);
    type(KEY_LEFT); /* nothing there */
    type(KEY_DELETE);
    assert_line("", "oad");
    type('L');
    type(KEY_END);
    type(KEY_RIGHT);
    type_text(" 1  x");
    assert_line("Load 1  x", "");
    type(KEY_CTRL('W'));
    assert_line("Load 1  ", "");
    type(KEY_CTRL('W')); /* the blanks go with the word */
    assert_line("Load ", "");
    type(KEY_BACKSPACE);
    assert_line("Load", "");
    type(KEY_CTRL('B'));
    type(KEY_CTRL('K'));
    assert_line("Loa", "");
    type(KEY_CTRL('A'));
    type(KEY_CTRL('F'));
    type(KEY_CTRL('D'));
    assert_line("L", "a");
    type(KEY_CTRL('U'));
    assert_line("", "a");
    type(KEY_CTRL('E'));
    type(KEY_CTRL('C'));
    assert_line("", "");
    assert_int_equal(bells, 0);
    type(KEY_CTRL('G'));
    type(KEY_NONE);
    assert_line("", "");
}

static void history(void **state)
{
    (void)state;
    start();
    type(KEY_UP);
    assert_int_equal(bells, 1);
    type_text("one\n");
    type_text("two\n");
    type_text("two\n"); /* no second time */
    type_text("\n");    /* nor an empty line */
    type_text("new");
    type(KEY_UP);
    assert_line("two", "");
    type(KEY_UP);
    assert_line("one", "");
    type(KEY_UP);
    assert_int_equal(bells, 2);
    assert_line("one", "");
    type_text("!"); /* an old line may be changed, */
    type(KEY_DOWN);
    type(KEY_DOWN);
    assert_line("new", ""); /* the new one is kept meanwhile, */
    type(KEY_DOWN);
    assert_line("new", "");
    type(KEY_CTRL('P'));
    type(KEY_CTRL('P'));
    assert_line("one", ""); /* and the old one stays as it was */
    type(KEY_ENTER);
    type(KEY_UP);
    assert_line("one", "");
    type(KEY_CTRL('N'));
    assert_line("", "");
}

static void history_is_a_ring(void **state)
{
    char line[32];

    (void)state;
    start();
    for (int i = 0; i < 3 * EDIT_HISTORY; i++) {
        snprintf(line, sizeof(line), "line %d\n", i);
        type_text(line);
    }
    for (int i = 1; i <= EDIT_HISTORY; i++) {
        snprintf(line, sizeof(line), "line %d", 3 * EDIT_HISTORY - i);
        type(KEY_UP);
        assert_line(line, "");
    }
    assert_int_equal(bells, 0);
    type(KEY_UP);
    assert_int_equal(bells, 1);
    assert_line(line, "");
}

static void completion(void **state)
{
    (void)state;
    start();
    type(KEY_TAB); /* all there are, in two rows */
    assert_int_equal(rows, 3);
    type_text("he\t");
    assert_line("help ", "");
    type_text("mo\t"); /* modules, more: nothing to add, so they are listed */
    assert_line("help mo", "");
    assert_int_equal(rows, 5);
    type_text("d\t");
    assert_line("help modules ", "");
    type_text("x\t"); /* a word that nobody completes */
    assert_int_equal(bells, 1);
    type(KEY_CTRL('U'));
    type_text("p\t"); /* peek, plan, poke, poweroff share nothing more */
    type_text("o\t");
    assert_line("po", "");
    type_text("w\t");
    assert_line("poweroff ", "");
    type(KEY_CTRL('U'));
    type_text("zz\t");
    assert_int_equal(bells, 2);
    type(KEY_CTRL('U'));
    type_text(" 5");
    type(KEY_HOME);
    type_text("l\tis\t"); /* in front of other words */
    assert_line("list ", " 5");
}

/* The list of candidates, while the window shows the end of a long line: it does so again below. */
static void completion_at_the_end_of_a_long_line(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < ROOM + 20; i++)
        type('+');
    type_text(" mo");
    unsigned before = rows;
    type(KEY_TAB);
    type(KEY_TAB);
    assert_true(rows > before);
    assert_int_equal(e->first > 0, 1);
    assert_memory_equal(row + column - 4, "+ mo", 4);
    assert_int_equal(row[strlen(PROMPT)], '+');
}

static void completion_of_a_full_line(void **state)
{
    (void)state;
    start();
    for (int i = 0; i < WORDS_LINE - 3; i++)
        type('x');
    type(KEY_HOME);
    type(' ');
    type(KEY_HOME);
    type('h');
    assert_int_equal(e->length, WORDS_LINE - 1);
    type(KEY_TAB);
    assert_int_equal(e->length, WORDS_LINE - 1);
    assert_true(bells > 0);
}

static void a_line_is_full_at_its_end(void **state)
{
    (void)state;
    start();
    for (int i = 0; i < WORDS_LINE + 20; i++)
        type('0' + i % 10);
    assert_int_equal(e->length, WORDS_LINE - 1);
    assert_int_equal(bells, 21);
    while (e->at)
        type(KEY_LEFT);
    type('x');
    assert_int_equal(e->line[0], '0');
    type(KEY_DELETE);
    type('x');
    assert_int_equal(e->line[0], 'x');
}

/* ---- the editor on paper */

struct paper {
    char line[2 * WORDS_LINE];
    size_t at;
    char history[EDIT_HISTORY + 1][WORDS_LINE]; /* [0]: the new line; then backwards */
    size_t lines, looked;
};

static void paper_cut(struct paper *p, size_t from, size_t to)
{
    memmove(p->line + from, p->line + to, strlen(p->line + to) + 1);
    p->at = from;
}

static void paper_insert(struct paper *p, char c)
{
    if (strlen(p->line) >= WORDS_LINE - 1)
        return;
    memmove(p->line + p->at + 1, p->line + p->at, strlen(p->line + p->at) + 1);
    p->line[p->at++] = c;
}

static void paper_look(struct paper *p, size_t back)
{
    if (back > p->lines)
        return;
    if (!p->looked)
        strcpy(p->history[0], p->line);
    p->looked = back;
    strcpy(p->line, p->history[back]);
    p->at = strlen(p->line);
}

static void paper_enter(struct paper *p)
{
    if (*p->line && !(p->lines && !strcmp(p->history[1], p->line))) {
        memmove(p->history[2], p->history[1], (EDIT_HISTORY - 1) * sizeof(p->history[0]));
        strcpy(p->history[1], p->line);
        p->lines += p->lines < EDIT_HISTORY;
    }
    *p->line = '\0';
    p->at = p->looked = 0;
}

static void paper_complete(struct paper *p)
{
    const char *found = NULL;
    size_t word = p->at, same = 0, matches = 0;

    while (word && p->line[word - 1] != ' ')
        word--;
    for (uint32_t n = 0; candidate(p->line, (uint32_t)word, n); n++) {
        const char *c = candidate(p->line, (uint32_t)word, n);

        if (strncmp(c, p->line + word, p->at - word))
            continue;
        if (!matches++)
            same = strlen(found = c);
        while (strncmp(c, found, same))
            same--;
    }
    for (size_t i = p->at - word; i < same; i++)
        paper_insert(p, found[i]);
    if (matches == 1)
        paper_insert(p, ' ');
}

static void paper_type(struct paper *p, int key)
{
    size_t length = strlen(p->line), word = p->at;

    while (word && p->line[word - 1] == ' ')
        word--;
    while (word && p->line[word - 1] != ' ')
        word--;
    if (key == KEY_ENTER)
        paper_enter(p);
    else if (key == KEY_TAB)
        paper_complete(p);
    else if (key == KEY_BACKSPACE && p->at)
        paper_cut(p, p->at - 1, p->at);
    else if ((key == KEY_DELETE || key == KEY_CTRL('D')) && p->at < length)
        paper_cut(p, p->at, p->at + 1);
    else if ((key == KEY_LEFT || key == KEY_CTRL('B')) && p->at)
        p->at--;
    else if ((key == KEY_RIGHT || key == KEY_CTRL('F')) && p->at < length)
        p->at++;
    else if (key == KEY_HOME || key == KEY_CTRL('A'))
        p->at = 0;
    else if (key == KEY_END || key == KEY_CTRL('E'))
        p->at = length;
    else if (key == KEY_UP || key == KEY_CTRL('P'))
        paper_look(p, p->looked + 1);
    else if ((key == KEY_DOWN || key == KEY_CTRL('N')) && p->looked)
        paper_look(p, p->looked - 1);
    else if (key == KEY_CTRL('K'))
        p->line[p->at] = '\0';
    else if (key == KEY_CTRL('U'))
        paper_cut(p, 0, p->at);
    else if (key == KEY_CTRL('W'))
        paper_cut(p, word, p->at);
    else if (key == KEY_CTRL('C')) {
        *p->line = '\0';
        p->at = p->looked = 0;
    } else if (key >= ' ' && key < 0x7f)
        paper_insert(p, (char)key);
}

/* Mostly letters, so that lines grow beyond the window; sometimes a rare key. */
static int any_key(struct dice *dice)
{
    static const int often[] = {KEY_LEFT, KEY_RIGHT, KEY_BACKSPACE, KEY_DELETE, KEY_UP, KEY_DOWN,
                                KEY_HOME, KEY_END,   KEY_TAB,       ' ',        ' ',    KEY_ENTER};
    uint64_t roll = dice_roll(dice, 100);

    if (roll < 72)
        return "helpmodlistakx"[dice_roll(dice, 14)];
    if (roll < 94)
        return often[dice_roll(dice, COUNT(often))];
    if (roll < 97)
        return (int)dice_roll(dice, 0x7f);
    return roll == 97 ? (int)dice_roll(dice, 0x120) : ' ';
}

/* One line gives way to another of the same length. */
static void long_lines_in_the_history(void **state)
{
    (void)state;
    start();
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned k = 0; k < ROOM + 20; k++)
            type(i ? 'b' : 'a');
        type(KEY_ENTER);
    }
    for (unsigned i = 0; i < 2; i++) {
        type(KEY_UP);
        assert_int_equal(e->length, ROOM + 20);
        assert_int_equal(e->at, e->length);
        assert_int_equal(row[column - 1], i ? 'a' : 'b');
        assert_int_equal(row[strlen(PROMPT)], row[column - 1]);
    }
}

static void any_keys(void **state)
{
    struct dice dice = {dice_seed()};
    struct paper paper = {0};
    uint32_t longest = 0;

    (void)state;
    start();
    for (uint64_t round = dice_rounds(100000); round; round--) {
        int key = any_key(&dice);
        uint32_t times = dice_once(&dice, 20) ? (uint32_t)dice_roll(&dice, 100) : 1;

        while (times--) {
            type(key);
            paper_type(&paper, key);
            assert_string_equal(e->line, paper.line);
            assert_int_equal(e->at, paper.at);
            longest = e->length > longest ? e->length : longest;
        }
    }
    assert_int_equal(longest, WORDS_LINE - 1); /* it has come to the window's end, and the line's */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(editing, take_down),
        cmocka_unit_test_teardown(history, take_down),
        cmocka_unit_test_teardown(history_is_a_ring, take_down),
        cmocka_unit_test_teardown(long_lines_in_the_history, take_down),
        cmocka_unit_test_teardown(completion, take_down),
        cmocka_unit_test_teardown(completion_at_the_end_of_a_long_line, take_down),
        cmocka_unit_test_teardown(completion_of_a_full_line, take_down),
        cmocka_unit_test_teardown(a_line_is_full_at_its_end, take_down),
        cmocka_unit_test_teardown(any_keys, take_down),
    };

    return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
