/* What is typed, on the serial port or on the PS/2 keyboard. Nothing interrupts: the ports are asked. */
#ifndef KERNEL_SHELL_INPUT_H
#define KERNEL_SHELL_INPUT_H

#include "kernel/shell/keys.h"

/* The next key, KEY_NONE if there is none yet. */
int input_poll(void);

/* Waits for a key. */
int input_key(void);

/*
 * Waits for a key, `tenths` tenths of a second at most: KEY_NONE if none came. Timed by the PIT's
 * second channel, which is left stopped.
 */
int input_wait(uint32_t tenths);

#endif
