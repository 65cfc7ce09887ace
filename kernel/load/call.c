/* The call of a payload that returns, and what is said of it. Devices stay as they are. */
#include "kernel/console/print.h"
#include "kernel/devices/quiet.h"
#include "kernel/devices/watchdog.h"
#include "kernel/load/report.h"
#include "kernel/load/stage.h"
#include "kernel/machine/panic.h"
#include "kernel/memory/live.h"
#include "kernel/memory/pages.h"

/* Everything of the old kernel's is as it was before the call, or it ends here. */
static void compare(uint64_t pages)
{
    uint32_t sum = live_checksum();

    if (sum != live.summary.checksum)
        panic("the call has changed the live tables: checksum %x, was %x (H1)", (uint64_t)sum,
              (uint64_t)live.summary.checksum);
    if (pages_count() != pages)
        panic("the call has changed how many pages are free: %n, was %n", pages_count(), pages);
}

static bool call_once(struct stage *loaded, uint32_t *eax)
{
    struct baton_refusal why;
    struct devices masks;
    uint64_t pages = pages_count();
    int error;

    if (!stage_prove())
        return false;
    devices_save(&masks);
    devices_quiet();
    watchdog_feed();
    error = baton_call(&loaded->image, eax, &why);
    devices_restore(&masks);
    watchdog_feed();
    compare(pages);
    if (error)
        report_refusal(&why);
    return !error;
}

bool stage_call(uint32_t times)
{
    struct stage *loaded = stage_loaded();
    uint32_t eax = 0, done = 0;

    report("call", "%a, %u time%s; %n page%s swapped each way",
           (uint64_t)loaded->payload.entry.registers.eip, times, plural(times),
           loaded->image.counts.move, plural(loaded->image.counts.move));
    while (done < times && call_once(loaded, &eax))
        done++;
    if (done)
        report("returned", "%u time%s, the last time %a", done, plural(done), (uint64_t)eax);
    report("compared", "live tables: checksum %x before and after (H1); %n page%s free, as before",
           (uint64_t)live.summary.checksum, pages_count(), plural(pages_count()));
    return stage_prove() && done == times; /* fresh pages again: armed, as after the load */
}
