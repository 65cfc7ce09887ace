/* The old kernel as the core's host: stages the boot modules and tells what it does. */
#include "kernel/stage.h"

#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/layout.h"
#include "kernel/live.h"
#include "kernel/pages.h"
#include "kernel/print.h"
#include "kernel/quiet.h"
#include "kernel/spoil.h"
#include "kernel/stop.h"
#include "kernel/window.h"

static struct baton_host host;
static struct baton_request request;
static struct baton_payload payload;
static struct baton_image image;

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

static void prepare(const struct boot_info *boot, const struct options *options,
                    const struct baton_memory *memory, uint32_t count)
{
    host = (struct baton_host){
        .alloc_page = host_alloc,
        .free_page = host_free,
        .map = host_map,
        .memory = memory,
        .memory_count = count,
        .keep = live.range,
        .keep_count = live.ranges,
        .trampoline_va = (uint32_t)baton_trampoline_page,
        .trampoline_pa = (uint32_t)baton_trampoline_page - KERNEL_BASE,
    };
    request = (struct baton_request){
        .kernel = boot->module[0].file,
        .command_line = boot->module[0].string,
        .loader = boot->loader,
        .place = options->place,
        .screen = boot->screen,
        .live = live.summary,
        .long_mode = cpu.long_mode,
    };
    if (boot->modules > 1)
        request.initrd = boot->module[1].file;
    if (request.screen.kind == BATON_SCREEN_TEXT)
        console_cursor(&request.screen.cursor_x, &request.screen.cursor_y);
}

static const struct baton_segment *initrd_segment(void)
{
    for (uint32_t i = 0; i < payload.segments; i++)
        if (request.initrd.size && payload.segment[i].source == request.initrd.pa &&
            payload.segment[i].mem_size == request.initrd.size)
            return &payload.segment[i];
    return NULL;
}

static void tell_initrd(void)
{
    const struct baton_segment *s = initrd_segment();

    if (!s)
        return;
    if (s->dest == s->source)
        report("initrd", "%z, stays at %a", s->mem_size, s->dest);
    else
        report("initrd", "%z, moves from %a to %a", s->mem_size, s->source, s->dest);
}

static void tell_plan(void)
{
    const struct baton_counts *c = &image.counts;

    report("plan",
           "%n page%s move%s, %n stay, %n zeroed, %n cycle%s; list %n page%s, control %n "
           "page%s",
           c->move, plural(c->move), c->move == 1 ? "s" : "", c->stay, c->zero, (uint64_t)c->cycles,
           plural(c->cycles), (uint64_t)c->list_pages, plural(c->list_pages),
           (uint64_t)c->control_pages, plural(c->control_pages));
    report("trampoline", "%a and %a both lead to %a, through %u new table page%s",
           (uint64_t)host.trampoline_va, image.control, image.control, image.table_count,
           plural(image.table_count));
}

static void refuse(const struct baton_refusal *why)
{
    char sentence[320];

    baton_explain(why, sentence, sizeof(sentence));
    report("refused", "%s", sentence);
}

bool stage_payload(const struct boot_info *boot, const struct options *options,
                   const struct baton_memory *memory, uint32_t count)
{
    const struct baton_machine machine = {
        .has_cr4 = cpu.cr4,
        .has_efer = cpu.efer,
        .com_port = console_com_port(),
        .exit_port = options->exit_port,
        .reset = options->onfault == FAULT_RESET,
    };
    struct baton_refusal why;
    uint64_t before = pages_count();

    if (!boot->modules) {
        report("refused", "no payload: the boot loader gave no module; name one in its menu entry "
                          "(module FILE, in GRUB)");
        return false;
    }
    prepare(boot, options, memory, count);
    if (baton_load(&host, &request, &machine, &payload, &image, &why)) {
        refuse(&why);
        if (pages_count() != before)
            panic("the refused load kept %n pages (H7)", before - pages_count());
        return false;
    }
    report("payload", "%s, %s, %z", payload.name, payload.kind, request.kernel.size);
    tell_initrd();
    tell_plan();
    return true;
}

void stage_handoff(void)
{
    uint32_t sum = live_checksum();

    if (sum != live.summary.checksum)
        panic("the live tables changed: checksum %x, was %x (H1)", (uint64_t)sum,
              (uint64_t)live.summary.checksum);
    devices_quiet();
    report("hand-off", "to %a", (uint64_t)payload.entry.eip);
    SPOIL_LIVE_TABLES(image.control);
    baton_handoff(&image);
}
