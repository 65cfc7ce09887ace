/* The screen: VGA text, 80 columns and 25 rows, or a framebuffer with at least as many. */
#ifndef KERNEL_CONSOLE_SCREEN_H
#define KERNEL_CONSOLE_SCREEN_H

#include "baton.h"

#define SCREEN_COLUMNS 80 /* at least */

enum console_colour {
    CONSOLE_PLAIN,
    CONSOLE_STEP,
    CONSOLE_TROUBLE,
    CONSOLE_PROMPT,
    CONSOLE_COLOURS
};

struct pixels; /* kernel/console/pixels.h */

/* Uses the VGA's text mode; output starts at its cursor. Nothing is written to a screen before one
 * of these two is called. */
void screen_start_text(void);

/* Uses a framebuffer, and empties it. at: where its first pixel is mapped; it stays there. */
void screen_start_pixels(const struct pixels *format, void *at);

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
