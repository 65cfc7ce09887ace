/* The two sets of page tables that commands show, and their entries as text. */
#ifndef KERNEL_SHELL_SPACES_H
#define KERNEL_SHELL_SPACES_H

#include "kernel/terminal/words.h"
#include "pagetable/walk.h"

#define SPACES_FLAGS 96 /* room for the flags of an entry */

/*
 * Maps a page table that a command shows. Entries may be garbage (poke): a table outside RAM is not
 * read, but shown as a page of zeros.
 */
void *spaces_map(void *ctx, enum baton_window window, uint64_t pa);

/* Selects the tables by word i: "live", "new" or "entry"; if there is no such word, live. false: it
 * has reported an error. */
bool spaces_get(const struct words *words, uint32_t i, struct pt_space *space);

/* Can a table lie at pa? */
bool spaces_is_table(uint64_t pa);

/* "present write accessed" */
void spaces_flags(const struct pt_format *format, unsigned level, uint64_t entry, char *out);

#endif
