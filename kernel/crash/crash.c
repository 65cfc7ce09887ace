/*
 * Load: the capture kernel and its initrd are copied to where they will run, and all that the
 * trampoline reads is made in the region. At the crash nothing is allocated, and nothing is
 * believed that lies outside of the region and the kernel's read-only pages.
 */
#include "kernel/crash/crash.h"

#include "kernel/console/print.h"
#include "kernel/crash/dump.h"
#include "kernel/crash/region.h"
#include "kernel/crash/report_crash.h"
#include "kernel/crash/vault.h"
#include "kernel/devices/watchdog.h"
#include "kernel/load/host.h"
#include "kernel/load/report.h"

static struct stage slot[2];
static struct stage *stage = &slot[0]; /* what is loaded, or being loaded */
static bool loaded;

/* "elfcorehdr=" and the capture kernel's own words. false: they do not fit, and said. */
static bool complete_line(void)
{
    size_t length = baton_crash_line(&region, stage->request.command_line, stage->own_line,
                                     sizeof(stage->own_line));

    stage->request.command_line = stage->own_line;
    if (length + 1 < sizeof(stage->own_line))
        return true;
    report("refused",
           "the capture kernel's command line has no room for elfcorehdr=: it may have %u "
           "characters in all",
           STAGE_LINE - 2);
    return false;
}

/* Fills the region, and arms the vault. */
static int build(const struct baton_crash_dump *dump, struct baton_refusal *why)
{
    struct baton_machine machine = stage_machine();
    int error = baton_crash_stage(&region, &stage->request, dump, &machine, &stage->payload,
                                  &stage->image, why);

    if (!error && !vault_arm(dump, &stage->image)) {
        baton_image_free(&stage->image);
        *why = (struct baton_refusal){BATON_E_NO_PAGES, "crash's page tables", 0, 0, NULL};
        error = why->error;
    }
    region_check();
    return error;
}

static void report_plan_refused(const struct baton_refusal *why)
{
    const struct baton_payload *payload = &stage->payload;

    if (why->error == BATON_E_FIXED)
        report("refused", "%s, %s, runs at %a only; a capture kernel must be relocatable",
               payload->name, payload->kind, why->value);
    else if (why->error == BATON_E_NO_ROOM)
        report_no_room(stage, why);
    else
        report_refusal(why);
}

/* All that can be refused before the region is touched. false: refused, and said. */
static bool plan(const struct stage_options *wanted, struct baton_crash_dump *dump)
{
    struct baton_refusal why;

    if (!stage_prepare(stage, wanted) || !complete_line())
        return false;
    stage->request.digest_page = wanted->verify == VERIFY_OFF ? NULL : baton_digest_page;
    report_wait(stage);
    if (!baton_crash_plan(&region, &stage->request, dump, &stage->payload, &why))
        return true;
    report_plan_refused(&why);
    return false;
}

static void give_up(struct stage *armed)
{
    vault_disarm();
    baton_image_free(&armed->image);
    region_check();
    loaded = false;
}

bool crash_load(const struct stage_options *wanted)
{
    struct stage *earlier = stage;
    struct baton_crash_dump *dump = dump_begin();
    struct baton_refusal why;
    int error;

    if (!region_is_kept()) {
        report("refused",
               "no memory is kept for a capture kernel; boot Baton with crashkernel=64M");
        return false;
    }
    if (region_host(host_get(), &why)) {
        report_refusal(&why);
        return false;
    }
    stage = earlier == &slot[0] ? &slot[1] : &slot[0];
    if (!plan(wanted, dump)) {
        stage = earlier;
        if (loaded)
            report("kept", "the capture kernel staged before is still there");
        return false;
    }
    if (loaded) /* there is one region: the earlier capture kernel makes room */
        give_up(earlier);
    watchdog_pause();
    error = build(dump, &why);
    watchdog_feed();
    if (error) {
        report_refusal(&why);
        return false;
    }
    loaded = true;
    report_crash(stage);
    return true;
}

void crash_unload(void)
{
    give_up(stage);
    report("unload", "the region %a to %a is empty; a crash ends without a dump",
           region.range.start, region.range.end);
}

struct stage *crash_loaded(void)
{
    return loaded ? stage : NULL;
}
