/*
 * A polled 16550 UART. Pure: the caller provides the access to the ports.
 */
#ifndef LIB_UART_H
#define LIB_UART_H

/* After this many reads of the line status, a UART counts as broken: one to four seconds, at 0.3
 * to 1 us each. At 50 baud, the lowest known speed, a character takes a fifth of a second. The
 * trampoline uses the same limit. */
#define UART_PATIENCE 0x400000

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#define COM1 0x3f8     /* the first UART of a PC */
#define COM1_DIVISOR 1 /* 115200 baud */

#define UART_PORTS 8 /* the number of its I/O ports */

/* Access to its registers. */
struct uart_io {
    uint8_t (*in)(uint16_t port);
    void (*out)(uint16_t port, uint8_t value);
};

/* Returns the divisor of the UART's clock for this speed, 50 to 115200 baud. 0: the speed does not
 * divide 115200, or is out of range. */
uint16_t uart_divisor(uint32_t speed);

/* Is there a UART? Tests whether its scratch register keeps a value, and restores the register. */
bool uart_present(const struct uart_io *io, uint16_t port);

/* Sets 8 bits, no parity, 1 stop bit, FIFO on, DTR and RTS on, no interrupts. */
void uart_start(const struct uart_io *io, uint16_t port, uint16_t divisor);

/* Waits until the UART accepts a byte. false: it did not within UART_PATIENCE reads. Do not use it
 * again then: every byte would take as long. */
bool uart_send(const struct uart_io *io, uint16_t port, uint8_t byte);

/* The next received byte; -1: none. */
int uart_receive(const struct uart_io *io, uint16_t port);

#endif

#endif
