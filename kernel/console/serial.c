/* The UART behind Baton's lines. Which one it is, a dying kernel still believes: read-only data. */
#include "kernel/console/serial.h"

#include "lib/uart.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/readonly.h"

static uint16_t com_port READ_ONLY;
static bool started READ_ONLY;
static bool lost;

static uint8_t port_in(uint16_t port)
{
    return in8(port);
}

static void port_out(uint16_t port, uint8_t value)
{
    out8(port, value);
}

static const struct uart_ports ports = {port_in, port_out};

bool serial_start(uint16_t port, uint32_t speed)
{
    bool there = port && uart_start(&ports, port, speed);

    READ_ONLY_SET(com_port, there ? port : 0);
    READ_ONLY_SET(started, true);
    return there;
}

static void put(char c)
{
    if (uart_put(&ports, com_port, c))
        return;
    READ_ONLY_SET(com_port, 0);
    lost = true;
}

void serial_write(const char *text)
{
    if (!started)
        serial_start(SERIAL_COM1, UART_SPEED_MAX);
    for (; com_port && *text; text++) {
        if (*text == '\n')
            put('\r');
        if (com_port)
            put(*text);
    }
}

bool serial_was_lost(void)
{
    bool was = lost;

    lost = false;
    return was;
}

int serial_get(void)
{
    return com_port ? uart_get(&ports, com_port) : -1;
}

uint16_t serial_port(void)
{
    return com_port;
}
