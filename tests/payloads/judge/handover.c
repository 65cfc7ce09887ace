/*
 * The information for the payload: it must be consistent, and not overlap the payload (H3). It is
 * printed, so that the test can compare it with the machine and the command line.
 */
#include "judge/judge.h"
#include "lib/console.h"
#include "lib/crc32.h"

#define COMMAND_LINE_SHOWN 4096

bool clear_of_judge(uint32_t start, uint32_t size)
{
    return !baton_overlap(start, (uint64_t)start + size, (uintptr_t)image_start,
                          (uintptr_t)image_end);
}

static uint32_t length(const char *text)
{
    uint32_t n = 0;

    while (text[n] != '\0')
        n++;
    return n;
}

static void memory_check(const struct handover *h)
{
    uint32_t disorder = 0, in_ram = 0;

    for (uint32_t i = 0; i < h->memory_count; i++) {
        const struct baton_record_memory *m = &h->memory[i];

        say("note map %q %q type %u\n", m->start, m->end, m->type);
        if (m->start >= m->end || (i > 0 && m->start < h->memory[i - 1].end))
            disorder++;
        if (m->type == BATON_MEM_USABLE && m->start <= (uintptr_t)image_start &&
            m->end >= (uintptr_t)image_end)
            in_ram++;
    }
    check_that("map-count", h->memory_count > 0, h->memory_count, "some ranges");
    check("map-disorder", disorder, 0);
    check("map-holds-judge", in_ram, 1);
}

static void command_line_check(const struct handover *h)
{
    const char *line = (const char *)(uintptr_t)h->command_line;

    check_that("command-line", h->command_line != 0, h->command_line, "a string");
    if (h->command_line == 0)
        return;
    check_that("command-line-clear", clear_of_judge(h->command_line, length(line) + 1),
               h->command_line, "outside the judge");
    say("note command-line ");
    say_quoted(line, COMMAND_LINE_SHOWN);
    say("\n");
}

static void initrd_check(const struct handover *h)
{
    if (h->initrd_size == 0) {
        check("initrd-none", h->initrd, 0);
        say("note initrd none\n");
        return;
    }
    check_that("initrd-clear", clear_of_judge(h->initrd, h->initrd_size), h->initrd,
               "outside the judge");
    say("note initrd at %x size %u crc %x\n", h->initrd, h->initrd_size,
        crc32(0, (const void *)(uintptr_t)h->initrd, h->initrd_size));
}

void handover_check(const struct handover *h)
{
    check_that("control", h->control != 0 && h->control % BATON_PAGE_SIZE == 0, h->control,
               "a page");
    check_that("control-clear", clear_of_judge(h->control, BATON_PAGE_SIZE), h->control,
               "outside the judge");
    /* where a host's half of memory begins is its own business; the two addresses differ (H5) */
    check_that("trampoline-apart", h->trampoline_va != h->control, h->trampoline_va,
               "another address than the control page's");
    say("note loader ");
    say_quoted(h->loader, sizeof ((struct baton_record *)0)->loader);
    say("\n");
    command_line_check(h);
    memory_check(h);
    initrd_check(h);
}
