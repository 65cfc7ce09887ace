/*
 * What the crash needs to know, in the region: armed by a load, read when the old kernel is dead. At
 * the crash nothing else of its data is believed.
 */
#ifndef KERNEL_CRASH_VAULT_H
#define KERNEL_CRASH_VAULT_H

#include "baton.h"

/* From now on the old kernel's death leads into the image; its registers go to *registers, which
 * lies in the region, too. host: the one that loaded it, whose pages are the region's pool. false: the
 * pool has no pages left; nothing is armed. */
bool vault_arm(const struct baton_host *host, const struct baton_image *image,
               struct baton_dump_registers *registers);

/* From now on it does not. */
void vault_disarm(const struct baton_host *host);

#endif
