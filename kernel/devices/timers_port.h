/* This machine's real-time clock, through its ports, and its devices in memory. */
#ifndef KERNEL_DEVICES_TIMERS_PORT_H
#define KERNEL_DEVICES_TIMERS_PORT_H

#include "kernel/devices/timers.h"

extern const struct timers_access timers_machine;

#endif
