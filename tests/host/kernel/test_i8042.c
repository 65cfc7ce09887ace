/* The keyboard controller: asked, waited for, given up. On a controller made of variables. */
#include "kernel/terminal/i8042.h"
#include "tests/host/paper/cm.h"

#include <string.h>

#define NEVER UINT32_MAX

static struct {
    uint8_t status; /* as it is read first; 0xff: nobody */
    uint32_t busy;  /* reads of the status until the controller takes a byte */
    uint32_t slow;  /* reads of the status until it answers */
    bool gone;      /* nobody is there any more after the command */
    uint32_t reads, commands, data;
} c;

static uint8_t in(uint16_t port)
{
    if (port == I8042_DATA) {
        c.data++;
        assert_true(c.commands == 1 && c.reads > c.slow); /* never a key of the user's */
        return 0x65;
    }
    assert_int_equal(port, I8042_STATUS);
    assert_in_range(++c.reads, 1, 2 * I8042_PATIENCE + 1);
    if (c.status == I8042_NOBODY || (c.gone && c.commands))
        return I8042_NOBODY;
    if (!c.commands)
        return (uint8_t)(c.status | (c.reads <= c.busy ? I8042_BUSY : 0));
    return (uint8_t)(c.status | (c.reads > c.slow ? I8042_FULL : 0));
}

static void out(uint16_t port, uint8_t value)
{
    assert_int_equal(port, I8042_COMMAND);
    assert_int_equal(value, I8042_READ_CONFIGURATION);
    assert_true(c.reads > c.busy);
    c.commands++;
    c.reads = 0;
}

static void who_answers_is_there(void **state)
{
    static const struct {
        uint8_t status;
        uint32_t busy, slow;
        bool gone, present;
        uint32_t commands, data;
    } rows[] = {
        {0x1c, 0, 0, false, true, 1, 1},
        {0x00, 0, 5, false, true, 1, 1},
        {0x1c, 9, 9, false, true, 1, 1},
        {0x1c, I8042_PATIENCE, 0, false, true, 1, 1}, /* the last read but one */
        {0x1c, 0, I8042_PATIENCE - 1, false, true, 1, 1},
        {0x1c, NEVER, 0, false, false, 0, 0},
        {0x1c, I8042_PATIENCE + 1, 0, false, false, 0, 0},
        {0x1c, 0, I8042_PATIENCE, false, false, 1, 0},
        {0x00, 0, NEVER, false, false, 1, 0}, /* a port that reads as 0 */
        {0x1c, 0, 0, true, false, 1, 0},
        {0x1d, 0, 0, false, true, 0, 0}, /* a key is ready, and stays for the user */
        {0x3d, 0, 0, false, true, 0, 0},
        {0xff, 0, 0, false, false, 0, 0},
    };
    static const struct i8042_io io = {in, out};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        memset(&c, 0, sizeof(c));
        c.status = rows[i].status;
        c.busy = rows[i].busy;
        c.slow = rows[i].slow;
        c.gone = rows[i].gone;
        assert_int_equal(i8042_present(&io), rows[i].present);
        assert_int_equal(c.commands, rows[i].commands);
        assert_int_equal(c.data, rows[i].data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(who_answers_is_there)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
