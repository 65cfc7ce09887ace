/* Reads a number as people write it. Pure. */
#ifndef LIB_NUMBER_H
#define LIB_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads a number from the *left characters at *at, and moves both past it: decimal, or hexadecimal
 * after 0x; K, M or G may follow. false: there is no number, or it needs more than 64 bits.
 */
bool number_take(const char **at, uint32_t *left, uint64_t *value);

#endif
