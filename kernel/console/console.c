/* One character to every output that there is. */
#include "kernel/console/console.h"

#include <stddef.h>

#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/readonly.h"
#include "kernel/machine/watchdog.h"

/* 16550 registers, by offset from the port. */
enum {
    UART_DATA = 0,
    UART_INTERRUPTS = 1,
    UART_FIFO = 2,
    UART_LINE = 3,
    UART_MODEM = 4,
    UART_STATUS = 5,
    UART_SCRATCH = 7
};
enum { UART_DLAB = 0x80, UART_8N1 = 3, UART_DTR_RTS = 3, UART_FIFO_ON = 1, UART_EMPTY = 0x20 };
#define UART_DIVISOR 1 /* 115200 baud */
#define UART_PATIENCE 100000

#define VGA_TEXT ((volatile uint16_t *)(KERNEL_BASE + 0xb8000))
#define VGA_COLUMNS 80
#define VGA_ROWS 25
#define VGA_INDEX 0x3d4
#define VGA_CURSOR_HIGH 0x0e
#define VGA_CURSOR_LOW 0x0f

/* Attribute bytes: light grey, light cyan, light red, white, on black. */
static const uint16_t vga_attributes[] = {
    [CONSOLE_PLAIN] = 0x0700,
    [CONSOLE_STEP] = 0x0b00,
    [CONSOLE_TROUBLE] = 0x0c00,
    [CONSOLE_PROMPT] = 0x0f00,
};

static uint16_t com_port READ_ONLY;
static bool has_screen READ_ONLY;
static bool muted;
static unsigned column, row;
static bool filled; /* the last character filled its row: a \n now would make an empty one */
static uint32_t screen_rows; /* that the line of console_write has taken so far */
static enum console_colour colour;
static void (*line_hook)(uint32_t rows);
static uint32_t line_length; /* of the line so far */
static uint32_t rows_before; /* of the lines since the hook was called */

static void serial_start(void)
{
    /* A port without a UART reads all ones, whatever was written. */
    out8(COM1 + UART_SCRATCH, 0x5a);
    if (in8(COM1 + UART_SCRATCH) != 0x5a)
        return;
    com_port = COM1;
    out8(COM1 + UART_INTERRUPTS, 0);
    out8(COM1 + UART_LINE, UART_DLAB);
    out8(COM1 + UART_DATA, UART_DIVISOR);
    out8(COM1 + UART_INTERRUPTS, 0);
    out8(COM1 + UART_LINE, UART_8N1);
    out8(COM1 + UART_FIFO, UART_FIFO_ON);
    out8(COM1 + UART_MODEM, UART_DTR_RTS);
}

static void serial_put(char c)
{
    for (unsigned i = 0; i < UART_PATIENCE && !(in8(com_port + UART_STATUS) & UART_EMPTY); i++)
        ;
    out8(com_port + UART_DATA, (uint8_t)c);
}

static void cursor_write(void)
{
    unsigned at = row * VGA_COLUMNS + column;

    out8(VGA_INDEX, VGA_CURSOR_HIGH);
    out8(VGA_INDEX + 1, (uint8_t)(at >> 8));
    out8(VGA_INDEX, VGA_CURSOR_LOW);
    out8(VGA_INDEX + 1, (uint8_t)at);
}

static void cursor_read(void)
{
    unsigned at;

    out8(VGA_INDEX, VGA_CURSOR_HIGH);
    at = (unsigned)in8(VGA_INDEX + 1) << 8;
    out8(VGA_INDEX, VGA_CURSOR_LOW);
    at |= in8(VGA_INDEX + 1);
    if (at < VGA_COLUMNS * VGA_ROWS) {
        row = at / VGA_COLUMNS;
        column = at % VGA_COLUMNS;
    }
}

static void scroll(void)
{
    for (unsigned i = 0; i < VGA_COLUMNS * (VGA_ROWS - 1); i++)
        VGA_TEXT[i] = VGA_TEXT[i + VGA_COLUMNS];
    for (unsigned i = VGA_COLUMNS * (VGA_ROWS - 1); i < VGA_COLUMNS * VGA_ROWS; i++)
        VGA_TEXT[i] = vga_attributes[CONSOLE_PLAIN] | ' ';
}

static void screen_put(char c)
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
        VGA_TEXT[row * VGA_COLUMNS + column] = vga_attributes[colour] | (uint8_t)c;
        if (++column == VGA_COLUMNS) {
            filled = true;
            column = 0;
            row++;
            screen_rows++;
        }
    }
    if (row == VGA_ROWS) {
        scroll();
        row--;
    }
    cursor_write();
}

void console_start(void)
{
    serial_start();
}

void console_screen(enum baton_screen_kind kind)
{
    has_screen = kind == BATON_SCREEN_TEXT;
    if (has_screen) {
        cursor_read();
        if (column)
            screen_put('\n');
    }
}

static void indent(void)
{
    while (column < CONSOLE_INDENT)
        screen_put(' ');
}

/* A line longer than the screen goes on below its text, not below its first word. */
static void screen_write(const char *text)
{
    while (*text) {
        unsigned length = 0;

        while (text[length] && text[length] != ' ' && text[length] != '\n')
            length++;
        if (length && filled) {
            indent();
        } else if (column + length > VGA_COLUMNS && column > CONSOLE_INDENT) {
            screen_put('\n');
            indent();
        }
        while (length--)
            screen_put(*text++);
        if (*text && !(*text == ' ' && filled)) /* no space where a row has just ended */
            screen_put(*text);
        if (*text)
            text++;
    }
}

static void serial_write(const char *text)
{
    for (const char *c = text; com_port && *c; c++) {
        if (*c == '\n')
            serial_put('\r');
        serial_put(*c);
    }
}

/* The end of a line: its rows, on the screen and on a terminal that breaks lines anywhere. */
static void count_rows(void)
{
    uint32_t rows = line_length ? (line_length - 1) / VGA_COLUMNS + 1 : 1;

    if (screen_rows > rows) /* words that were kept whole may have cost a row */
        rows = screen_rows;
    rows_before += rows;
    line_length = screen_rows = 0;
}

void console_write(const char *text)
{
    if (line_hook && !muted && !line_length && rows_before) {
        uint32_t rows = rows_before;

        rows_before = 0;
        line_hook(rows);
    }
    if (muted)
        return;
    serial_write(text);
    if (has_screen)
        screen_write(text);
    for (const char *c = text; *c; c++)
        if (*c == '\n') {
            count_rows();
            watchdog_feed(); /* much to print is not a hang */
        } else {
            line_length++;
        }
}

void console_raw(const char *text)
{
    serial_write(text);
    for (; has_screen && *text; text++)
        screen_put(*text);
}

enum console_colour console_colour(enum console_colour wanted)
{
    enum console_colour before = colour;

    colour = wanted;
    return before;
}

void console_on_line(void (*hook)(uint32_t rows))
{
    line_hook = hook;
    line_length = screen_rows = rows_before = 0;
}

void console_mute(bool mute)
{
    muted = mute;
}

/*
 * A kernel that dies may have written over these variables. What would lead to a wild address or
 * jump is made harmless; the rest costs a line its look at worst.
 */
void console_urgent(void)
{
    muted = false;
    line_hook = NULL; /* nobody may be there to press a key */
    colour = CONSOLE_PLAIN;
    if (row >= VGA_ROWS || column >= VGA_COLUMNS) {
        row = VGA_ROWS - 1;
        column = 0;
    }
    if (line_length || (has_screen && column))
        console_raw("\n");
}

uint16_t console_com_port(void)
{
    return com_port;
}

void console_cursor(uint8_t *x, uint8_t *y)
{
    *x = (uint8_t)column;
    *y = (uint8_t)row;
}
