/* Writes every text to every output, and counts its rows for the pager. */
#include "kernel/console/console.h"

#include <stddef.h>

#include "kernel/console/serial.h"
#include "kernel/devices/watchdog.h"
#include "lib/uart.h"

static bool muted;
static void (*line_hook)(uint32_t rows);
static uint32_t line_length; /* of the line so far */
static uint32_t rows_before; /* of the lines since the hook was called */

/* At the end of a line: counts the rows that it takes on the screen, and on a terminal that breaks
 * lines between any two characters. The larger number counts. */
static void count_rows(void)
{
    uint32_t rows = line_length ? (line_length - 1) / SCREEN_COLUMNS + 1 : 1;
    uint32_t on_screen = screen_rows_taken();

    if (on_screen > rows) /* the screen does not break words: that may take one more row */
        rows = on_screen;
    rows_before += rows;
    line_length = 0;
}

/* Reports on the screen that the serial line is no longer used. */
static void report_lost_serial(void)
{
    if (serial_lost())
        screen_write("serial      the UART accepts no more characters; it is no longer used\n",
                     CONSOLE_INDENT);
}

void console_write(const char *text)
{
    bool ended = false;

    if (line_hook && !muted && !line_length && rows_before) {
        uint32_t rows = rows_before;

        rows_before = 0;
        line_hook(rows);
    }
    if (muted)
        return;
    serial_write(text);
    screen_write(text, CONSOLE_INDENT);
    for (const char *c = text; *c; c++) {
        ended = *c == '\n';
        if (ended) {
            count_rows();
            watchdog_feed(); /* long output is not a hang */
        } else {
            line_length++;
        }
    }
    if (ended)
        report_lost_serial();
}

void console_raw(const char *text)
{
    serial_write(text);
    screen_raw(text);
}

void console_on_line(void (*hook)(uint32_t rows))
{
    line_hook = hook;
    screen_rows_taken();
    line_length = rows_before = 0;
}

void console_mute(bool mute)
{
    muted = mute;
}

/*
 * A crashed kernel may have overwritten these variables. Resets those that could cause a wild
 * memory access or jump. A wrong value in the others spoils the layout of a line at worst.
 */
void console_urgent(void)
{
    bool within = screen_urgent();

    if (!serial_started()) /* before the command line was read */
        serial_start(COM1, COM1_DIVISOR);
    muted = false;
    line_hook = NULL; /* never wait for a key now */
    if (line_length || within)
        console_raw("\n");
}
