/* Two decoders: escape sequences of terminals [ECMA-48, xterm], scancode set 1 of PC keyboards. */
#include "kernel/terminal/keys.h"

#define BYTE_DELETE 0x7f /* what most terminals send for Backspace */

/* ESC [ letter, ESC O letter */
static int lettered(uint8_t byte)
{
    switch (byte) {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return KEY_RIGHT;
    case 'D':
        return KEY_LEFT;
    case 'H':
        return KEY_HOME;
    case 'F':
        return KEY_END;
    default:
        return KEY_NONE;
    }
}

/* ESC [ number ~ */
static int numbered(uint32_t number)
{
    switch (number) {
    case 1:
    case 7:
        return KEY_HOME;
    case 3:
        return KEY_DELETE;
    case 4:
    case 8:
        return KEY_END;
    default:
        return KEY_NONE;
    }
}

static int plain(struct keys_terminal *t, uint8_t byte)
{
    bool after_return = t->after_return;

    t->after_return = byte == '\r';
    if (byte == '\r')
        return KEY_ENTER;
    if (byte == '\n')
        return after_return ? KEY_NONE : KEY_ENTER;
    if (byte == BYTE_DELETE)
        return KEY_BACKSPACE;
    return byte < 0x80 ? byte : KEY_NONE;
}

/* ESC [ numbers, intermediates, one final byte from @ to ~. [ECMA-48 5.4] */
static int sequence(struct keys_terminal *t, uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        if (t->parameter < 100 && !t->modified)
            t->parameter = t->parameter * 10 + (byte - '0');
        return KEY_NONE;
    }
    if (byte >= ' ' && byte < '@') { /* a modifier follows: it is ignored */
        t->modified = true;
        return KEY_NONE;
    }
    t->state = TERMINAL_PLAIN;
    if (byte == '[') /* ESC [ [ A: a function key of Linux's console */
        t->state = TERMINAL_FUNCTION;
    return byte == '~' ? numbered(t->parameter) : lettered(byte);
}

int keys_terminal(struct keys_terminal *t, uint8_t byte)
{
    if (byte == KEY_ESCAPE) { /* begins a sequence, even in the middle of another */
        bool twice = t->state == TERMINAL_ESCAPE;

        t->state = twice ? TERMINAL_PLAIN : TERMINAL_ESCAPE;
        t->after_return = false;
        return twice ? KEY_ESCAPE : KEY_NONE;
    }
    switch (t->state) {
    case TERMINAL_ESCAPE:
        t->state = TERMINAL_PLAIN;
        if (byte != '[' && byte != 'O')
            return plain(t, byte);
        t->state = TERMINAL_SEQUENCE;
        t->parameter = 0;
        t->modified = false;
        return KEY_NONE;
    case TERMINAL_SEQUENCE:
        return sequence(t, byte);
    case TERMINAL_FUNCTION:
        t->state = TERMINAL_PLAIN;
        return KEY_NONE;
    default:
        return plain(t, byte);
    }
}

enum {
    SCAN_CTRL = 0x1d,
    SCAN_LEFT_SHIFT = 0x2a,
    SCAN_RIGHT_SHIFT = 0x36,
    SCAN_CAPS = 0x3a,
    SCAN_KEYPAD = 0x47, /* to 0x53: arrows and their neighbours, extended or on the keypad */
    SCAN_KEYPAD_END = 0x54,
    SCAN_RELEASED = 0x80,
    SCAN_EXTENDED = 0xe0
};

/* By scancode, from 0 on: without shift, with it. */
static const char unshifted[] =
    "\0\0331234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] =
    "\0\033!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

_Static_assert(sizeof(unshifted) == sizeof(shifted), "the same keys in both");

static const uint16_t keypad[SCAN_KEYPAD_END - SCAN_KEYPAD] = {
    KEY_HOME, KEY_UP,  KEY_NONE, '-',      KEY_LEFT, KEY_NONE,   KEY_RIGHT,
    '+',      KEY_END, KEY_DOWN, KEY_NONE, KEY_NONE, KEY_DELETE,
};

int keys_keyboard(struct keys_keyboard *k, uint8_t scancode)
{
    bool released = scancode & SCAN_RELEASED, extended = k->extended;
    uint8_t code = scancode & 0x7f;
    int key;

    k->extended = scancode == SCAN_EXTENDED;
    if (k->extended)
        return KEY_NONE;
    if (code == SCAN_LEFT_SHIFT || code == SCAN_RIGHT_SHIFT) {
        if (!extended) /* keyboards send extra (fake) shift codes around arrows */
            *(code == SCAN_LEFT_SHIFT ? &k->left_shift : &k->right_shift) = !released;
        return KEY_NONE;
    }
    if (code == SCAN_CTRL) {
        *(extended ? &k->right_ctrl : &k->left_ctrl) = !released;
        return KEY_NONE;
    }
    if (released)
        return KEY_NONE;
    if (code == SCAN_CAPS) {
        k->caps = !k->caps;
        return KEY_NONE;
    }
    if (code >= SCAN_KEYPAD && code < SCAN_KEYPAD_END)
        return keypad[code - SCAN_KEYPAD];
    if (extended) /* Enter and / of the keypad */
        return code == 0x1c ? KEY_ENTER : code == 0x35 ? '/' : KEY_NONE;
    if (code >= sizeof(unshifted) - 1)
        return KEY_NONE;
    key = (uint8_t)(k->left_shift || k->right_shift ? shifted : unshifted)[code];
    bool letter = (key | 0x20) >= 'a' && (key | 0x20) <= 'z';
    if (letter && k->caps)
        key ^= 0x20;
    return letter && (k->left_ctrl || k->right_ctrl) ? KEY_CTRL(key) : key;
}
