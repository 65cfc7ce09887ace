/* Names for code addresses, from the table that the build puts into the image. */
#ifndef KERNEL_CONSOLE_SYMBOLS_H
#define KERNEL_CONSOLE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

/* The function that contains the address, and the offset in it; NULL outside the kernel's code. */
const char *symbol_at(uint32_t address, uint32_t *offset);

#endif
