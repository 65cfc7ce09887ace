/* Tests whether memory is still mapped: for a crashing kernel, whose live tables may hold
 * anything. */
#ifndef KERNEL_MACHINE_PROBE_H
#define KERNEL_MACHINE_PROBE_H

#include <stdbool.h>

/*
 * Can each page of [from, to) be read, and, with `write`, also be written? Both addresses are page
 * aligned. The contents do not change. It uses the page-fault handler: if the CPU cannot reach that
 * any more, a fault is a shutdown, as everywhere else.
 */
bool probe(const void *from, const void *to, bool write);

/* Called at a page fault, before anything else. Does not return if the fault is probe's. */
void probe_fault(void);

#endif
