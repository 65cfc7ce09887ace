/* The permissions of pages in the live tables, as bits of an entry. */
#ifndef KERNEL_MEMORY_PERMISSIONS_H
#define KERNEL_MEMORY_PERMISSIONS_H

#include <stdint.h>

/* Of data. */
uint64_t permissions_data(void);

/* Of the page at pa, which is below the end of the direct map; 0: it is not mapped. */
uint64_t permissions_at(uint64_t pa);

/* The end of the run of pages from pa on that have the same permissions, `end` at most. */
uint64_t permissions_end(uint64_t pa, uint64_t end);

#endif
