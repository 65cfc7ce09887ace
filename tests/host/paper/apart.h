/*
 * Things done in a process of their own, so that they may crash or never end, and somebody is left
 * to tell. What is to come back goes through memory that both processes see.
 */
#ifndef HOST_APART_H
#define HOST_APART_H

#include <stdbool.h>
#include <stddef.h>

/* Zeroed memory that processes started after this share; it is never given back. */
void *apart_memory(size_t size);

/*
 * Runs body(ctx) and waits. NULL: it came to its end. Otherwise how it ended; the text is good until
 * the next call. After `seconds` it counts as stuck, unless it says apart_again(seconds) meanwhile.
 * `silent` keeps its standard error off the terminal.
 */
const char *apart(void (*body)(void *ctx), void *ctx, unsigned seconds, bool silent);
void apart_again(unsigned seconds);

#endif
