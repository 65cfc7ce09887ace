/*
 * Decodes keys: bytes from a terminal on the serial line, and scancodes from a PS/2 keyboard,
 * become one set of numbers. Pure: input.c reads the ports.
 */
#ifndef KERNEL_TERMINAL_KEYS_H
#define KERNEL_TERMINAL_KEYS_H

#include <stdbool.h>
#include <stdint.h>

/* Printable keys are their ASCII, Ctrl with a letter is 1 to 26; these have numbers of their
 * own. */
enum key {
    KEY_NONE = 0,
    KEY_TAB = '\t',
    KEY_ENTER = '\n',
    KEY_BACKSPACE = '\b',
    KEY_ESCAPE = 0x1b,
    KEY_DELETE = 0x100,
    KEY_UP,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
};

#define KEY_CTRL(letter) ((letter)&0x1f)

/* The decoder of a terminal's escape sequences. All zeros at the start. */
struct keys_terminal {
    enum { TERMINAL_PLAIN, TERMINAL_ESCAPE, TERMINAL_SEQUENCE, TERMINAL_FUNCTION } state;
    bool after_return;  /* a line feed after a carriage return is no second ENTER */
    bool modified;      /* the sequence's first number is over: ESC [ 3 ; 5 ~ */
    uint32_t parameter; /* that number */
};

/* The key that this byte completes, or KEY_NONE. */
int keys_terminal(struct keys_terminal *terminal, uint8_t byte);

/* The decoder of a keyboard with scancode set 1 and US layout. All zeros at the start. */
struct keys_keyboard {
    bool left_shift, right_shift, left_ctrl, right_ctrl, caps, extended;
};

/* The key that this scancode presses, or KEY_NONE. */
int keys_keyboard(struct keys_keyboard *keyboard, uint8_t scancode);

#endif
