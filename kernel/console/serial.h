/* The serial line: the UART that Baton speaks on and listens to. */
#ifndef KERNEL_CONSOLE_SERIAL_H
#define KERNEL_CONSOLE_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#define SERIAL_COM1 0x3f8

/* Starts the UART at that I/O port, 0: none. Without it, serial_write starts COM1 at the first
 * character, for what must be said before the command line is read. false: no UART answers there. */
bool serial_start(uint16_t port, uint32_t speed);

/* \n goes out as \r \n. A UART that takes no characters any more is given up. */
void serial_write(const char *text);

/* Has it been given up since this was last asked? */
bool serial_was_lost(void);

/* What has come in; -1: nothing. */
int serial_get(void);

/* Its I/O port, 0: there is none. */
uint16_t serial_port(void);

#endif
