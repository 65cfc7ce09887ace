/* The two sets of page tables that commands look at, and entries of them in words. */
#ifndef KERNEL_SHELL_SPACES_H
#define KERNEL_SHELL_SPACES_H

#include "kernel/shell/words.h"
#include "pagetable/walk.h"

#define SPACES_FLAGS 96 /* room for the flags of an entry */

/*
 * A page table of a space that commands look at. Entries may be garbage (poke): what is no RAM is
 * not looked at, and reads as a page of zeros.
 */
void *spaces_map(void *ctx, enum baton_window window, uint64_t pa);

/* By the i-th word: "live", "new" or none, which is live. false: it has said what is wrong. */
bool spaces_get(const struct words *words, uint32_t i, struct pt_space *space);

/* Can a table lie at pa? */
bool spaces_is_table(uint64_t pa);

/* "present write accessed" */
void spaces_flags(const struct pt_format *format, unsigned level, uint64_t entry, char *out);

#endif
