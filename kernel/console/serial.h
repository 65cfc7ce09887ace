/* The serial line: the UART that Baton uses for output and input, if there is one. */
#ifndef KERNEL_CONSOLE_SERIAL_H
#define KERNEL_CONSOLE_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

/* Uses the UART at this I/O port; 0: none. false: there is no UART at the port. */
bool serial_start(uint16_t port, uint16_t divisor);

/* Has serial_start been called? */
bool serial_started(void);

/* Writes \r before each \n. A UART that accepts no more characters is no longer used. */
void serial_write(const char *text);

/* The next received byte; -1: none. */
int serial_read(void);

/* The I/O port of the UART; 0: there is none, or it is no longer used. */
uint16_t serial_port(void);

/* true once, after Baton has stopped using the UART: the caller reports it. */
bool serial_lost(void);

#endif
