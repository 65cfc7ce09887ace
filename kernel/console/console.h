/* The old kernel's voice: COM1 and the VGA text screen, both at once. */
#ifndef KERNEL_CONSOLE_CONSOLE_H
#define KERNEL_CONSOLE_CONSOLE_H

#include "baton.h"

#define COM1 0x3f8

/* Finds out what is there. Before it, nothing is printed. */
void console_start(void);

/* VGA text is written only while the screen is in text mode. */
void console_screen(enum baton_screen_kind kind);

/* The screen breaks long lines between words and goes on at column CONSOLE_INDENT. */
#define CONSOLE_INDENT 12
void console_write(const char *text);

/* As it is, for the line editor: \b goes a column back, \r to the first, \a rings on COM1 only. */
void console_raw(const char *text);

/* What the screen shows from now on; COM1 has no colours. */
enum console_colour { CONSOLE_PLAIN, CONSOLE_STEP, CONSOLE_TROUBLE, CONSOLE_PROMPT };
/* Returns what it was before. */
enum console_colour console_colour(enum console_colour colour);

/* Calls hook before each line of console_write but the first, with the rows that the line before it
 * took on an 80-column terminal; NULL: no longer. */
void console_on_line(void (*hook)(uint32_t rows));

/* console_write prints nothing while muted. */
void console_mute(bool mute);

/* What comes now must be seen, whatever was muted or waits for a key: the kernel's last words. */
void console_urgent(void);

/* The I/O port of the serial line, 0 if there is none. */
uint16_t console_com_port(void);

/* Where the text cursor stands, for the next kernel. */
void console_cursor(uint8_t *x, uint8_t *y);

#endif
