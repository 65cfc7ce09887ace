/*
 * A screen of pixels, taken as cells of text: its size in cells, where a cell lies, how a colour and
 * a line of a character become bytes. Pure: framebuffer.c writes them.
 */
#ifndef KERNEL_CONSOLE_PIXELS_H
#define KERNEL_CONSOLE_PIXELS_H

#include <stdint.h>

#include "baton.h"
#include "kernel/console/font.h"
#include "kernel/console/screen.h"

/* Cells at most; what is wider or higher has an empty border. */
#define PIXELS_COLUMNS 160
#define PIXELS_ROWS 64

#define PIXELS_SCALE 8                                /* times the font's size, at most */
#define PIXELS_LINE_WORDS (FONT_WIDTH * PIXELS_SCALE) /* 32-bit words of a cell's line, at most */

struct pixels {
    uint32_t pitch;         /* bytes from line to line */
    uint32_t width, height; /* pixels */
    uint32_t bytes;         /* of a pixel: 2, 3 or 4 */
    uint32_t scale;         /* a pixel of the font is this many wide and high */
    uint32_t columns, rows; /* cells: at least 80 x 25 */
    uint32_t ink[CONSOLE_COLOURS];
};

/*
 * Takes the description of a linear framebuffer. The characters become as large as 80 columns and 25
 * rows of them allow. Returns NULL, or why the framebuffer cannot be used.
 */
const char *pixels_start(struct pixels *pixels, const struct baton_screen *screen);

/* A colour, 8 bits for each component, as a pixel of this screen. */
uint32_t pixels_pack(const struct baton_screen *screen, uint32_t red, uint32_t green,
                     uint32_t blue);

/* The offset of a cell's first byte from the framebuffer's. */
uint32_t pixels_at(const struct pixels *pixels, uint32_t row, uint32_t column);

/* 32-bit words in a line of a cell. */
uint32_t pixels_line_words(const struct pixels *pixels);

/* Writes one line of a cell to `to`, pixels_line_words() words. bits: the font's pixels, bit 7 the
 * leftmost; those that are 0 become black. */
void pixels_line(const struct pixels *pixels, uint8_t bits, uint32_t ink, uint32_t *to);

/* Line 0 to 15 of a character, as bits; underlined: with the cursor. */
uint8_t pixels_bits(uint8_t character, uint32_t line, bool underlined);

#endif
