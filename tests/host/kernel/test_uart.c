/* The UART by its registers: found, set up, waited for, given up. On a UART made of an array. */
#include "lib/uart.h"
#include "tests/host/paper/cm.h"

#include <string.h>

#define PORT 0x2f8
#define EMPTY 0x20
#define RECEIVED 0x01

/* What answers at PORT. */
static struct {
    enum { NOBODY, ECHO, STUCK, UART } kind; /* ECHO: a bus that still holds what was last on it */
    uint8_t reg[8], divisor[2], last, arrived;
    uint32_t reads, not_ready; /* of the status; how many of them find it not ready */
    bool ever;                 /* is it ready at some time? */
    char sent[8];
    unsigned count, outs;
} u;

static uint8_t in(uint16_t port)
{
    uint16_t at = port - PORT;
    uint8_t value = 0xff;

    assert_in_range(port, PORT, PORT + 7);
    assert_in_range(u.reads, 0, 2 * UART_PATIENCE); /* no test waits for ever */
    if (u.kind == ECHO)
        value = u.last;
    else if (u.kind == STUCK)
        value = 0x5a;
    else if (u.kind == UART)
        value = at == 0 ? u.arrived : u.reg[at];
    if (at == 5 && ++u.reads > u.not_ready && u.ever && u.kind == UART)
        value |= EMPTY;
    return u.last = u.kind == ECHO && at != 7 ? 0 : value;
}

static void out(uint16_t port, uint8_t value)
{
    uint16_t at = port - PORT;

    assert_in_range(port, PORT, PORT + 7);
    u.outs++;
    u.last = value;
    if (u.kind != UART)
        return;
    if (at <= 1 && u.reg[3] & 0x80)
        u.divisor[at] = value;
    else if (at == 0)
        u.sent[u.count++] = (char)value;
    else
        u.reg[at] = value;
}

static const struct uart_io io = {in, out};

static int fresh(void **state)
{
    (void)state;
    memset(&u, 0, sizeof(u));
    u.kind = UART;
    u.ever = true;
    return 0;
}

static void it_is_found_where_it_is(void **state)
{
    (void)state;
    for (unsigned before = 0; before < 256; before++) {
        u.reg[7] = (uint8_t)before;
        assert_true(uart_present(&io, PORT));
        assert_int_equal(u.reg[7], before); /* as it was */
    }
    for (u.kind = NOBODY; u.kind < UART; u.kind++)
        assert_false(uart_present(&io, PORT));
}

static void it_is_set_up(void **state)
{
    (void)state;
    u.reg[1] = u.reg[2] = u.reg[3] = u.reg[4] = 0x5f;
    uart_start(&io, PORT, 0x0904);
    assert_int_equal(u.divisor[0], 0x04);
    assert_int_equal(u.divisor[1], 0x09);
    assert_int_equal(u.reg[1], 0); /* no interrupts */
    assert_int_equal(u.reg[2], 1); /* FIFO */
    assert_int_equal(u.reg[3], 3); /* 8N1, and the divisor is out of reach again */
    assert_int_equal(u.reg[4], 3); /* DTR, RTS */
    assert_int_equal(u.count, 0);
}

static void it_is_waited_for(void **state)
{
    (void)state;
    u.not_ready = UART_PATIENCE - 1;
    assert_true(uart_send(&io, PORT, 'a'));
    assert_int_equal(u.reads, UART_PATIENCE);
    assert_true(uart_send(&io, PORT, 'b'));
    assert_int_equal(u.reads, UART_PATIENCE + 1);
    assert_memory_equal(u.sent, "ab", 2);
}

static void it_is_not_waited_for_for_ever(void **state)
{
    static const uint8_t stuck[] = {0x00, 0x40, 0xdf,
                                    0xff}; /* the last: nobody is there any more */

    (void)state;
    for (size_t i = 0; i < sizeof(stuck); i++) {
        fresh(NULL);
        u.ever = false;
        u.reg[5] = stuck[i];
        assert_false(uart_send(&io, PORT, 'a'));
        assert_int_equal(u.reads, UART_PATIENCE);
        assert_int_equal(u.outs, 0);
    }
}

static void what_arrives_is_read(void **state)
{
    (void)state;
    u.ever = false;
    u.arrived = 0xe4;
    assert_int_equal(uart_receive(&io, PORT), -1);
    u.reg[5] = RECEIVED;
    assert_int_equal(uart_receive(&io, PORT), 0xe4);
    u.reg[5] = 0xff; /* nobody is there any more: no endless stream of keys */
    assert_int_equal(uart_receive(&io, PORT), -1);
}

static void speeds(void **state)
{
    unsigned known = 0;

    (void)state;
    for (uint32_t speed = 0; speed <= 230400; speed++) {
        uint16_t divisor = uart_divisor(speed);

        assert_true(!divisor || (uint32_t)divisor * speed == 115200);
        known += divisor != 0;
    }
    assert_int_equal(uart_divisor(115200), 1);
    assert_int_equal(uart_divisor(9600), 12);
    assert_int_equal(uart_divisor(50), 2304);
    assert_int_equal(uart_divisor(UINT32_MAX), 0);
    assert_int_equal(known, 68); /* 115,200 has 90 divisors; 22 are less than 50 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_is_found_where_it_is, fresh),
        cmocka_unit_test_setup(it_is_set_up, fresh),
        cmocka_unit_test_setup(it_is_waited_for, fresh),
        cmocka_unit_test_setup(it_is_not_waited_for_for_ever, fresh),
        cmocka_unit_test_setup(what_arrives_is_read, fresh),
        cmocka_unit_test(speeds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
