/* The UART's port, and whether it is still used. A crashing kernel uses these variables to
 * print. */
#include "kernel/console/serial.h"

#include "kernel/machine/cpu.h"
#include "kernel/machine/readonly.h"
#include "lib/uart.h"

static uint16_t com_port READ_ONLY; /* 0: none */
static bool started READ_ONLY;
static bool lost READ_ONLY; /* no longer used, and that is not reported yet */

static uint8_t port_in(uint16_t port)
{
    return in8(port);
}

static void port_out(uint16_t port, uint8_t value)
{
    out8(port, value);
}

static const struct uart_io io = {port_in, port_out};

bool serial_start(uint16_t port, uint16_t divisor)
{
    READ_ONLY_SET(started, true);
    if (!port)
        return true;
    if (!uart_present(&io, port))
        return false;
    uart_start(&io, port, divisor);
    READ_ONLY_SET(com_port, port);
    return true;
}

bool serial_started(void)
{
    return started;
}

static void put(char c)
{
    if (!com_port || uart_send(&io, com_port, (uint8_t)c))
        return;
    READ_ONLY_SET(lost, true);
    READ_ONLY_SET(com_port, 0);
}

void serial_write(const char *text)
{
    for (; com_port && *text; text++) {
        if (*text == '\n')
            put('\r');
        put(*text);
    }
}

int serial_read(void)
{
    return com_port ? uart_receive(&io, com_port) : -1;
}

uint16_t serial_port(void)
{
    return com_port;
}

bool serial_lost(void)
{
    bool before = lost;

    if (before)
        READ_ONLY_SET(lost, false);
    return before;
}
