/* Switching the watchdog on. */
#include "kernel/watchdog.h"

bool watchdog_on;

void watchdog_start(void)
{
    watchdog_on = true;
    watchdog_feed();
}
