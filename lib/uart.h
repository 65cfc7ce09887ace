/*
 * A 16550 UART, polled: what is written to it, and how long it is waited for. Pure: the ports are the
 * caller's.
 */
#ifndef LIB_UART_H
#define LIB_UART_H

/* Reads of a UART's line status before it is given up: one to four seconds, at 0.3 to 1 us each. At
 * 50 baud, the slowest that is known, a character takes a fifth of a second. The trampoline waits as
 * long. */
#define UART_PATIENCE 0x400000

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#define COM1 0x3f8     /* where PCs have the first one */
#define COM1_DIVISOR 1 /* 115200 baud */

#define UART_PORTS 8 /* I/O ports from its first one on */

/* How its registers are reached. */
struct uart_io {
    uint8_t (*in)(uint16_t port);
    void (*out)(uint16_t port, uint8_t value);
};

/* The speeds that are known: from 50 to 115200 baud, and divisors of that. 0: none of them; else what
 * the UART divides its clock by. */
uint16_t uart_divisor(uint32_t speed);

/* Is there one? Its scratch register keeps what is written; it is then as it was. */
bool uart_present(const struct uart_io *io, uint16_t port);

/* 8 bits, no parity, 1 stop bit, FIFO on, DTR and RTS, no interrupts. */
void uart_start(const struct uart_io *io, uint16_t port, uint16_t divisor);

/* Waits until it takes a byte. false: it has not within UART_PATIENCE reads, and is not to be asked
 * again, or every byte would take as long. */
bool uart_send(const struct uart_io *io, uint16_t port, uint8_t byte);

/* A byte that has arrived, -1: none. */
int uart_receive(const struct uart_io *io, uint16_t port);

#endif

#endif
