/* The two sets of page tables that commands look at, and entries of them in words. */
#ifndef KERNEL_SHELL_SPACES_H
#define KERNEL_SHELL_SPACES_H

#include "kernel/shell/words.h"
#include "pagetable/walk.h"

#define SPACES_FLAGS 96 /* room for the flags of an entry */

/* By the i-th word: "live", "new" or none, which is live. false: it has said what is wrong. */
bool spaces_get(const struct words *words, uint32_t i, struct pt_space *space);

/* "present, write, accessed, points to 0x0ffde000" */
void spaces_flags(const struct pt_format *format, unsigned level, uint64_t entry, char *out);

#endif
