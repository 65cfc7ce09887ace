/* The VGA's text mode as a screen. */
#ifndef KERNEL_CONSOLE_VGA_H
#define KERNEL_CONSOLE_VGA_H

#include "kernel/console/device.h"

#define VGA_COLUMNS 80
#define VGA_ROWS 25

extern const struct screen_device vga;

/* Sets row and column to the cursor's place, if it is on the screen. */
void vga_start(unsigned *row, unsigned *column);

#endif
