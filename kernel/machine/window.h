/*
 * Physical memory through pointers. What the direct map holds is reached through it; anything
 * else through small windows, one page each, near the top of the address space.
 */
#ifndef KERNEL_MACHINE_WINDOW_H
#define KERNEL_MACHINE_WINDOW_H

#include "baton.h"

/* From here on windows are entries of this table page; entry_size is 4 (legacy) or 8 (PAE), `bits`
 * go into an entry. direct_end: physical end of the direct map. */
void window_start(void *table, unsigned entry_size, uint64_t bits, uint64_t direct_end);

/* A pointer to pa, good to the end of its page, until the next call for the same window. */
void *window_map(enum baton_window window, uint64_t pa);

/* Closes all windows, so that the live tables look as if none had ever been open. */
void windows_close(void);

#endif
