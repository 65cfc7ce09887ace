/*
 * The allocator of physical pages: one bit for each page below 4 GiB. Memory above 4 GiB is only in
 * the memory map: Baton must not allocate there, because the trampoline runs without paging. Of the
 * low 1 MiB, only 64 to 636 KiB is allocated, and only to a caller that asks for pages below 1 MiB:
 * the next kernel may need it.
 */
#ifndef KERNEL_MEMORY_PAGES_H
#define KERNEL_MEMORY_PAGES_H

#include "baton.h"

/* Frees every usable page from 1 MiB on, and those of low memory. */
void pages_start(const struct baton_memory *memory, uint32_t count);

/* Marks every page that overlaps [start, end) as used. */
void pages_reserve(uint64_t start, uint64_t end);

/* Allocates the highest free page that ends at or below `below`. If `below` is above 1 MiB, the
 * page is not below 1 MiB. Returns 0, or -1 if there is none. */
int pages_alloc(uint64_t below, uint64_t *pa);

/* Panics if the page is free already: that is a bug of the kernel. */
void pages_free(uint64_t pa);

/* The number of free pages. */
uint64_t pages_count(void);

#endif
