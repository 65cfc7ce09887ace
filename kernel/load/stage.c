/* The core's first host: its functions, and the two slots that let a refused load change nothing. */
#include "kernel/load/stage.h"

#include "kernel/console/print.h"
#include "kernel/console/screen.h"
#include "kernel/console/serial.h"
#include "kernel/load/inject.h"
#include "kernel/load/spoil.h"
#include "kernel/load/tell.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/panic.h"
#include "kernel/machine/pci_port.h"
#include "kernel/machine/quiet.h"
#include "kernel/machine/watchdog.h"
#include "kernel/machine/window.h"
#include "kernel/memory/live.h"
#include "kernel/memory/pages.h"

static const struct boot_info *boot;
static const struct options *options;
static struct baton_host host;
static struct baton_range keep[LIVE_RANGES + BOOT_EFI_KEPT];
static struct stage slot[2];
static struct stage *loaded; /* one of them, or NULL */

static int host_alloc(void *ctx, uint64_t below, uint64_t *pa)
{
    (void)ctx;
    return pages_alloc(below, pa);
}

static void host_free(void *ctx, uint64_t pa)
{
    (void)ctx;
    pages_free(pa);
}

static void *host_map(void *ctx, enum baton_window window, uint64_t pa)
{
    (void)ctx;
    return window_map(window, pa);
}

/* A long load is no hang. */
static void host_progress(void *ctx, uint64_t done, uint64_t all)
{
    (void)ctx;
    (void)done;
    (void)all;
    watchdog_feed();
}

void stage_start(const struct boot_info *boot_info, const struct options *wanted,
                 const struct baton_memory *memory, uint32_t count)
{
    boot = boot_info;
    options = wanted;
    __builtin_memcpy(keep, live.range, live.ranges * sizeof(*keep));
    __builtin_memcpy(keep + live.ranges, boot->efi_kept, boot->efi_kept_count * sizeof(*keep));
    host = (struct baton_host){
        .size = sizeof(host),
        .alloc_page = host_alloc,
        .free_page = host_free,
        .map = host_map,
        .progress = host_progress,
        .memory = memory,
        .memory_count = count,
        .keep = keep,
        .keep_count = live.ranges + boot->efi_kept_count,
        .trampoline_pa = (uint32_t)baton_trampoline_page - KERNEL_BASE,
    };
}

/* Is it the capture kernel, or an initrd of its own? A capture kernel that is the payload, too, has no
 * others. */
static bool is_captures(uint32_t module)
{
    const struct option_modules *initrds = &options->crash_initrds;

    if (options->crash <= 1)
        return false;
    for (uint32_t i = 0; i < initrds->count; i++)
        if (initrds->module[i] == module)
            return true;
    return module == options->crash;
}

_Static_assert(BATON_MODULES >= BOOT_MODULES - 1, "all modules but the payload");

struct stage_options stage_default(void)
{
    struct stage_options wish = {.kernel = 1, .place = options->place, .verify = options->verify};

    for (uint32_t module = 2; module <= boot->modules; module++)
        if (!is_captures(module))
            wish.initrds.module[wish.initrds.count++] = (uint8_t)module;
    return wish;
}

static const char *line_of(struct stage *stage, const struct stage_options *wish)
{
    uint32_t n = 0;

    if (!wish->command_line)
        return boot->module[wish->kernel - 1].string;
    for (; wish->command_line[n] && n < STAGE_LINE - 1; n++)
        stage->own_line[n] = wish->command_line[n];
    stage->own_line[n] = '\0';
    return stage->own_line;
}

bool stage_prepare(struct stage *stage, const struct stage_options *wish)
{
    if (!boot->modules) {
        report("refused", "no payload: the boot loader gave no module; name one in its menu entry "
                          "(module FILE, in GRUB)");
        return false;
    }
    stage->kernel = wish->kernel;
    stage->request = (struct baton_request){
        .size = sizeof(stage->request),
        .kernel = boot->module[wish->kernel - 1].file,
        .command_line = line_of(stage, wish),
        .loader = boot->loader,
        .place = wish->place,
        .screen = boot->screen,
        .acpi_rsdp = boot->acpi_rsdp,
        .efi = boot->efi,
        .live = live.summary,
        .long_mode = cpu.long_mode,
        .digest_page = wish->verify == VERIFY_ON ? baton_digest_page : NULL,
    };
    for (uint32_t i = 0; i < wish->initrds.count; i++) {
        uint32_t module = wish->initrds.module[i];

        stage->request.module[i] =
            (struct baton_module){boot->module[module - 1].file, boot->module[module - 1].string};
        if (!stage->request.module[i].file.size)
            report("ignored", "module %u as an initrd: it is empty, 0 bytes", module);
    }
    if (stage->request.screen.kind == BATON_SCREEN_TEXT)
        screen_cursor(&stage->request.screen.cursor_x, &stage->request.screen.cursor_y);
    return true;
}

struct baton_machine stage_machine(void)
{
    struct baton_machine machine;

    baton_machine_detect(&machine);
    machine.trace = (uint8_t)options->trace;
    machine.com_port = serial_port();
    machine.exit_port = options->exit_port;
    machine.reset = options->onfault == FAULT_RESET;
    return machine;
}

bool stage_load(const struct stage_options *wish)
{
    struct stage *stage = loaded == &slot[0] ? &slot[1] : &slot[0];
    struct baton_machine about = stage_machine();
    struct baton_refusal why;
    uint64_t before = pages_count();
    int error;

    if (!stage_prepare(stage, wish))
        return false;
    tell_wait(stage);
    watchdog_pause();
    error = baton_load(&host, &stage->request, &about, &stage->payload, &stage->image, &why);
    watchdog_feed();
    if (error) {
        tell_refusal(&why);
        if (pages_count() != before)
            panic("the refused load kept %n pages (H7)", before - pages_count());
        return false;
    }
    if (loaded)
        baton_image_free(&loaded->image);
    loaded = stage;
    tell_stage(stage);
    return true;
}

void stage_unload(void)
{
    uint64_t before = pages_count();

    baton_image_free(&loaded->image);
    loaded = NULL;
    report("unload", "%n page%s given back, %n free", pages_count() - before,
           plural(pages_count() - before), pages_count());
}

struct stage *stage_loaded(void)
{
    return loaded;
}

const struct boot_info *stage_boot(void)
{
    return boot;
}

const struct baton_host *stage_host(void)
{
    return &host;
}

/* Lines were printed since the load, and one more will be, a row of the screen (tell_handoff): the
 * next kernel goes on below them. */
static void settle_cursor(void)
{
    struct baton_screen *screen = &loaded->request.screen;

    if (screen->kind != BATON_SCREEN_TEXT)
        return;
    screen_cursor(&screen->cursor_x, &screen->cursor_y);
    if (screen->cursor_y + 1 < screen->rows)
        screen->cursor_y++;
}

/* Writes what is known only now, and then proves all of it: behind this, no byte changes (H6). false:
 * refused, and said. */
static bool prove(void)
{
    struct baton_refusal why;
    uint32_t sum;
    int error;

    settle_cursor();
    baton_payload_finish(&loaded->request, &loaded->payload, &loaded->image);
    watchdog_pause();
    error = baton_image_check(&loaded->request, &loaded->payload, &loaded->image, &why);
    watchdog_feed();
    if (!error)
        error = baton_ready(&loaded->image, &why);
    sum = live_checksum(); /* closes the windows: from here on nothing may look through one */
    if (sum != live.summary.checksum)
        panic("the live tables changed: checksum %x, was %x (H1)", (uint64_t)sum,
              (uint64_t)live.summary.checksum);
    if (error)
        tell_refusal(&why);
    return !error;
}

/* Before the dry run, so that it looks at memory that no device changes any more. If it refuses, a USB
 * keyboard that the firmware has driven is lost. */
static void stop_devices(void)
{
    const struct pci_access *pci = pci_machine();
    struct pci_stop done;

    if (!pci)
        return;
    pci_quiesce(pci, options->quiesce == QUIESCE_PCI, &done);
    tell_devices(&done, options->quiesce == QUIESCE_PCI);
}

void stage_handoff(void)
{
    struct baton_refusal why;

    stop_devices();
    if (!prove())
        return;
    loaded->image.exec_ticks = cpu.tsc ? cpu_ticks() : 0;
    devices_quiet();
    tell_handoff(loaded);
    watchdog_end();
    INJECT_FAULT(boot->command_line, &loaded->image);
    SPOIL_LIVE_TABLES(loaded->image.control);
    baton_handoff(&loaded->image, &why);
    tell_refusal(&why);
    panic("the hand-off was refused after all was proved (H6)");
}
