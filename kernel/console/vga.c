/* The VGA's text mode: writes characters to its memory and moves its cursor. [VGA CRTC] */
#include "kernel/console/vga.h"

#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"

#define VGA_TEXT ((volatile uint16_t *)(KERNEL_BASE + 0xb8000))
#define VGA_INDEX 0x3d4
#define VGA_VALUE 0x3d5
#define VGA_CURSOR_HIGH 0x0e
#define VGA_CURSOR_LOW 0x0f

/* Attribute bytes: light grey, light cyan, light red, white, on black. */
static const uint16_t vga_attributes[CONSOLE_COLOURS] = {
    [CONSOLE_PLAIN] = 0x0700,
    [CONSOLE_STEP] = 0x0b00,
    [CONSOLE_TROUBLE] = 0x0c00,
    [CONSOLE_PROMPT] = 0x0f00,
};

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

void vga_start(unsigned *row, unsigned *column)
{
    unsigned at = (unsigned)crtc_read(VGA_CURSOR_HIGH) << 8 | crtc_read(VGA_CURSOR_LOW);

    if (at < VGA_COLUMNS * VGA_ROWS) {
        *row = at / VGA_COLUMNS;
        *column = at % VGA_COLUMNS;
    }
}

static void put(unsigned row, unsigned column, enum console_colour colour, char c)
{
    VGA_TEXT[row * VGA_COLUMNS + column] = vga_attributes[colour] | (uint8_t)c;
}

static void scroll(void)
{
    for (unsigned i = 0; i < VGA_COLUMNS * (VGA_ROWS - 1); i++)
        VGA_TEXT[i] = VGA_TEXT[i + VGA_COLUMNS];
    for (unsigned i = VGA_COLUMNS * (VGA_ROWS - 1); i < VGA_COLUMNS * VGA_ROWS; i++)
        VGA_TEXT[i] = vga_attributes[CONSOLE_PLAIN] | ' ';
}

/* Every character is visible at once: only the hardware's cursor moves. */
static void show(unsigned row, unsigned column)
{
    unsigned at = row * VGA_COLUMNS + column;

    crtc_write(VGA_CURSOR_HIGH, (uint8_t)(at >> 8));
    crtc_write(VGA_CURSOR_LOW, (uint8_t)at);
}

const struct screen_device vga = {.put = put, .scroll = scroll, .show = show};
