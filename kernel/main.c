/* The old kernel, from its first C instruction to the hand-off: the table of contents. */
#include "kernel/console/print.h"
#include "kernel/devices/bios.h"
#include "kernel/devices/watchdog.h"
#include "kernel/end/machinecheck.h"
#include "kernel/end/stop.h"
#include "kernel/end/traps.h"
#include "kernel/load/stage.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/window.h"
#include "kernel/shell/commands.h"
#include "kernel/shell/shell.h"
#include "kernel/start/start.h"
#include "pagetable/format.h"

static struct boot_info boot;
static struct options options;
static struct ram ram;

extern char boot_windows_high[]; /* boot/entry.S */
/* Called only by boot/entry.S. */
void kernel_main(uint32_t magic, uint32_t information) __attribute__((noreturn, used));

/* After a refusal: the shell starts, unless exitport= or onfault=reset is given. */
static void __attribute__((noreturn)) after_refusal(void)
{
    if (options.exit_port || options.onfault == FAULT_RESET)
        stop(EXIT_REFUSED);
    shell_run();
}

/* After a call: the old kernel goes on. */
static void __attribute__((noreturn)) after_return(void)
{
    if (options.exit_port || options.onfault == FAULT_RESET)
        stop(EXIT_RETURNED);
    shell_run();
}

static void __attribute__((noreturn)) hand_over(void)
{
    struct stage_options wanted = stage_default();

    if (options.fault)
        fault_raise(options.fault);
    wanted.call = options.returns;
    if (!stage_load(&wanted))
        after_refusal();
    if (!wanted.call)
        stage_handoff();
    else if (stage_call(1))
        after_return();
    after_refusal();
}

void kernel_main(uint32_t magic, uint32_t information)
{
    const char *wrong;

    window_start(boot_windows_high, 4, PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY,
                 KERNEL_END_MAX);
    traps_start();
    cpu_detect();
    machinecheck_start();
    wrong = boot_read(magic, information, window_read, &boot);
    bios_start(boot.efi.bits);
    start_screen(&boot);
    start_options(&boot, &options);
    if (wrong)
        start_refuse(wrong);
    start_memory(&boot, options.verbose, &ram);
    start_modules(&boot, &ram);
    start_efi(&boot, &ram);
    start_pages(&boot, &ram);
    start_region(&boot, &options, &ram);
    start_tables(&options, &ram);
    stage_start(&boot, &options, ram.range, ram.count);
    if (options.watchdog) {
        watchdog_start();
        report("watchdog", "IB700: an NMI when Baton hangs for %u seconds", IB700_SECONDS);
    }
    if (!start_capture(&boot, &options))
        after_refusal();
    if (options.shell || (options.countdown && shell_wanted(options.countdown)))
        shell_run();
    hand_over();
}
