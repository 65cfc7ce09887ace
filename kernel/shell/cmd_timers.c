/* timers: which timers may raise interrupts. */
#include "kernel/console/print.h"
#include "kernel/devices/acpi.h"
#include "kernel/devices/timers_port.h"
#include "kernel/load/stage.h"
#include "kernel/shell/commands.h"

static const char *on_off(uint32_t bits)
{
    return bits ? "on" : "off";
}

static void report_hpet(const struct timers *t, uint64_t at)
{
    report("HPET", "at %a, counter %s, %u timers, interrupts on: %u%s", at,
           t->counts ? "runs" : "stands", t->count, t->hpet_on,
           t->legacy ? ", in place of the PIT" : "");
    if (t->hpet_on)
        report("", "the first is timer %u%s", t->first,
               t->counts ? "" : "; none is raised while the counter stands");
}

void command_timers(const struct words *words)
{
    uint64_t hpet;
    struct timers t;

    if (!command_takes(words, 0))
        return;
    hpet = acpi_hpet(stage_boot()->acpi_rsdp);
    timers_read(&timers_machine, hpet, &t);
    report("PIT", "channel 0 always counts; the PIC is masked before the hand-off");
    if (t.clock)
        report("RTC", "interrupts: periodic %s, alarm %s, update %s",
               on_off(t.clock_on & CLOCK_PERIODIC), on_off(t.clock_on & CLOCK_ALARM),
               on_off(t.clock_on & CLOCK_UPDATE));
    else
        report("RTC", "none");
    if (t.hpet)
        report_hpet(&t, hpet);
    else
        report("HPET", hpet ? "none at %a, where the firmware says it is" : "none", hpet);
}
