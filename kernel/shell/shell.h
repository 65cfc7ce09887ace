/* The old kernel's shell, on the serial port and on the screen. */
#ifndef KERNEL_SHELL_SHELL_H
#define KERNEL_SHELL_SHELL_H

#include <stdbool.h>
#include <stdint.h>

/* Reads and runs commands; exec, reboot and poweroff leave it. */
void shell_run(void) __attribute__((noreturn));

/* Shows a countdown. true: a key was pressed. */
bool shell_wanted(uint32_t seconds);

#endif
