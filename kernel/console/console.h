/* What Baton says: every text to the serial line and to the screen, both at once. */
#ifndef KERNEL_CONSOLE_CONSOLE_H
#define KERNEL_CONSOLE_CONSOLE_H

#include "kernel/console/screen.h"

/* The screen breaks long lines between words and goes on at column CONSOLE_INDENT. */
#define CONSOLE_INDENT 12
void console_write(const char *text);

/* As it is, for the line editor: \b goes a column back, \r to the first, \a rings on the serial line
 * only. */
void console_raw(const char *text);

/* Calls hook before each line of console_write but the first, with the rows that the line before it
 * took on an 80-column terminal; NULL: no longer. */
void console_on_line(void (*hook)(uint32_t rows));

/* console_write prints nothing while muted. */
void console_mute(bool mute);

/* What comes now must be seen, whatever was muted or waits for a key: the kernel's last words. */
void console_urgent(void);

#endif
