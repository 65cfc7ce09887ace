/* Accesses a 16550 UART by its registers. [16550] */
#include "lib/uart.h"

/* Registers, by offset from the port. */
enum {
    UART_DATA = 0,
    UART_INTERRUPTS = 1,
    UART_FIFO = 2,
    UART_LINE = 3,
    UART_MODEM = 4,
    UART_STATUS = 5,
    UART_SCRATCH = 7
};
enum {
    LINE_8N1 = 0x03,
    LINE_DIVISOR = 0x80, /* DATA and INTERRUPTS are the divisor's two bytes */
    MODEM_DTR_RTS = 0x03,
    FIFO_ON = 0x01,
    STATUS_RECEIVED = 0x01,
    STATUS_EMPTY = 0x20,
    STATUS_NOBODY = 0xff /* read from a port without a device */
};

#define FASTEST 115200u
#define SLOWEST 50u

uint16_t uart_divisor(uint32_t speed)
{
    if (speed < SLOWEST || speed > FASTEST || FASTEST % speed)
        return 0;
    return (uint16_t)(FASTEST / speed);
}

/* Reads another register between the write and the read: a bus without a device may still hold the
 * byte that was written. */
static bool keeps(const struct uart_io *io, uint16_t port, uint8_t value)
{
    io->out(port + UART_SCRATCH, value);
    io->in(port + UART_LINE);
    return io->in(port + UART_SCRATCH) == value;
}

bool uart_present(const struct uart_io *io, uint16_t port)
{
    uint8_t before = io->in(port + UART_SCRATCH);
    bool present = keeps(io, port, 0x5a) && keeps(io, port, 0xa5);

    io->out(port + UART_SCRATCH, before);
    return present;
}

void uart_start(const struct uart_io *io, uint16_t port, uint16_t divisor)
{
    io->out(port + UART_INTERRUPTS, 0);
    io->out(port + UART_LINE, LINE_DIVISOR);
    io->out(port + UART_DATA, (uint8_t)divisor);
    io->out(port + UART_INTERRUPTS, (uint8_t)(divisor >> 8));
    io->out(port + UART_LINE, LINE_8N1);
    io->out(port + UART_FIFO, FIFO_ON);
    io->out(port + UART_MODEM, MODEM_DTR_RTS);
}

bool uart_send(const struct uart_io *io, uint16_t port, uint8_t byte)
{
    for (uint32_t i = 0; i < UART_PATIENCE; i++) {
        uint8_t status = io->in(port + UART_STATUS);

        if (status & STATUS_EMPTY && status != STATUS_NOBODY) {
            io->out(port + UART_DATA, byte);
            return true;
        }
    }
    return false;
}

int uart_receive(const struct uart_io *io, uint16_t port)
{
    uint8_t status = io->in(port + UART_STATUS);

    return status & STATUS_RECEIVED && status != STATUS_NOBODY ? io->in(port + UART_DATA) : -1;
}
