/*
 * A watchdog: hardware that raises an NMI if software has not reset its timer for a while. So a
 * kernel that hangs with interrupts off ends like any other crash. Only the IB700 is supported;
 * QEMU has it.
 */
#ifndef KERNEL_DEVICES_WATCHDOG_H
#define KERNEL_DEVICES_WATCHDOG_H

#include <stdbool.h>

#include "kernel/machine/cpu.h"
#include "kernel/machine/readonly.h"

/* I/O ports: a write to one restarts the timer, a write to the other stops it. [IB700; QEMU:
 * ib700] */
enum { IB700_STOP = 0x441, IB700_START = 0x443 };
enum { IB700_SECONDS = 10, IB700_COUNT = (30 - IB700_SECONDS) / 2 };

/* Is it on? Set by watchdog_start alone. */
extern bool watchdog_on;

/* From now on watchdog_feed must be called at least every IB700_SECONDS seconds. */
void watchdog_start(void);

/* Called where Baton waits, and where it may be busy for long. */
static inline void watchdog_feed(void)
{
    if (watchdog_on)
        out8(IB700_START, IB700_COUNT);
}

/* Stops it until the next watchdog_feed: for work that may take long. */
static inline void watchdog_pause(void)
{
    if (watchdog_on)
        out8(IB700_STOP, 0);
}

/* Stops it for good: Baton ends on purpose, or hands over to a kernel that does not use a
 * watchdog. */
static inline void watchdog_end(void)
{
    if (!watchdog_on)
        return;
    watchdog_pause();
    READ_ONLY_SET(watchdog_on, false);
}

#endif
