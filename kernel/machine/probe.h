/* Memory that may not be mapped any more: for a dying kernel, whose live tables may hold anything. */
#ifndef KERNEL_MACHINE_PROBE_H
#define KERNEL_MACHINE_PROBE_H

#include <stdbool.h>

/*
 * Can each page of [from, to), both page aligned, be read, and with `write` written to? What stands there
 * stays. Needs what a page fault needs: where that cannot be told, it is a shutdown as any other.
 */
bool probe(const void *from, const void *to, bool write);

/* At a page fault, before anything else: does not return if it is probe's. */
void probe_fault(void);

#endif
