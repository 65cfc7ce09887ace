/* The VGA text screen: 80 columns, 25 rows. */
#ifndef KERNEL_CONSOLE_SCREEN_H
#define KERNEL_CONSOLE_SCREEN_H

#include "baton.h"

#define SCREEN_COLUMNS 80

enum console_colour { CONSOLE_PLAIN, CONSOLE_STEP, CONSOLE_TROUBLE, CONSOLE_PROMPT };

/* Output starts at the current cursor position. Nothing is written unless the screen is in text
 * mode. */
void screen_start(enum baton_screen_kind kind);

/* Writes the text unchanged. \n, \b (back one column) and \r (to the first column) work; \a does
 * nothing. */
void screen_raw(const char *text);

/* Breaks long lines between words and continues them at column `indent`. */
void screen_write(const char *text, unsigned indent);

/* Sets the colour of what follows; returns the previous one. */
enum console_colour screen_colour(enum console_colour colour);

/* The number of rows that were started since the last call. */
uint32_t screen_rows_taken(void);

/* Resets the variables that a crashed kernel may have overwritten. true: the cursor is in the
 * middle of a row. */
bool screen_urgent(void);

/* The position of the text cursor. */
void screen_cursor(uint8_t *x, uint8_t *y);

#endif
