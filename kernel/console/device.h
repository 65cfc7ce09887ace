/* What screen.c writes to: a screen of cells, each with a character and a colour. */
#ifndef KERNEL_CONSOLE_DEVICE_H
#define KERNEL_CONSOLE_DEVICE_H

#include "kernel/console/screen.h"

struct screen_device {
    void (*put)(unsigned row, unsigned column, enum console_colour colour, char c);
    void (*scroll)(void); /* moves all rows up by one; the last one becomes empty */
    /* From now on all that was put is visible, and the cursor is there. */
    void (*show)(unsigned row, unsigned column);
    void (*urgent)(void); /* NULL, or: its variables may have been overwritten */
};

#endif
