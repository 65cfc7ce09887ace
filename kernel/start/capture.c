/* crashkernel= and crash=: memory for a capture kernel, and the capture kernel. */
#include "kernel/console/print.h"
#include "kernel/crash/crash.h"
#include "kernel/crash/region.h"
#include "kernel/end/stop.h"
#include "kernel/machine/layout.h"
#include "kernel/memory/live.h"
#include "kernel/start/start.h"

extern char kernel_end[]; /* linker.ld */

void start_region(const struct boot_info *boot, const struct options *options,
                  const struct ram *ram)
{
    static struct baton_range taken[BOOT_MODULES + 2 + BOOT_EFI_KEPT];
    uint64_t counted = crashkernel_memory(ram->usable);
    struct crashkernel wanted;
    const char *wrong;

    if (!options->crashkernel)
        return;
    crashkernel_read(options->crashkernel, options->crashkernel_length, counted, &wanted);
    if (wanted.outside)
        report("crashkernel",
               "no range contains this machine's memory, rounded up to %z: no "
               "memory is kept",
               counted);
    else if (!wanted.size)
        report("crashkernel", "the size is 0: no memory is kept");
    if (!wanted.size)
        return;
    taken[0] = (struct baton_range){KERNEL_LOAD, (uint32_t)kernel_end - KERNEL_BASE};
    for (uint32_t i = 0; i < boot->modules; i++)
        taken[i + 1] = (struct baton_range){boot->module[i].file.pa,
                                            boot->module[i].file.pa + boot->module[i].file.size};
    taken[boot->modules + 1] =
        (struct baton_range){boot->efi.map.pa, boot->efi.map.pa + boot->efi.map.size};
    __builtin_memcpy(taken + boot->modules + 2, boot->efi_kept, sizeof(boot->efi_kept));
    wrong = region_reserve(&wanted, ram->range, ram->count, taken,
                           boot->modules + 2 + boot->efi_kept_count,
                           live_direct_limit(ram->range, ram->count));
    if (wrong) {
        report("refused", "crashkernel=, %z: %s", wanted.size, wrong);
        stop(EXIT_REFUSED);
    }
    report("crashkernel", "%a to %a, %z, kept for a capture kernel", region.range.start,
           region.range.end, wanted.size);
}

bool start_capture(const struct boot_info *boot, const struct options *options)
{
    struct stage_options wanted = {
        .kernel = options->crash, .initrds = options->crash_initrds, .verify = options->verify};
    uint32_t beyond = wanted.kernel > boot->modules ? wanted.kernel : 0;

    if (!options->crash)
        return true;
    if (options->crashkernel && !region_is_kept()) {
        report("crash", "no capture kernel: crashkernel= keeps no memory on this machine");
        return true;
    }
    for (uint32_t i = 0; i < wanted.initrds.count && !beyond; i++)
        if (wanted.initrds.module[i] > boot->modules)
            beyond = wanted.initrds.module[i];
    if (beyond)
        report("refused", "crash= names module %u, but there are only %u", beyond, boot->modules);
    return !beyond && crash_load(&wanted);
}
