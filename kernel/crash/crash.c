/*
 * Load: the capture kernel and its initrd are copied to where they will run, and all that the
 * trampoline reads is made in the region. At the crash nothing is allocated, and nothing is believed
 * that lies outside of the region and the kernel's read-only pages.
 */
#include "kernel/crash/crash.h"

#include "kernel/console/print.h"
#include "kernel/crash/dump.h"
#include "kernel/crash/region.h"
#include "kernel/crash/tell_crash.h"
#include "kernel/crash/vault.h"
#include "kernel/load/tell.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/watchdog.h"
#include "kernel/machine/window.h"
#include "lib/text.h"

static struct stage slot[2];
static struct stage *stage = &slot[0]; /* what is loaded, or being loaded */
static bool loaded;
static struct baton_host host;

static void *direct(uint64_t pa)
{
    return (void *)(KERNEL_BASE + (uint32_t)pa);
}

static void prepare_host(void)
{
    const struct baton_host *usual = stage_host();

    host = *usual;
    host.alloc_page = region_alloc;
    host.free_page = region_free;
    host.memory = region_map(usual->memory, usual->memory_count, &host.memory_count);
}

/* Where the headers are, then the capture kernel's own words: behind a "--" of these, Linux would
 * hand what follows to init. false: they do not fit, and said. */
static bool complete_line(void)
{
    static char line[STAGE_LINE];
    struct text text = {line, sizeof(line), 0};
    const char *words = stage->request.command_line;

    text_add(&text, "elfcorehdr=");
    text_hex(&text, region.headers);
    if (*words)
        text_char(&text, ' ');
    text_add(&text, words);
    __builtin_memcpy(stage->own_line, line, sizeof(line));
    stage->request.command_line = stage->own_line;
    if (text.length + 1 < sizeof(stage->own_line))
        return true;
    report("refused",
           "the capture kernel's command line has no room for elfcorehdr=: it may have %u "
           "characters in all",
           STAGE_LINE - 2);
    return false;
}

/* One more segment, at a place of the region that is its own. false: there is no room for one. */
static bool add_fixed(const struct baton_segment *segment)
{
    struct baton_payload *payload = &stage->payload;

    if (payload->segments == BATON_SEGMENTS)
        return false;
    payload->segment[payload->segments] = *segment;
    payload->segment[payload->segments].flags |= BATON_SEG_FIXED;
    payload->segment[payload->segments++].align = BATON_PAGE_SIZE;
    return true;
}

/* Kernel and initrd below the tail; low memory is saved above it, the core headers lie there. */
static int bound_segments(const struct dump *dump, struct baton_refusal *why)
{
    struct baton_payload *payload = &stage->payload;

    for (uint32_t i = 0; i < payload->segments; i++) {
        struct baton_segment *s = &payload->segment[i];

        if (s->flags & BATON_SEG_GENERATED)
            continue;
        s->min = region.range.start;
        s->max = region.tail < s->max ? region.tail : s->max;
    }
    if (add_fixed(&(struct baton_segment){.what = "low memory",
                                          .flags = BATON_SEG_LIVE,
                                          .file_size = REGION_LOW,
                                          .mem_size = REGION_LOW,
                                          .prefer = region.low}) &&
        add_fixed(&(struct baton_segment){.what = "core headers",
                                          .source = region.headers,
                                          .file_size = dump->steady,
                                          .mem_size = dump->steady,
                                          .prefer = region.headers}))
        return 0;
    *why = (struct baton_refusal){BATON_E_SEGMENTS, "segments", BATON_SEGMENTS + 1, BATON_SEGMENTS};
    return why->error;
}

static void copy(uint64_t to, uint64_t from, uint64_t size)
{
    while (size) {
        uint64_t part = BATON_PAGE_SIZE - (from & BATON_PAGE_MASK);

        part = part < size ? part : size;
        __builtin_memcpy(direct(to), window_map(BATON_WINDOW_SOURCE, from), part);
        to += part;
        from += part;
        size -= part;
    }
}

/* What the list would do at the hand-off is done now: the bytes lie where they are needed. */
static void stage_segments(void)
{
    for (uint32_t i = 0; i < stage->payload.segments; i++) {
        struct baton_segment *s = &stage->payload.segment[i];

        if (s->flags & (BATON_SEG_GENERATED | BATON_SEG_FIXED))
            continue;
        copy(s->dest, s->source, s->file_size);
        __builtin_memset(direct(s->dest + s->file_size), 0, (size_t)(s->mem_size - s->file_size));
        s->source = s->dest;
        s->file_size = s->mem_size;
    }
}

/* Fills the region, and arms the vault. */
static int build(const struct dump *dump, struct baton_refusal *why)
{
    struct baton_machine machine = stage_machine();
    int error;

    stage_segments();
    dump_write();
    error = baton_image_make(&host, &stage->request, &machine, &stage->payload, &stage->image, why);
    if (!error && !vault_arm(&host, &stage->image, dump->registers)) {
        baton_image_free(&stage->image);
        *why = (struct baton_refusal){BATON_E_NO_PAGES, "crash's page tables", 0, 0};
        error = why->error;
    }
    return error;
}

/* A 64-bit Linux makes no /proc/vmcore of headers that say i386. */
static enum baton_dump_machine machine_of_headers(void)
{
    return stage->payload.long_mode ? BATON_DUMP_X86_64 : BATON_DUMP_386;
}

/* Does it run at one address alone? Then it is refused, and said. */
static bool runs_elsewhere(void)
{
    const struct baton_payload *payload = &stage->payload;

    for (uint32_t i = 0; i < payload->segments; i++)
        if (payload->segment[i].flags & BATON_SEG_FIXED) {
            report("refused", "%s, %s, runs at %a only; a capture kernel must be relocatable",
                   payload->name, payload->kind, payload->segment[i].prefer);
            return true;
        }
    return false;
}

/* All that can be refused before the region is touched. false: refused, and said. */
static bool plan(const struct stage_options *wish, struct dump *dump)
{
    struct baton_refusal why;
    int error;

    if (!stage_prepare(stage, wish) || !complete_line())
        return false;
    stage->request.place = BATON_PLACE_AUTO;
    stage->request.digest_page = wish->verify == VERIFY_OFF ? NULL : baton_digest_page;
    tell_wait(stage);
    stage->request.map =
        region_told(stage_host()->memory, stage_host()->memory_count, &stage->request.map_count);
    error = baton_payload_read(&host, &stage->request, &stage->payload, &why);
    if (!error && runs_elsewhere())
        return false;
    if (!error)
        error = dump_plan(machine_of_headers(), dump, &why);
    if (!error)
        error = bound_segments(dump, &why);
    if (!error)
        error = baton_place(&host, &stage->request, &stage->payload, &why);
    if (error == BATON_E_NO_ROOM)
        tell_no_room(stage, &why);
    else if (error)
        tell_refusal(&why);
    return !error;
}

static void give_up(struct stage *armed)
{
    vault_disarm(&host);
    baton_image_free(&armed->image);
    loaded = false;
}

bool crash_load(const struct stage_options *wish)
{
    struct stage *earlier = stage;
    struct dump dump;
    struct baton_refusal why;
    int error;

    if (!region_is_kept()) {
        report("refused",
               "no memory is kept for a capture kernel; boot Baton with crashkernel=64M");
        return false;
    }
    prepare_host();
    stage = earlier == &slot[0] ? &slot[1] : &slot[0];
    if (!plan(wish, &dump)) {
        stage = earlier;
        if (loaded)
            report("kept", "the capture kernel staged before is still there");
        return false;
    }
    if (loaded) /* there is one region: the earlier capture kernel makes room */
        give_up(earlier);
    watchdog_pause();
    error = build(&dump, &why);
    watchdog_feed();
    if (error) {
        tell_refusal(&why);
        return false;
    }
    loaded = true;
    tell_crash(stage);
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
