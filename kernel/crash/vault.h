/*
 * What the crash needs to know, in the region: armed by a load, read when the old kernel is dead.
 * At the crash nothing else of its data is believed.
 */
#ifndef KERNEL_CRASH_VAULT_H
#define KERNEL_CRASH_VAULT_H

#include "baton/crash.h"

/* From now on the old kernel's death leads into the image, which is in the region. false: the
 * pool has no pages left; nothing is armed. */
bool vault_arm(const struct baton_crash_dump *dump, const struct baton_image *image);

/* From now on it does not. */
void vault_disarm(void);

/*
 * The old kernel has died with these registers. true: they are kept for the dump; this is the first
 * death, and there is a capture kernel. A second death on the way hands over at once, without
 * another word. false: there is none, or it cannot be entered (vault_lost).
 */
bool vault_note(const struct baton_dump_registers *registers);

/* Is a capture kernel there to take over, and are its control pages as they were at the load? */
bool vault_ready(void);

/* Why the one that was there is not entered, for the user; NULL: it may be, or there was none. */
const char *vault_lost(void);

/* Hands over to the capture kernel, on a stack in the region; returns if it is not ready, and after
 * two tries that have ended in a fault. */
void vault_take(void);

#endif
