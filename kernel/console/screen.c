/* Where the next character goes, and how lines break. A device shows the characters. */
#include "kernel/console/screen.h"

#include "kernel/console/framebuffer.h"
#include "kernel/console/vga.h"
#include "kernel/machine/readonly.h"

static const struct screen_device *device READ_ONLY; /* NULL: there is no screen */
static unsigned columns READ_ONLY, rows READ_ONLY;
static unsigned column, row;
static bool filled; /* the last character filled its row: a \n now adds no empty row */
static uint32_t screen_rows;
static enum console_colour colour;

/* Does not show it: the caller does. */
static void put(char c)
{
    bool was_filled = filled;

    filled = false;
    if (c == '\n' && was_filled) {
        return;
    } else if (c == '\n') {
        column = 0;
        row++;
        screen_rows++;
    } else if (c == '\r') {
        column = 0;
    } else if (c == '\b') {
        column -= column ? 1 : 0;
    } else if (c != '\a') {
        device->put(row, column, colour, c);
        if (++column == columns) {
            filled = true;
            column = 0;
            row++;
            screen_rows++;
        }
    }
    if (row == rows) {
        device->scroll();
        row--;
    }
}

void screen_raw(const char *text)
{
    if (!device)
        return;
    while (*text)
        put(*text++);
    device->show(row, column);
}

static void start(const struct screen_device *given, unsigned wide, unsigned high)
{
    READ_ONLY_SET(device, given);
    READ_ONLY_SET(columns, wide);
    READ_ONLY_SET(rows, high);
}

void screen_start_text(void)
{
    start(&vga, VGA_COLUMNS, VGA_ROWS);
    vga_start(&row, &column);
    if (column)
        screen_raw("\n");
}

void screen_start_pixels(const struct pixels *format, void *at)
{
    start(&framebuffer, format->columns, format->rows);
    framebuffer_start(format, at);
}

static void go_to_column(unsigned indent)
{
    while (column < indent)
        put(' ');
}

/* A line that is longer than a row continues below its text, not below its first word. */
void screen_write(const char *text, unsigned indent)
{
    if (!device)
        return;
    while (*text) {
        unsigned length = 0;

        while (text[length] && text[length] != ' ' && text[length] != '\n')
            length++;
        if (length && filled) {
            go_to_column(indent);
        } else if (column + length > columns && column > indent) {
            put('\n');
            go_to_column(indent);
        }
        while (length--)
            put(*text++);
        if (*text && !(*text == ' ' && filled)) /* no space where a row has just ended */
            put(*text);
        if (*text)
            text++;
    }
    device->show(row, column);
}

enum console_colour screen_colour(enum console_colour wanted)
{
    enum console_colour before = colour;

    colour = wanted;
    return before;
}

uint32_t screen_rows_taken(void)
{
    uint32_t taken = screen_rows;

    screen_rows = 0;
    return taken;
}

bool screen_urgent(void)
{
    colour = CONSOLE_PLAIN;
    if (!device)
        return false;
    if (row >= rows || column >= columns) {
        row = rows - 1;
        column = 0;
    }
    if (device->urgent)
        device->urgent();
    return column;
}

void screen_cursor(uint8_t *x, uint8_t *y)
{
    *x = (uint8_t)column;
    *y = (uint8_t)row;
}
