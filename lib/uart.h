/*
 * A 16550 serial port: is one there, how it is set up, and when it is given up. The ports are reached
 * through functions, so that the host tests see every access. [16550D data sheet]
 */
#ifndef LIB_UART_H
#define LIB_UART_H

#include <stdbool.h>
#include <stdint.h>

#define UART_SPEED_MAX 115200u /* baud; the clock behind it is divided by a whole number */

struct uart_ports {
    uint8_t (*in)(uint16_t port);
    void (*out)(uint16_t port, uint8_t value);
};

/* Can the clock be divided to this speed (baud)? */
bool uart_speed_fits(uint32_t speed);

/*
 * Sets it up: that speed (uart_speed_fits), 8 data bits, no parity, 1 stop bit, FIFO on, DTR and RTS, no
 * interrupts. false: no UART answers at `port`, and nothing there was changed.
 */
bool uart_start(const struct uart_ports *ports, uint16_t port, uint32_t speed);

#define UART_PATIENCE 100000 /* reads of its status before it is given up; each some 1 us */

/* Sends a character. false: its transmitter was not empty for UART_PATIENCE reads; nothing was sent. A
 * port that is so is given up: a second wait for each character would take minutes for a few lines. */
bool uart_put(const struct uart_ports *ports, uint16_t port, char c);

/* The character that has come in; -1: none has. */
int uart_get(const struct uart_ports *ports, uint16_t port);

#endif
