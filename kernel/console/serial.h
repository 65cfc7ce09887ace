/* The serial line: the UART that Baton prints on and reads from, if there is one. */
#ifndef KERNEL_CONSOLE_SERIAL_H
#define KERNEL_CONSOLE_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

/* Takes the UART at this I/O port; 0: none. false: there is none at it. */
bool serial_start(uint16_t port, uint16_t divisor);

/* Has serial_start been called? */
bool serial_started(void);

/* With \r before each \n. A UART that takes nothing any more is given up. */
void serial_write(const char *text);

/* A byte that has arrived, -1: none. */
int serial_read(void);

/* Its I/O port, 0: there is none, or it was given up. */
uint16_t serial_port(void);

/* Was it given up? true once, for it to be said. */
bool serial_lost(void);

#endif
