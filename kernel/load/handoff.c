/* The hand-off of what is loaded: the last dry run, and the point of no return. */
#include "kernel/console/print.h"
#include "kernel/console/screen.h"
#include "kernel/devices/bios.h"
#include "kernel/devices/pci_port.h"
#include "kernel/devices/quiet.h"
#include "kernel/devices/watchdog.h"
#include "kernel/load/inject.h"
#include "kernel/load/report.h"
#include "kernel/load/spoil.h"
#include "kernel/load/stage.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/panic.h"
#include "kernel/memory/live.h"

/* Lines were printed since the load, and one more follows (report_handoff): the next kernel's
 * output begins below them. */
static void settle_cursor(struct stage *loaded)
{
    struct baton_screen *screen = &loaded->request.screen;

    if (screen->kind != BATON_SCREEN_TEXT)
        return;
    screen_cursor(&screen->cursor_x, &screen->cursor_y);
    if (screen->cursor_y + 1 < screen->rows)
        screen->cursor_y++;
}

/* Does the payload go on with the BIOS, and all that belongs to it? */
static bool calls_bios(const struct stage *loaded)
{
    return loaded->payload.entry.kind == BATON_ENTRY_REAL16;
}

bool stage_prove(void)
{
    struct stage *loaded = stage_loaded();
    struct baton_refusal why;
    uint32_t sum;
    int error;

    settle_cursor(loaded);
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
        report_refusal(&why);
    return !error;
}

/* Before the dry run, so that it looks at memory that no device changes any more. If it refuses, a
 * USB keyboard that the firmware has driven is lost. */
static void stop_devices(const struct stage *loaded)
{
    const struct pci_access *pci = pci_machine();
    struct pci_stop done;

    if (calls_bios(loaded)) {
        report("devices", "left running: the payload calls the BIOS, whose drivers use them");
        return;
    }
    if (!pci)
        return;
    pci_quiesce(pci, stage_quiesces(), &done);
    report_devices(&done, stage_quiesces());
}

void stage_handoff(void)
{
    struct stage *loaded = stage_loaded();
    struct baton_refusal why;

    if (calls_bios(loaded) && !bios_is_whole()) {
        report("refused", "the BIOS's vectors or its data, below 0x500, are not as they were when "
                          "Baton started, and the payload calls the BIOS; restart the machine");
        return;
    }
    stop_devices(loaded);
    if (!stage_prove())
        return;
    loaded->image.exec_ticks = cpu.tsc ? cpu_ticks() : 0;
    devices_quiet();
    if (calls_bios(loaded))
        bios_unmask();
    report_handoff(loaded);
    watchdog_end();
    INJECT_FAULT(stage_boot()->command_line, &loaded->image);
    SPOIL_LIVE_TABLES(loaded->image.control);
    baton_handoff(&loaded->image, &why);
    report_refusal(&why);
    panic("the hand-off was refused after all was proved (H6)");
}
