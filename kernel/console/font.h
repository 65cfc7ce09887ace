/* The font of a screen that is made of pixels: font.txt, turned into C by mkfont. */
#ifndef KERNEL_CONSOLE_FONT_H
#define KERNEL_CONSOLE_FONT_H

#include <stdint.h>

/* A cell of the screen: what a character takes, in pixels. */
#define FONT_WIDTH 8
#define FONT_HEIGHT 16

#define FONT_FIRST 0x20    /* the first character */
#define FONT_CHARACTERS 96 /* the last of them stands for all others */
#define FONT_LINES 12      /* lines of a character that the font has; the rest is empty */
#define FONT_EMPTY_LINES 2 /* above them */

/* Bit 7 is the leftmost pixel. */
extern const uint8_t font_lines[FONT_CHARACTERS][FONT_LINES];

#endif
