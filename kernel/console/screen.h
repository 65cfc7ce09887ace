/* The VGA text screen: 80 columns, 25 rows. */
#ifndef KERNEL_CONSOLE_SCREEN_H
#define KERNEL_CONSOLE_SCREEN_H

#include "baton.h"

#define SCREEN_COLUMNS 80

enum console_colour { CONSOLE_PLAIN, CONSOLE_STEP, CONSOLE_TROUBLE, CONSOLE_PROMPT };

/* Goes on where the cursor is. Written to only while the screen is in text mode. */
void screen_start(enum baton_screen_kind kind);

/* As it is, with \n, \b (a column back) and \r (to the first column); \a shows nothing. */
void screen_raw(const char *text);

/* Breaks long lines between words and goes on at column `indent`. */
void screen_write(const char *text, unsigned indent);

/* The colour from now on; returns what it was before. */
enum console_colour screen_colour(enum console_colour colour);

/* Rows that were begun since this was last asked. */
uint32_t screen_rows_taken(void);

/* Variables that a dying kernel may have written over are made harmless. true: the cursor stands in
 * the middle of a row. */
bool screen_urgent(void);

/* Where the text cursor stands. */
void screen_cursor(uint8_t *x, uint8_t *y);

#endif
