/*
 * Physical pages: which are free. One bit for each page below 4 GiB; what lies higher is in the
 * memory map only, for nothing that Baton allocates may lie there (the trampoline runs unpaged).
 * Of the low 1 MiB only 64 to 636 KiB is given out, and only to who asks for pages below 1 MiB: the
 * next kernel may want it.
 */
#ifndef KERNEL_MEMORY_PAGES_H
#define KERNEL_MEMORY_PAGES_H

#include "baton.h"

/* Frees every usable page from 1 MiB on, and those of low memory. */
void pages_start(const struct baton_memory *memory, uint32_t count);

/* Marks [start, end) as taken: the pages that it touches. */
void pages_reserve(uint64_t start, uint64_t end);

/* The highest free page that ends at or below `below`; none below 1 MiB if `below` is more than that.
 * 0, or -1 when there is none. */
int pages_alloc(uint64_t below, uint64_t *pa);

/* Panics if the page is free already: that is a broken promise of our own. */
void pages_free(uint64_t pa);

/* How many pages are free. */
uint64_t pages_count(void);

#endif
