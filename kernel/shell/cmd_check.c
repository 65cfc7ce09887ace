/* check: repeats the dry run, and prints its result for each invariant. */
#include "kernel/console/print.h"
#include "kernel/load/stage.h"
#include "kernel/load/report.h"
#include "kernel/memory/live.h"
#include "kernel/shell/commands.h"

static bool count_page(void *ctx, uint64_t pa, bool ledger)
{
    (void)pa;
    *(uint32_t *)ctx += !ledger;
    return true;
}

static void report_good(const struct stage *stage)
{
    const struct baton_image *image = &stage->image;
    const struct baton_counts *c = &image->counts;
    uint32_t pages = 0;

    baton_image_pages(image, count_page, &pages);
    report("H2 holds", "the trampoline reads and writes only the image's own %u pages%s", pages,
           c->digests ? "; the digest page reads the segments" : "");
    report("H3 holds", "they overlap no destination, no source and no memory of the payload");
    report("H4 holds", "%n page%s get%s the right source in time; %n zeroed, %n stay", c->move,
           plural(c->move), c->move == 1 ? "s" : "", c->zero, c->stay);
    report("H5 holds", "both addresses lead to %a; the %u tables map nothing else", image->control,
           image->table_count);
    report("H8 holds", "the list ends, in its %u page%s", c->list_pages, plural(c->list_pages));
}

void command_check(const struct words *words)
{
    struct stage *stage;
    struct baton_refusal why;
    uint32_t sum;

    if (!command_takes(words, 0) || !(stage = command_image()))
        return;
    sum = live_checksum();
    if (sum == live.summary.checksum)
        report("H1 holds", "the %u live tables have checksum %x, as at the start",
               live.summary.tables, (uint64_t)sum);
    else
        report("broken", "H1: the live tables have the checksum %x, and had %x at the start",
               (uint64_t)sum, (uint64_t)live.summary.checksum);
    if (!baton_image_check(&stage->request, &stage->payload, &stage->image, &why)) {
        report_good(stage);
        return;
    }
    if (why.error != BATON_E_CHECK) {
        report_refusal(&why);
        return;
    }
    report("broken", "%s, %a (word %n of the list)", why.what, why.value, why.limit);
    report("", "the dry run stops at the first error; exec would refuse this image");
}
