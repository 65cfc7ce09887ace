/* The ways in which the old kernel ends, none of them silent. */
#ifndef KERNEL_END_STOP_H
#define KERNEL_END_STOP_H

#include "kernel/options/options.h"

/* Codes for the exit port; QEMU's isa-debug-exit makes 2 * code + 1 of them. */
enum { EXIT_REFUSED = 0x10, EXIT_PANIC = 0x11 };

/* What to do at the end, by the command line. Before it, everything halts. */
void stop_options(const struct options *options);

/*
 * Once for each death that no capture kernel takes over, before its lines: is it to be told? A fault
 * while the last words are printed is told, too; behind that one come exitport= and onfault= at
 * once, so that a kernel whose every line faults does end.
 */
bool stop_tells(void);

/* Resets the machine; returns if it cannot be. */
void stop_reset(void);

/* Writes the code to the exit port, if there is one; then halts, or resets if asked to. */
void stop(int code) __attribute__((noreturn));

#endif
