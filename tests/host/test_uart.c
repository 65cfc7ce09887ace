/* The serial port: who is taken for a UART, how it is set up, and that a dead one is given up. */
#include "lib/uart.h"
#include "tests/host/cm.h"

#define PORT 0x2f8
#define REGISTERS 8

/* A UART, or what may be at its port instead. */
static struct device {
    enum { WORKS, ABSENT, STUCK_ZERO, NEVER_READY, SLOW } kind;
    uint8_t reg[REGISTERS]; /* as written, DLAB off */
    uint8_t divisor_low, divisor_high;
    uint32_t reads, writes;
    uint32_t slow; /* reads of its status before it is ready */
    char sent[16];
    uint32_t sent_count;
    int received; /* -1: nothing */
} device;

enum { DATA, INTERRUPTS, FIFO, LINE, MODEM, STATUS, MODEM_STATUS, SCRATCH };
#define DLAB 0x80

static uint8_t read_port(uint16_t port)
{
    assert_in_range(port, PORT, PORT + REGISTERS - 1);
    device.reads++;
    if (device.kind == ABSENT)
        return 0xff;
    if (device.kind == STUCK_ZERO)
        return 0;
    if (port == PORT + STATUS) {
        uint8_t ready = device.kind != NEVER_READY && (!device.slow || !--device.slow);

        return (uint8_t)(ready << 5 | (device.received >= 0));
    }
    if (port == PORT + DATA) {
        uint8_t byte = (uint8_t)device.received;

        device.received = -1;
        return byte;
    }
    return device.reg[port - PORT];
}

static void write_port(uint16_t port, uint8_t value)
{
    assert_in_range(port, PORT, PORT + REGISTERS - 1);
    device.writes++;
    if (device.reg[LINE] & DLAB && port == PORT + DATA)
        device.divisor_low = value;
    else if (device.reg[LINE] & DLAB && port == PORT + INTERRUPTS)
        device.divisor_high = value;
    else if (port == PORT + DATA && device.sent_count < sizeof(device.sent))
        device.sent[device.sent_count++] = (char)value;
    else
        device.reg[port - PORT] = value;
}

static const struct uart_ports ports = {read_port, write_port};

static void machine(int kind)
{
    device = (struct device){.kind = kind, .received = -1};
    device.reg[SCRATCH] = 0x33;
}

static void a_uart_is_set_up(void **state)
{
    static const struct {
        uint32_t speed, divisor;
    } cases[] = {{115200, 1}, {57600, 2}, {9600, 12}, {300, 384}, {50, 2304}, {2, 57600}};

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        machine(WORKS);
        assert_true(uart_speed_fits(cases[i].speed));
        assert_true(uart_start(&ports, PORT, cases[i].speed));
        assert_int_equal(device.divisor_high << 8 | device.divisor_low, cases[i].divisor);
        assert_int_equal(device.reg[LINE], 3); /* 8N1, and no DLAB left */
        assert_int_equal(device.reg[INTERRUPTS], 0);
        assert_int_equal(device.reg[FIFO], 1);
        assert_int_equal(device.reg[MODEM], 3);
        assert_int_equal(device.reg[SCRATCH], 0x33); /* it got its own back */
        assert_int_equal(device.sent_count, 0);
    }
}

static void speeds_that_do_not_divide(void **state)
{
    static const uint32_t speeds[] = {0, 1, 7, 115199, 115201, 100000, UINT32_MAX};

    (void)state;
    for (unsigned i = 0; i < sizeof(speeds) / sizeof(*speeds); i++)
        assert_false(uart_speed_fits(speeds[i]));
}

static void what_is_no_uart(void **state)
{
    (void)state;
    machine(ABSENT);
    assert_false(uart_start(&ports, PORT, 115200));
    machine(STUCK_ZERO);
    assert_false(uart_start(&ports, PORT, 115200));
    assert_int_equal(device.reg[LINE], 0); /* nothing but the scratch register was written */
    assert_int_equal(device.reg[MODEM], 0);
}

static void characters_go_out(void **state)
{
    (void)state;
    machine(WORKS);
    assert_true(uart_put(&ports, PORT, 'a'));
    device.slow = UART_PATIENCE; /* ready at the very last look */
    assert_true(uart_put(&ports, PORT, 'b'));
    assert_memory_equal(device.sent, "ab", 2);
    assert_int_equal(device.sent_count, 2);
}

static void a_dead_one_is_given_up(void **state)
{
    (void)state;
    machine(NEVER_READY);
    assert_false(uart_put(&ports, PORT, 'a'));
    assert_int_equal(device.reads, UART_PATIENCE);
    assert_int_equal(device.sent_count, 0);
}

static void what_comes_in(void **state)
{
    (void)state;
    machine(WORKS);
    assert_int_equal(uart_get(&ports, PORT), -1);
    device.received = 0xe9;
    assert_int_equal(uart_get(&ports, PORT), 0xe9);
    assert_int_equal(uart_get(&ports, PORT), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uart_is_set_up),       cmocka_unit_test(speeds_that_do_not_divide),
        cmocka_unit_test(what_is_no_uart),        cmocka_unit_test(characters_go_out),
        cmocka_unit_test(a_dead_one_is_given_up), cmocka_unit_test(what_comes_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
