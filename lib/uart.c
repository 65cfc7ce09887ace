/* The registers of a 16550, by their offset from the port. */
#include "lib/uart.h"

enum {
    DATA = 0,       /* with DLAB: the divisor, low byte */
    INTERRUPTS = 1, /* with DLAB: the divisor, high byte */
    FIFO = 2,
    LINE = 3,
    MODEM = 4,
    STATUS = 5,
    SCRATCH = 7,
};
enum { LINE_DLAB = 0x80, LINE_8N1 = 3, MODEM_DTR_RTS = 3, FIFO_ON = 1 };
enum { STATUS_RECEIVED = 0x01, STATUS_EMPTY = 0x20 };

#define PROBE 0x5a /* a port without a UART reads all ones, whatever was written */

bool uart_speed_fits(uint32_t speed)
{
    return speed && speed <= UART_SPEED_MAX && UART_SPEED_MAX % speed == 0 &&
           UART_SPEED_MAX / speed <= UINT16_MAX;
}

/* Its scratch register holds what is written to it. It gets its own value back. */
static bool answers(const struct uart_ports *ports, uint16_t port)
{
    uint8_t before = ports->in(port + SCRATCH);
    bool holds;

    ports->out(port + SCRATCH, PROBE);
    holds = ports->in(port + SCRATCH) == PROBE;
    if (holds) {
        ports->out(port + SCRATCH, (uint8_t)~PROBE);
        holds = ports->in(port + SCRATCH) == (uint8_t)~PROBE;
    }
    ports->out(port + SCRATCH, before);
    return holds;
}

bool uart_start(const struct uart_ports *ports, uint16_t port, uint32_t speed)
{
    uint32_t divisor = UART_SPEED_MAX / speed;

    if (!answers(ports, port))
        return false;
    ports->out(port + INTERRUPTS, 0);
    ports->out(port + LINE, LINE_DLAB);
    ports->out(port + DATA, (uint8_t)divisor);
    ports->out(port + INTERRUPTS, (uint8_t)(divisor >> 8));
    ports->out(port + LINE, LINE_8N1);
    ports->out(port + FIFO, FIFO_ON);
    ports->out(port + MODEM, MODEM_DTR_RTS);
    return true;
}

bool uart_put(const struct uart_ports *ports, uint16_t port, char c)
{
    for (uint32_t i = 0; i < UART_PATIENCE; i++)
        if (ports->in(port + STATUS) & STATUS_EMPTY) {
            ports->out(port + DATA, (uint8_t)c);
            return true;
        }
    return false;
}

int uart_get(const struct uart_ports *ports, uint16_t port)
{
    if (!(ports->in(port + STATUS) & STATUS_RECEIVED))
        return -1;
    return ports->in(port + DATA);
}
