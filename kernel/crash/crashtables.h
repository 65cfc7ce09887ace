/*
 * The tables that a crash is handed over on: pages of the region's pool, so under the vault's seal.
 * The live ones may have been written to by the kernel that died, and are not written to mend them
 * (H1).
 */
#ifndef KERNEL_CRASH_CRASHTABLES_H
#define KERNEL_CRASH_CRASHTABLES_H

#include "baton.h"

/*
 * Makes them, in the live tables' format: Baton's image, the memory below it, and what the region
 * has from its tail on, all where the live tables have it; no entry is global. *root: for CR3.
 * false: the pool has not enough pages; none is kept.
 */
bool crashtables_make(const struct baton_host *host, uint32_t *root);

/* Gives their pages back; of none, too. */
void crashtables_free(const struct baton_host *host);

#endif
