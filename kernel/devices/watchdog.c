/* Switches the watchdog on. */
#include "kernel/devices/watchdog.h"

bool watchdog_on READ_ONLY;

void watchdog_start(void)
{
    READ_ONLY_SET(watchdog_on, true);
    watchdog_feed();
}
