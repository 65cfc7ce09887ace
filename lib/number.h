/* A number as people write it. Pure. */
#ifndef LIB_NUMBER_H
#define LIB_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Takes a number from the *left characters at *at, and moves both behind it: decimal, or hexadecimal
 * after 0x; with K, M or G behind it. false: there is none, or it needs more than 64 bits.
 */
bool number_take(const char **at, uint32_t *left, uint64_t *value);

#endif
