/* The shell's two keyboards: bytes of terminals, scancodes of set 1. */
#include "kernel/terminal/keys.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"

#include <stdlib.h>

#define MOST 16

/* clang-format off */
static const struct {
    const char *bytes;
    int keys[MOST]; /* ends with KEY_NONE */
} terminals[] = {
    {"az AZ 09 ~", {'a', 'z', ' ', 'A', 'Z', ' ', '0', '9', ' ', '~'}},
    {"\t\b\x7f", {KEY_TAB, KEY_BACKSPACE, KEY_BACKSPACE}},
    {"\x01\x05\x1a", {KEY_CTRL('a'), KEY_CTRL('E'), KEY_CTRL('z')}},
    {"\r", {KEY_ENTER}},
    {"\n", {KEY_ENTER}},
    {"\r\n", {KEY_ENTER}},                                  /* one line end */
    {"\n\r", {KEY_ENTER, KEY_ENTER}},
    {"\r\n\n", {KEY_ENTER, KEY_ENTER}},
    {"\r\r\n", {KEY_ENTER, KEY_ENTER}},
    {"\ra\n", {KEY_ENTER, 'a', KEY_ENTER}},
    {"\r\033[A\n", {KEY_ENTER, KEY_UP, KEY_ENTER}},
    {"\033[A\033[B\033[C\033[D\033[H\033[F", {KEY_UP, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END}},
    {"\033OA\033OB\033OC\033OD\033OH\033OF", {KEY_UP, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END}},
    {"\033[1~\033[7~\033[4~\033[8~\033[3~", {KEY_HOME, KEY_HOME, KEY_END, KEY_END, KEY_DELETE}},
    {"\033[1;5C\033[3;5~\033[1;2H", {KEY_RIGHT, KEY_DELETE, KEY_HOME}}, /* with a modifier */
    {"\033[2~\033[5~\033[6~\033[15~\033[24~x", {'x'}},       /* keys that mean nothing here */
    {"\033[33~\033[300000000003~x", {'x'}},
    {"\033OPx\033[[Ax\033[[Ex", {'x', 'x', 'x'}},            /* F1 of xterm; F1, F5 of Linux */
    {"\033[?1;2cx\033[>0;1 qx", {'x', 'x'}},                 /* answers of terminals */
    {"\033\033", {KEY_ESCAPE}},
    {"\033x", {'x'}},                                        /* Alt and a letter */
    {"\033[\033[Ax", {KEY_UP, 'x'}},                         /* a sequence cut short */
    {"\033[1\033[Bx", {KEY_DOWN, 'x'}},
    {"\x80\xc3\xa4\xffx", {'x'}},                            /* only ASCII is typed here */
};
/* clang-format on */

static void terminal_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(terminals); i++) {
        struct keys_terminal terminal = {0};
        const int *expected = terminals[i].keys;

        for (const char *byte = terminals[i].bytes; *byte; byte++) {
            int key = keys_terminal(&terminal, (uint8_t)*byte);

            if (key && key != *expected++)
                fail_msg("terminal %zu: key %#x where %#x belongs", i, key, expected[-1]);
        }
        if (*expected)
            fail_msg("terminal %zu: key %#x never came", i, *expected);
    }
}

/* clang-format off */
static const struct {
    const char *name;
    uint8_t codes[MOST]; /* ends with 0 */
    int keys[MOST];
} keyboards[] = {
    {"a letter, pressed and let go", {0x1e, 0x9e}, {'a'}},
    {"held down", {0x1e, 0x1e, 0x1e, 0x9e}, {'a', 'a', 'a'}},
    {"a whole row", {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b},
     {'q', 'w', 'e', 'r', 't', 'y', 'u', 'i', 'o', 'p', '[', ']'}},
    {"the row of digits", {0x29, 0x02, 0x03, 0x0a, 0x0b, 0x0c, 0x0d}, {'`', '1', '2', '9', '0', '-', '='}},
    {"the rows' ends", {0x26, 0x27, 0x28, 0x2b, 0x2c, 0x32, 0x33, 0x34, 0x35, 0x39},
     {'l', ';', '\'', '\\', 'z', 'm', ',', '.', '/', ' '}},
    {"with left shift", {0x2a, 0x1e, 0x02, 0x0c, 0x28, 0x35, 0xaa, 0x1e}, {'A', '!', '_', '"', '?', 'a'}},
    {"with right shift", {0x36, 0x32, 0x0d, 0xb6, 0x32}, {'M', '+', 'm'}},
    {"both shifts, one let go", {0x2a, 0x36, 0xaa, 0x1e, 0xb6, 0x1e}, {'A', 'a'}},
    {"named keys", {0x01, 0x0e, 0x0f, 0x1c}, {KEY_ESCAPE, KEY_BACKSPACE, KEY_TAB, KEY_ENTER}},
    {"control", {0x1d, 0x1e, 0x12, 0x9d, 0x12}, {KEY_CTRL('a'), KEY_CTRL('e'), 'e'}},
    {"right control", {0xe0, 0x1d, 0x11, 0xe0, 0x9d, 0x11}, {KEY_CTRL('w'), 'w'}},
    {"both controls, one let go", {0x1d, 0xe0, 0x1d, 0xe0, 0x9d, 0x16}, {KEY_CTRL('u')}},
    {"control leaves digits alone", {0x1d, 0x02, 0x9d}, {'1'}},
    {"control and shift", {0x1d, 0x2a, 0x2e}, {KEY_CTRL('c')}},
    {"caps lock is for letters", {0x3a, 0xba, 0x1e, 0x02, 0x2a, 0x1e, 0xaa, 0x3a, 0x1e}, {'A', '1', 'a', 'a'}},
    {"control with caps lock", {0x3a, 0x1d, 0x1e}, {KEY_CTRL('a')}},
    {"arrows", {0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x50, 0xe0, 0x4b, 0xe0, 0x4d},
     {KEY_UP, KEY_DOWN, KEY_LEFT, KEY_RIGHT}},
    {"their neighbours", {0xe0, 0x47, 0xe0, 0x4f, 0xe0, 0x53, 0xe0, 0x52}, {KEY_HOME, KEY_END, KEY_DELETE}},
    {"arrows with made-up shifts", {0xe0, 0x2a, 0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0xaa, 0x1e}, {KEY_UP, 'a'}},
    {"a shift that is made up to be let go", {0x2a, 0xe0, 0xaa, 0xe0, 0x48, 0xe0, 0x2a, 0x1e}, {KEY_UP, 'A'}},
    {"a made-up shift is none", {0xe0, 0x2a, 0x1e, 0xe0, 0xaa, 0x1e}, {'a', 'a'}},
    {"the keypad", {0x48, 0x4a, 0x4e, 0x37, 0xe0, 0x1c, 0xe0, 0x35}, {KEY_UP, '-', '+', '*', KEY_ENTER, '/'}},
    {"pause", {0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e}, {'a'}},
    {"print screen", {0xe0, 0x2a, 0xe0, 0x37, 0xe0, 0xb7, 0xe0, 0xaa, 0x1e}, {'a'}},
    {"function keys, the locks, Windows' keys", {0x3b, 0x44, 0x57, 0x58, 0x45, 0x46, 0xe0, 0x5b, 0x1e}, {'a'}},
    {"answers of the keyboard", {0xfa, 0xfe, 0xaa, 0xff, 0x1e}, {'a'}},
};
/* clang-format on */

static void keyboard_scancodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(keyboards); i++) {
        struct keys_keyboard keyboard = {0};
        const int *expected = keyboards[i].keys;

        for (const uint8_t *code = keyboards[i].codes; *code; code++) {
            int key = keys_keyboard(&keyboard, *code);

            if (key && key != *expected++)
                fail_msg("%s: key %#x where %#x belongs", keyboards[i].name, key, expected[-1]);
        }
        if (*expected)
            fail_msg("%s: key %#x never came", keyboards[i].name, *expected);
    }
}

static bool is_key(int key)
{
    return (key >= 0 && key < 0x7f) || (key >= KEY_DELETE && key <= KEY_END);
}

/* Whatever comes, what goes out is a key; and a letter is soon a letter again. */
static void any_bytes(void **state)
{
    struct dice dice = {dice_seed()};
    struct keys_terminal terminal = {0};
    struct keys_keyboard keyboard = {0};

    (void)state;
    for (uint64_t round = dice_rounds(200000); round; round--) {
        uint8_t byte = (uint8_t)dice_roll(&dice, 256);

        if (dice_once(&dice, 4))
            byte = "\033[O;0~A\r\n\x7f"[dice_roll(&dice, 11)];
        assert_true(is_key(keys_terminal(&terminal, byte)));
        assert_true(is_key(keys_keyboard(&keyboard, byte)));
        if (dice_once(&dice, 100)) {
            keys_terminal(&terminal, '~');
            keys_terminal(&terminal, '~');
            assert_int_equal(keys_terminal(&terminal, 'x'), 'x');
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terminal_bytes),
        cmocka_unit_test(keyboard_scancodes),
        cmocka_unit_test(any_bytes),
    };

    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
