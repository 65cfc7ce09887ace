/*
 * The text of a framebuffer's screen, in RAM, and which part of it is visible. Only cells that differ
 * are drawn, and nothing is read from video memory. Pure: the caller draws.
 */
#ifndef KERNEL_CONSOLE_CELLS_H
#define KERNEL_CONSOLE_CELLS_H

#include "kernel/console/pixels.h"

/* A cell: a character, its colour (enum console_colour) from bit 8 on, and bit 15: the cursor is
 * there. */
#define CELL_CHARACTER(cell) ((uint8_t)(cell))
#define CELL_COLOUR(cell) ((cell) >> 8 & (CONSOLE_COLOURS - 1))
#define CELL_CURSOR 0x8000u

struct cells {
    uint16_t text[PIXELS_ROWS][PIXELS_COLUMNS];
    uint16_t visible[PIXELS_ROWS][PIXELS_COLUMNS]; /* what was drawn last */
};

/* For each function: only the cells that the screen has are used, `screen` says how many. */

/* The screen is black. */
void cells_empty(struct cells *cells, const struct pixels *screen);

void cells_put(struct cells *cells, uint32_t row, uint32_t column, enum console_colour colour,
               char c);

/* Moves all rows up by one; the last one becomes empty. */
void cells_scroll(struct cells *cells, const struct pixels *screen);

/* Calls draw for each cell that is not visible as it should be. The cursor is at (row, column). */
void cells_show(struct cells *cells, const struct pixels *screen, uint32_t row, uint32_t column,
                void (*draw)(uint32_t row, uint32_t column, uint16_t cell));

/* What is visible is not known: cells_show() will draw every cell. */
void cells_forget(struct cells *cells, const struct pixels *screen);

#endif
