/* The ways in which the old kernel ends. Each of them prints a message. */
#ifndef KERNEL_END_STOP_H
#define KERNEL_END_STOP_H

#include "kernel/options/options.h"

/* Codes for the exit port; QEMU's isa-debug-exit makes 2 * code + 1 of them. 0x12 is the trampoline's
 * (baton/control.h), 0x13 GRUB's menu's (iso/menu.sh). */
enum { EXIT_REFUSED = 0x10, EXIT_PANIC = 0x11, EXIT_RETURNED = 0x14 };

/* Takes from the command line what to do at the end. Before this call, every end is a halt. */
void stop_options(const struct options *options);

/*
 * Call this once for each crash that no capture kernel takes over, before its lines are printed.
 * true: print them. A fault while the last messages are printed is reported, too. At the next one
 * the kernel applies exitport= and onfault= at once: so it ends even if every line faults.
 */
bool stop_may_print(void);

/* Resets the machine; returns if that does not work. */
void stop_reset(void);

/* Writes the code to the exit port, if there is one; then halts, or resets (onfault=reset). */
void stop(int code) __attribute__((noreturn));

#endif
