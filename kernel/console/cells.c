/* Characters and colours in RAM. Many lines may be put, and scrolled, before they are drawn once. */
#include "kernel/console/cells.h"

#define CELL(colour, c) ((uint16_t)((colour) << 8 | (uint8_t)(c)))
#define CELL_EMPTY CELL(CONSOLE_PLAIN, ' ')
#define CELL_UNKNOWN 0xffff /* differs from every cell */

_Static_assert((CONSOLE_COLOURS & (CONSOLE_COLOURS - 1)) == 0, "CELL_COLOUR masks");

void cells_empty(struct cells *cells, const struct pixels *screen)
{
    for (uint32_t row = 0; row < screen->rows; row++)
        for (uint32_t column = 0; column < screen->columns; column++)
            cells->text[row][column] = cells->visible[row][column] = CELL_EMPTY;
}

void cells_put(struct cells *cells, uint32_t row, uint32_t column, enum console_colour colour,
               char c)
{
    cells->text[row][column] = CELL(colour, c);
}

void cells_scroll(struct cells *cells, const struct pixels *screen)
{
    for (uint32_t row = 0; row < screen->rows; row++)
        for (uint32_t column = 0; column < screen->columns; column++)
            cells->text[row][column] =
                row + 1 < screen->rows ? cells->text[row + 1][column] : CELL_EMPTY;
}

void cells_show(struct cells *cells, const struct pixels *screen, uint32_t cursor_row,
                uint32_t cursor_column, void (*draw)(uint32_t row, uint32_t column, uint16_t cell))
{
    for (uint32_t row = 0; row < screen->rows; row++)
        for (uint32_t column = 0; column < screen->columns; column++) {
            uint16_t cell = cells->text[row][column];

            if (row == cursor_row && column == cursor_column)
                cell |= CELL_CURSOR;
            if (cells->visible[row][column] != cell) {
                cells->visible[row][column] = cell;
                draw(row, column, cell);
            }
        }
}

void cells_forget(struct cells *cells, const struct pixels *screen)
{
    for (uint32_t row = 0; row < screen->rows; row++)
        for (uint32_t column = 0; column < screen->columns; column++)
            cells->visible[row][column] = CELL_UNKNOWN;
}
