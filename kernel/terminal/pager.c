/* The pager: a hook before every printed line. */
#include "kernel/terminal/pager.h"

#include <stddef.h>

#include "kernel/console/console.h"
#include "kernel/terminal/input.h"

#define MORE "-- more: space next page, enter next line, q quit --"

uint32_t pager_rows = 23;

static uint32_t left; /* rows until the next stop */
static bool stopped;

static void rub_out(const char *text)
{
    console_raw("\r");
    for (const char *c = text; *c; c++)
        console_raw(" ");
    console_raw("\r");
}

/* Runs before each line: so there is no prompt after the last one. */
static void before_line(uint32_t rows)
{
    enum console_colour colour;
    int key;

    left = left > rows ? left - rows : 0;
    if (!pager_rows || left)
        return;
    colour = screen_colour(CONSOLE_PROMPT);
    console_raw(MORE);
    do
        key = input_key();
    while (key != ' ' && key != KEY_ENTER && key != 'q' && key != KEY_CTRL('C') &&
           key != KEY_ESCAPE);
    screen_colour(CONSOLE_PLAIN);
    rub_out(MORE);
    screen_colour(colour);
    left = key == KEY_ENTER ? 1 : pager_rows;
    stopped = key != KEY_ENTER && key != ' ';
    console_mute(stopped);
}

void pager_begin(void)
{
    left = pager_rows;
    stopped = false;
    console_on_line(before_line);
}

void pager_end(void)
{
    console_on_line(NULL);
    console_mute(false);
}

bool pager_stopped(void)
{
    return stopped;
}
