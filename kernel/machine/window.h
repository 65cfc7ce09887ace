/*
 * Access to physical memory through pointers. Memory in the direct map is accessed there; all other
 * memory through windows of one page each, near the top of the address space.
 */
#ifndef KERNEL_MACHINE_WINDOW_H
#define KERNEL_MACHINE_WINDOW_H

#include "baton.h"

/* From now on the windows are entries of this table page. entry_size: 4 (legacy) or 8 (PAE).
 * bits: the flags of an entry. direct_end: physical end of the direct map. */
void window_start(void *table, unsigned entry_size, uint64_t bits, uint64_t direct_end);

/* A pointer to pa. It is valid up to the end of the page, and until the next call for this
 * window. */
void *window_map(enum baton_window window, uint64_t pa);

/* Copies n bytes from pa on, through BATON_WINDOW_SOURCE. */
void window_read(uint64_t pa, void *to, uint32_t n);

/* Closes all windows: the live tables then hold the same bytes as before the first one was
 * opened. */
void windows_close(void);

#endif
