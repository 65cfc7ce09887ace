/* Writes characters to VGA memory and moves the cursor. [VGA CRTC] */
#include "kernel/console/screen.h"

#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/readonly.h"

#define VGA_TEXT ((volatile uint16_t *)(KERNEL_BASE + 0xb8000))
#define VGA_COLUMNS SCREEN_COLUMNS
#define VGA_ROWS 25
#define VGA_INDEX 0x3d4
#define VGA_VALUE 0x3d5
#define VGA_CURSOR_HIGH 0x0e
#define VGA_CURSOR_LOW 0x0f

/* Attribute bytes: light grey, light cyan, light red, white, on black. */
static const uint16_t vga_attributes[] = {
    [CONSOLE_PLAIN] = 0x0700,
    [CONSOLE_STEP] = 0x0b00,
    [CONSOLE_TROUBLE] = 0x0c00,
    [CONSOLE_PROMPT] = 0x0f00,
};

static bool has_screen READ_ONLY;
static unsigned column, row;
static bool filled; /* the last character filled its row: a \n now adds no empty row */
static uint32_t screen_rows;
static enum console_colour colour;

/* Restores the index register: others may have selected a register. */
static uint8_t crtc_read(uint8_t index)
{
    uint8_t before = in8(VGA_INDEX), value;

    out8(VGA_INDEX, index);
    value = in8(VGA_VALUE);
    out8(VGA_INDEX, before);
    return value;
}

static void crtc_write(uint8_t index, uint8_t value)
{
    uint8_t before = in8(VGA_INDEX);

    out8(VGA_INDEX, index);
    out8(VGA_VALUE, value);
    out8(VGA_INDEX, before);
}

static void cursor_write(void)
{
    unsigned at = row * VGA_COLUMNS + column;

    crtc_write(VGA_CURSOR_HIGH, (uint8_t)(at >> 8));
    crtc_write(VGA_CURSOR_LOW, (uint8_t)at);
}

static void cursor_read(void)
{
    unsigned at = (unsigned)crtc_read(VGA_CURSOR_HIGH) << 8 | crtc_read(VGA_CURSOR_LOW);

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

/* Does not move the hardware cursor: the caller does. */
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
}

void screen_raw(const char *text)
{
    if (!has_screen)
        return;
    while (*text)
        put(*text++);
    cursor_write();
}

void screen_start(enum baton_screen_kind kind)
{
    READ_ONLY_SET(has_screen, kind == BATON_SCREEN_TEXT);
    if (has_screen) {
        cursor_read();
        if (column)
            screen_raw("\n");
    }
}

static void go_to_column(unsigned indent)
{
    while (column < indent)
        put(' ');
}

/* A line that is longer than a row continues below its text, not below its first word. */
void screen_write(const char *text, unsigned indent)
{
    if (!has_screen)
        return;
    while (*text) {
        unsigned length = 0;

        while (text[length] && text[length] != ' ' && text[length] != '\n')
            length++;
        if (length && filled) {
            go_to_column(indent);
        } else if (column + length > VGA_COLUMNS && column > indent) {
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
    cursor_write();
}

enum console_colour screen_colour(enum console_colour wanted)
{
    enum console_colour before = colour;

    colour = wanted;
    return before;
}

uint32_t screen_rows_taken(void)
{
    uint32_t rows = screen_rows;

    screen_rows = 0;
    return rows;
}

bool screen_urgent(void)
{
    colour = CONSOLE_PLAIN;
    if (row >= VGA_ROWS || column >= VGA_COLUMNS) {
        row = VGA_ROWS - 1;
        column = 0;
    }
    return has_screen && column;
}

void screen_cursor(uint8_t *x, uint8_t *y)
{
    *x = (uint8_t)column;
    *y = (uint8_t)row;
}
