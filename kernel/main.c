/* The old kernel, from its first C instruction to the hand-off: the table of contents. */
#include "boot/bootinfo.h"
#include "boot/memmap.h"
#include "kernel/console/print.h"
#include "kernel/console/screen.h"
#include "kernel/console/serial.h"
#include "kernel/crash/crash.h"
#include "kernel/crash/region.h"
#include "kernel/end/machinecheck.h"
#include "kernel/end/stop.h"
#include "kernel/end/traps.h"
#include "kernel/load/stage.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/watchdog.h"
#include "kernel/machine/window.h"
#include "kernel/memory/live.h"
#include "kernel/memory/pages.h"
#include "kernel/options/options.h"
#include "kernel/shell/commands.h"
#include "kernel/shell/shell.h"
#include "pagetable/format.h"

#define TROUBLES 8

static struct boot_info boot;
static struct options options;
static struct baton_memory memory[2 * BOOT_MEMORY];
static uint32_t memory_count;
static uint64_t usable; /* bytes */

extern char boot_windows_high[], kernel_end[]; /* boot/entry.S, linker.ld */
/* Called only by boot/entry.S. */
void kernel_main(uint32_t magic, uint32_t information) __attribute__((noreturn, used));

static void read_loader(uint64_t pa, void *to, uint32_t n)
{
    uint8_t *out = to;

    while (n--)
        *out++ = *(const uint8_t *)window_map(BATON_WINDOW_SOURCE, pa++);
}

static void refuse(const char *sentence)
{
    report("refused", "%s", sentence);
    stop(EXIT_REFUSED);
}

/* Called before the first line is printed: serial= selects the UART. */
static void start_serial(void)
{
    if (!serial_start(options.serial_port, options.serial_divisor) && options.serial_given)
        report("serial", "there is no UART at %x: only the screen is used",
               (uint64_t)options.serial_port);
}

/* What of the loader's information is not used, and the parts that no later line shows. */
static void tell_loader(void)
{
    for (uint32_t i = 0; i < boot.notes && i < BOOT_NOTES; i++)
        if (boot.note[i].tag)
            report("loader", "its tag %u is not used: %s", boot.note[i].tag, boot.note[i].why);
        else
            report("loader", "not used: %s", boot.note[i].why);
    if (boot.notes > BOOT_NOTES)
        report("loader", "%u more parts of its information are not used", boot.notes - BOOT_NOTES);
    if (!options.verbose)
        return;
    report("  names", "%s",
           boot.names_first ? "this loader puts file names before arguments"
                            : "this loader gives only arguments");
    report("  protocol", "multiboot %u", boot.protocol);
    if (boot.efi.bits)
        report("  UEFI", "%u bits, system table at %a, memory map of %n bytes", boot.efi.bits,
               boot.efi.system_table, boot.efi.map.size);
    for (uint32_t i = 0; i < boot.efi_kept_count && boot.efi.map.size; i++)
        report("  UEFI", "tables kept in %a to %a", boot.efi_kept[i].start, boot.efi_kept[i].end);
    if (boot.acpi_rsdp)
        report("  ACPI", "root pointer at %a", boot.acpi_rsdp);
    if (boot.smbios_major)
        report("  SMBIOS", "version %u.%u", boot.smbios_major, boot.smbios_minor);
    if (boot.screen.kind == BATON_SCREEN_LINEAR)
        report("  screen", "%u x %u pixels of %u bits at %a", boot.screen.width, boot.screen.height,
               boot.screen.bits, boot.screen.pa);
}

/* Baton's own options: unknown ones are reported and ignored, wrong values are refused. */
static void take_options(void)
{
    struct option_trouble trouble[TROUBLES];
    uint32_t n = options_read(boot.command_line, &options, trouble, TROUBLES);
    bool wrong = false;

    stop_options(&options);
    start_serial();
    report("Baton " BATON_VERSION, "i386, loaded by %s", boot.loader);
    tell_loader();
    for (uint32_t i = 0; i < n && i < TROUBLES; i++) {
        char word[64];
        uint32_t length = trouble[i].length < sizeof(word) ? trouble[i].length : sizeof(word) - 1;

        __builtin_memcpy(word, trouble[i].word, length);
        word[length] = '\0';
        if (trouble[i].now) {
            report("renamed", "%s on Baton's command line: taken, but its name is %s now", word,
                   trouble[i].now);
        } else if (trouble[i].choices) {
            report("refused", "%s on Baton's command line: the value may be %s", word,
                   trouble[i].choices);
            wrong = true;
        } else {
            report("ignored", "%s on Baton's command line: no such word", word);
        }
    }
    if (wrong)
        stop(EXIT_REFUSED);
}

static void take_memory(void)
{
    struct memmap_mended mended;
    uint64_t top = 0;
    uint32_t ranges = 0;

    memory_count = memmap_normalise(boot.given, boot.given_count, memory,
                                    sizeof(memory) / sizeof(*memory), &mended);
    if (!boot.has_map)
        report("memory", "the loader gave no memory map; using mem_lower and mem_upper");
    if (boot.wrapping)
        report("memory",
               "map: %u entr%s ignored, wrapping around 2^64 (the first from %a, "
               "%x bytes)",
               boot.wrapping, boot.wrapping == 1 ? "y" : "ies", boot.first_wrapping.start,
               boot.first_wrapping.end - boot.first_wrapping.start);
    if (mended.empty)
        report("memory", "map: %u empty entr%s ignored", mended.empty,
               mended.empty == 1 ? "y" : "ies");
    if (mended.unsorted)
        report("memory", "map: not sorted; now it is");
    if (mended.overlaps)
        report("memory", "map: %u overlap%s, the stricter type wins (the first from %a to %a, %s)",
               mended.overlaps, plural(mended.overlaps), mended.first_overlap.start,
               mended.first_overlap.end, memmap_type_name(mended.first_overlap.type));
    for (uint32_t i = 0; i < memory_count; i++)
        if (memory[i].type == BATON_MEM_USABLE) {
            usable += memory[i].end - memory[i].start;
            top = memory[i].end;
            ranges++;
        }
    report("memory", "%z usable in %u range%s, up to %a", usable, ranges, plural(ranges), top);
    if (options.verbose)
        for (uint32_t i = 0; i < memory_count; i++)
            report("  map", "%a %a %s", memory[i].start, memory[i].end,
                   memmap_type_name(memory[i].type));
    if (top <= KERNEL_LOAD)
        refuse("no usable memory above 1 MiB in the loader's map, but Baton itself is there");
}

/* Linux can do without the firmware, so a map that cannot be kept is left out. */
static void check_efi(void)
{
    const struct baton_host host = {.memory = memory, .memory_count = memory_count};
    struct baton_file *map = &boot.efi.map;

    if (map->size && !baton_is_ram(&host, map->pa, map->pa + map->size)) {
        report("loader", "the EFI memory map, at %a, is not used: it lies outside usable RAM",
               map->pa);
        map->size = 0;
    }
}

/* A module that is not in RAM, or that overlaps Baton, cannot have been loaded: the list is
 * wrong. */
static void check_modules(void)
{
    const struct baton_host host = {.memory = memory, .memory_count = memory_count};
    uint64_t image_end = (uint32_t)kernel_end - KERNEL_BASE;

    for (uint32_t i = 0; i < boot.modules; i++) {
        uint64_t start = boot.module[i].file.pa, end = start + boot.module[i].file.size;
        const char *where = baton_overlap(start, end, KERNEL_LOAD, image_end)
                                ? "within Baton itself"
                            : baton_is_ram(&host, start, end) ? NULL
                                                              : "outside usable RAM";

        if (where) {
            report("refused",
                   "module %u, from %a to %a, is %s; the boot loader's list of modules "
                   "is wrong",
                   i + 1, start, end, where);
            stop(EXIT_REFUSED);
        }
    }
}

static void start_pages(void)
{
    pages_start(memory, memory_count);
    pages_reserve(KERNEL_LOAD, (uint32_t)kernel_end - KERNEL_BASE);
    for (uint32_t i = 0; i < boot.modules; i++)
        pages_reserve(boot.module[i].file.pa, boot.module[i].file.pa + boot.module[i].file.size);
    pages_reserve(boot.efi.map.pa, boot.efi.map.pa + boot.efi.map.size);
    for (uint32_t i = 0; i < boot.efi_kept_count; i++)
        pages_reserve(boot.efi_kept[i].start, boot.efi_kept[i].end);
}

/* crashkernel=: reserves the region before anything else allocates pages. */
static void reserve_region(void)
{
    static struct baton_range taken[BOOT_MODULES + 2 + BOOT_EFI_KEPT];
    uint64_t counted = crashkernel_memory(usable);
    struct crashkernel wish;
    const char *wrong;

    if (!options.crashkernel)
        return;
    crashkernel_read(options.crashkernel, options.crashkernel_length, counted, &wish);
    if (wish.outside)
        report("crashkernel",
               "no range contains this machine's memory, rounded up to %z: no "
               "memory is kept",
               counted);
    else if (!wish.size)
        report("crashkernel", "the size is 0: no memory is kept");
    if (!wish.size)
        return;
    taken[0] = (struct baton_range){KERNEL_LOAD, (uint32_t)kernel_end - KERNEL_BASE};
    for (uint32_t i = 0; i < boot.modules; i++)
        taken[i + 1] = (struct baton_range){boot.module[i].file.pa,
                                            boot.module[i].file.pa + boot.module[i].file.size};
    taken[boot.modules + 1] =
        (struct baton_range){boot.efi.map.pa, boot.efi.map.pa + boot.efi.map.size};
    __builtin_memcpy(taken + boot.modules + 2, boot.efi_kept, sizeof(boot.efi_kept));
    wrong =
        region_reserve(&wish, memory, memory_count, taken, boot.modules + 2 + boot.efi_kept_count,
                       live_direct_limit(memory, memory_count));
    if (wrong) {
        report("refused", "crashkernel=, %z: %s", wish.size, wrong);
        stop(EXIT_REFUSED);
    }
    report("crashkernel", "%a to %a, %z, kept for a capture kernel", region.range.start,
           region.range.end, wish.size);
}

static bool tell_table(void *ctx, uint64_t table)
{
    (void)ctx;
    report("  table", "%a", table);
    return true;
}

static void start_tables(void)
{
    bool pae = options.paging == PAGING_PAE || (options.paging == PAGING_AUTO && cpu.pae);

    if (pae && !cpu.pae)
        refuse("paging=pae: this CPU has no PAE; take paging=auto or paging=legacy");
    enum baton_table_kind kind = pae ? BATON_TABLES_PAE : BATON_TABLES_LEGACY;
    if (!live_start(kind, memory, memory_count))
        refuse("too little memory: no page is left for Baton's own page tables; give the machine "
               "more, or smaller modules");
    report("tables", "live: %s, root %a, %u page%s, checksum %x", pt_format_of(kind)->name,
           live.summary.root, live.summary.tables, plural(live.summary.tables),
           (uint64_t)live.summary.checksum);
    if (options.verbose)
        live_tables(tell_table, NULL);
}

/* After a refusal: the shell starts, unless exitport= or onfault=reset is given. */
static void __attribute__((noreturn)) after_refusal(void)
{
    if (options.exit_port || options.onfault == FAULT_RESET)
        stop(EXIT_REFUSED);
    shell_run();
}

/* crash=: stages the capture kernel as early as possible. One command line may serve many machines:
 * where crashkernel= keeps no memory, Baton continues without a capture kernel. */
static void stage_capture(void)
{
    struct stage_options wish = {
        .kernel = options.crash, .initrds = options.crash_initrds, .verify = options.verify};
    uint32_t beyond = wish.kernel > boot.modules ? wish.kernel : 0;

    if (!options.crash)
        return;
    if (options.crashkernel && !region_is_kept()) {
        report("crash", "no capture kernel: crashkernel= keeps no memory on this machine");
        return;
    }
    for (uint32_t i = 0; i < wish.initrds.count && !beyond; i++)
        if (wish.initrds.module[i] > boot.modules)
            beyond = wish.initrds.module[i];
    if (beyond)
        report("refused", "crash= names module %u, but there are only %u", beyond, boot.modules);
    else if (crash_load(&wish))
        return;
    after_refusal();
}

static void __attribute__((noreturn)) hand_over(void)
{
    struct stage_options wish = stage_default();

    if (options.fault)
        fault_raise(options.fault);
    if (stage_load(&wish))
        stage_handoff();
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
    wrong = boot_read(magic, information, read_loader, &boot);
    screen_start(boot.screen.kind);
    take_options();
    if (wrong)
        refuse(wrong);
    take_memory();
    check_modules();
    check_efi();
    start_pages();
    reserve_region();
    start_tables();
    stage_start(&boot, &options, memory, memory_count);
    if (options.watchdog) {
        watchdog_start();
        report("watchdog", "IB700: an NMI when Baton hangs for %u seconds", IB700_SECONDS);
    }
    stage_capture();
    if (options.shell || (options.countdown && shell_wanted(options.countdown)))
        shell_run();
    hand_over();
}
