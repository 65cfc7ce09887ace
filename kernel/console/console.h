/* Baton's output: every text goes to the serial line and to the screen. */
#ifndef KERNEL_CONSOLE_CONSOLE_H
#define KERNEL_CONSOLE_CONSOLE_H

#include "kernel/console/screen.h"

/* The screen breaks long lines between words and goes on at column CONSOLE_INDENT. */
#define CONSOLE_INDENT 12
void console_write(const char *text);

/* Prints the text unchanged, for the line editor: \b goes back one column, \r to the first one; \a
 * rings the bell on the serial line only. */
void console_raw(const char *text);

/* From now on, hook is called before each line of console_write except the first. It gets the
 * number of rows that the previous line took on an 80-column terminal. NULL: no hook. */
void console_on_line(void (*hook)(uint32_t rows));

/* console_write prints nothing while muted. */
void console_mute(bool mute);

/* The kernel's last messages follow: they must be visible. Unmutes, and removes the hook. */
void console_urgent(void);

#endif
