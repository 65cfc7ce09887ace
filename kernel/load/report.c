/* The console report of a load: what the payload is, what moves, where the trampoline is. */
#include "kernel/load/report.h"

#include "baton/control.h"
#include "kernel/console/print.h"
#include "kernel/load/reason.h"
#include "lib/text.h"

/* The size of the n-th initrd's file, from 0. */
static uint64_t file_size_of(const struct stage *stage, uint32_t n)
{
    const struct baton_module *module = stage->request.module;

    for (; !module->file.size || n; module++)
        n -= module->file.size != 0;
    return module->file.size;
}

void report_initrd(struct stage *stage, bool staged)
{
    uint32_t first, count = baton_segment_modules(&stage->payload, &first);

    for (uint32_t i = 0; i < count; i++) {
        const struct baton_segment *s = &stage->payload.segment[first + i];
        uint64_t size = file_size_of(stage, i);
        const char *kind = text_after(s->what, "module") ? "module" : "initrd";

        if (staged)
            report(kind, "%z, staged at %a", size, s->dest);
        else if (s->dest == s->source)
            report(kind, "%z, stays at %a", size, s->dest);
        else
            report(kind, "%z, moves from %a to %a", size, s->source, s->dest);
    }
}

/* Why each segment moves that does; an ELF file's segments have one line together. */
static void report_moves(const struct stage *stage)
{
    const struct baton_payload *payload = &stage->payload;
    bool loads = false;

    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct baton_segment *s = &payload->segment[i];
        uint64_t address;
        const char *reason = reason_to_move(payload, stage->request.place, i, &address);

        if (!reason || (s->role == BATON_ROLE_LOAD && loads))
            continue;
        if (s->role == BATON_ROLE_LOAD)
            report("moves", "the file's segments: they are linked for their addresses");
        else if (address)
            report("moves", "%s: %s %a", s->what, reason, address);
        else
            report("moves", "%s: %s", s->what, reason);
        loads = loads || s->role == BATON_ROLE_LOAD;
    }
}

static void report_plan(const struct stage *stage)
{
    const struct baton_image *image = &stage->image;
    const struct baton_counts *c = &image->counts;

    report("plan",
           "%n page%s move%s, %n stay, %n zeroed, %n cycle%s; list %n page%s, control %n "
           "page%s",
           c->move, plural(c->move), c->move == 1 ? "s" : "", c->stay, c->zero, (uint64_t)c->cycles,
           plural(c->cycles), (uint64_t)c->list_pages, plural(c->list_pages),
           (uint64_t)c->control_pages, plural(c->control_pages));
    report_moves(stage);
    report("trampoline", "%a and %a both lead to %a, through %u new table page%s",
           (uint64_t)image->trampoline_va, image->control, image->control, image->table_count,
           plural(image->table_count));
    if (image->long_tables[0])
        report("long mode", "the payload is entered on %u tables more: 4 GiB, each address itself",
               BATON_LONG_TABLES);
}

#define PATIENCE (32ull << 20) /* bytes; less than that is compared in no time */

void report_wait(const struct stage *stage)
{
    uint64_t size = stage->request.kernel.size;

    for (uint32_t i = 0; i < BATON_MODULES; i++)
        size += stage->request.module[i].file.size;
    if (stage->request.digest_page && size >= PATIENCE)
        report("verify", "taking the SHA-256 of %z", size);
}

void report_digests(const struct stage *stage)
{
    const struct baton_counts *c = &stage->image.counts;

    if (c->digests)
        report("verify", "SHA-256 of %u segment%s, %z, is compared right before the entry%s",
               c->digests, plural(c->digests), c->digested,
               stage->image.machine & MACHINE_HAS_SHA ? ", by the CPU's SHA instructions" : "");
}

void report_preferences(const struct stage *stage)
{
    const struct baton_segment *s = baton_segment_find(&stage->payload, BATON_ROLE_KERNEL, 0);

    if (stage->payload.width_unknown)
        report("width",
               "this kernel does not say whether it is a 32-bit or a 64-bit one; taken for a "
               "32-bit one");
    if (!s)
        return;
    uint32_t size = (uint32_t)s->mem_size, window = (uint32_t)s->window;
    if (s->guess && s->window < s->guess)
        report("room",
               "this kernel does not say how much memory it unpacks into; %u.%u times its file "
               "fits here",
               window / size, window % size / (size / 10 + 1));
    if (s->align_best && s->align < s->align_best)
        report("alignment", "%z: no place fits that is aligned to the %z that this kernel prefers",
               s->align, s->align_best);
}

void report_stage(struct stage *stage)
{
    report("payload", "%s, %s, %z", stage->payload.name, stage->payload.kind,
           stage->request.kernel.size);
    report_preferences(stage);
    report_initrd(stage, false);
    report_plan(stage);
    report_digests(stage);
}

void report_handoff(const struct stage *stage)
{
    const struct baton_counts *c = &stage->image.counts;
    uint64_t entry = baton_entry_address(&stage->payload.entry);

    if (c->digested >= PATIENCE)
        report("hand-off", "to %a, after comparing %z", entry, c->digested);
    else
        report("hand-off", "to %a", entry);
}

void report_devices(const struct pci_stop *done, bool stopped)
{
    char names[PCI_REPORTED][PCI_NAME] = {{0}};

    if (done->taken)
        report("devices", "%u USB controller%s taken from the firmware%s", done->taken,
               plural(done->taken), done->stuck ? ", not all of which it gave up" : "");
    for (uint32_t i = 0; i < done->masters && i < PCI_REPORTED; i++)
        pci_name(&done->first[i], names[i]);
    if (done->masters)
        report("devices", "%u bus master%s %s: %s%s%s%s%s%s", done->masters, plural(done->masters),
               stopped ? "stopped" : "left running", names[0], *names[1] ? ", " : "", names[1],
               *names[2] ? ", " : "", names[2], done->masters > PCI_REPORTED ? " ..." : "");
}

void report_refusal(const struct baton_refusal *why)
{
    char sentence[BATON_SENTENCE];

    baton_explain(why, sentence, sizeof(sentence));
    report("refused", "%s", sentence);
}
