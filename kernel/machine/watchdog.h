/*
 * A watchdog: hardware that raises an NMI when nobody has fed it for a while, so that a kernel that
 * hangs with interrupts off dies as any other. The only kind known is the IB700's, which QEMU has.
 */
#ifndef KERNEL_MACHINE_WATCHDOG_H
#define KERNEL_MACHINE_WATCHDOG_H

#include <stdbool.h>

#include "kernel/machine/cpu.h"
#include "kernel/machine/readonly.h"

/* Two I/O ports: a write to the one starts it anew, to the other ends it. [IB700; QEMU: ib700] */
enum { IB700_STOP = 0x441, IB700_START = 0x443 };
enum { IB700_SECONDS = 10, IB700_COUNT = (30 - IB700_SECONDS) / 2 };

/* Is it on? Set by watchdog_start alone. */
extern bool watchdog_on;

/* From now on somebody must feed it every IB700_SECONDS seconds. */
void watchdog_start(void);

/* Where Baton waits, and where it may be busy for long. */
static inline void watchdog_feed(void)
{
    if (watchdog_on)
        out8(IB700_START, IB700_COUNT);
}

/* Until it is fed again: what comes now may take its time. */
static inline void watchdog_pause(void)
{
    if (watchdog_on)
        out8(IB700_STOP, 0);
}

/* For good: Baton ends on purpose, or hands over to a kernel that knows of no watchdog. */
static inline void watchdog_end(void)
{
    if (!watchdog_on)
        return;
    watchdog_pause();
    READ_ONLY_SET(watchdog_on, false);
}

#endif
