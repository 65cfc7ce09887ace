/* Loads and unloads: two slots, so that a refused load changes nothing. */
#include "kernel/load/stage.h"

#include "kernel/console/print.h"
#include "kernel/console/screen.h"
#include "kernel/console/serial.h"
#include "kernel/devices/bios.h"
#include "kernel/devices/quiet.h"
#include "kernel/devices/watchdog.h"
#include "kernel/load/host.h"
#include "kernel/load/report.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/panic.h"
#include "kernel/memory/live.h"
#include "kernel/memory/pages.h"
#include "lib/text.h"

static const struct boot_info *boot;
static const struct options *options;
static struct stage slot[2];
static struct stage *loaded; /* one of them, or NULL */

void stage_start(struct boot_info *boot_info, const struct options *wanted,
                 const struct baton_memory *memory, uint32_t count)
{
    boot = boot_info;
    options = wanted;
    host_start(boot_info, memory, count);
}

/* Is it the capture kernel, or an initrd of its own? A capture kernel that is the payload, too,
 * has no others. */
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
    struct stage_options wanted = {
        .kernel = 1, .place = options->place, .verify = options->verify, .format = options->format};

    for (uint32_t module = 2; module <= boot->modules; module++)
        if (!is_captures(module))
            wanted.initrds.module[wanted.initrds.count++] = (uint8_t)module;
    return wanted;
}

static const char *line_of(struct stage *stage, const struct stage_options *wanted)
{
    uint32_t n = 0;

    if (!wanted->command_line)
        return boot->module[wanted->kernel - 1].string;
    for (; wanted->command_line[n] && n < STAGE_LINE - 1; n++)
        stage->own_line[n] = wanted->command_line[n];
    stage->own_line[n] = '\0';
    return stage->own_line;
}

bool stage_prepare(struct stage *stage, const struct stage_options *wanted)
{
    if (!boot->modules) {
        report("refused", "no payload: the boot loader gave no module; name one in its menu entry "
                          "(module FILE, in GRUB)");
        return false;
    }
    stage->kernel = wanted->kernel;
    stage->format = wanted->format;
    stage->request = (struct baton_request){
        .size = sizeof(stage->request),
        .kernel = boot->module[wanted->kernel - 1].file,
        .command_line = line_of(stage, wanted),
        .loader = boot->loader,
        .place = wanted->place,
        .type = *stage->format.type ? stage->format.type : NULL,
        .flat = {stage->format.load, stage->format.entry},
        .screen = boot->screen,
        .acpi_rsdp = boot->acpi_rsdp,
        .efi = boot->efi,
        .live = live.summary,
        .long_mode = cpu.long_mode,
        .call = wanted->call,
        .bios_end = bios_end(),
        .digest_page = wanted->verify == VERIFY_ON ? baton_digest_page : NULL,
    };
    for (uint32_t i = 0; i < wanted->initrds.count; i++) {
        uint32_t module = wanted->initrds.module[i];

        stage->request.module[i] =
            (struct baton_module){boot->module[module - 1].file, boot->module[module - 1].string};
        if (!stage->request.module[i].file.size)
            report("ignored", "module %u: it is empty, 0 bytes", module);
    }
    if ((wanted->format.load || wanted->format.entry) && !text_after(wanted->format.type, "flat"))
        report("ignored", "load= and entry=: they belong to type=flat");
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

bool stage_load(const struct stage_options *wanted)
{
    struct stage *stage = loaded == &slot[0] ? &slot[1] : &slot[0];
    struct baton_machine about = stage_machine();
    struct baton_refusal why;
    uint64_t before = pages_count();
    int error;

    if (!stage_prepare(stage, wanted))
        return false;
    report_wait(stage);
    watchdog_pause();
    error = baton_load(host_get(), &stage->request, &about, &stage->payload, &stage->image, &why);
    watchdog_feed();
    if (error) {
        report_refusal(&why);
        if (pages_count() != before)
            panic("the refused load kept %n pages (H7)", before - pages_count());
        return false;
    }
    if (loaded)
        baton_image_free(&loaded->image);
    loaded = stage;
    report_stage(stage);
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

bool stage_quiesces(void)
{
    return options->quiesce == QUIESCE_PCI;
}
