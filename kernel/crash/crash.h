/*
 * The crash hand-off: a capture kernel, staged in advance in a region of its own, takes over when
 * the old kernel dies, and finds its memory as it was.
 */
#ifndef KERNEL_CRASH_CRASH_H
#define KERNEL_CRASH_CRASH_H

#include "kernel/load/stage.h"

/* Stages a capture kernel in the region, in the place of the one before. false: refused, and it has
 * said why. */
bool crash_load(const struct stage_options *wanted);

/* Gives it up: the region is empty again. One must be loaded. */
void crash_unload(void);

/* NULL: no capture kernel is loaded. */
struct stage *crash_loaded(void);

#endif
