/*
 * The crash hand-off: a capture kernel, staged in advance in a region of its own, takes over when
 * the old kernel dies, and finds its memory as it was.
 */
#ifndef KERNEL_CRASH_CRASH_H
#define KERNEL_CRASH_CRASH_H

#include "kernel/load/stage.h"

/* Stages a capture kernel in the region, in the place of the one before. false: refused, and it has
 * said why. */
bool crash_load(const struct stage_wish *wish);

/* Gives it up: the region is empty again. One must be loaded. */
void crash_unload(void);

/* NULL: no capture kernel is loaded. */
struct stage *crash_loaded(void);

/*
 * The old kernel has died with these registers. true: they are kept for the dump; this is the first
 * death, and there is a capture kernel. A second death on the way hands over at once, without another
 * word. false: there is none, or it cannot be entered (crash_lost).
 */
bool crash_note(const struct baton_dump_registers *registers);

/* Is a capture kernel there to take over, and are its control pages as they were at the load? */
bool crash_ready(void);

/* Why the one that was there is not entered, for the user; NULL: it may be, or there was none. */
const char *crash_lost(void);

/* Hands over to the capture kernel, on a stack in the region; returns if it is not ready, and after
 * two tries that have ended in a fault. */
void crash_take(void);

#endif
