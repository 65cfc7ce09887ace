/* Keys from the serial line and from the PS/2 keyboard. The ports are polled; there are no
 * interrupts. */
#ifndef KERNEL_TERMINAL_INPUT_H
#define KERNEL_TERMINAL_INPUT_H

#include "kernel/terminal/keys.h"

/* The next key, KEY_NONE if there is none yet. */
int input_poll(void);

/* Waits for a key. */
int input_key(void);

/*
 * Waits for a key, at most `tenths` tenths of a second: KEY_NONE if none came. Uses channel 2 of
 * the PIT as the timer, and leaves it stopped.
 */
int input_wait(uint32_t tenths);

#endif
