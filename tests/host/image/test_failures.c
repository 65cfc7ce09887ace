/*
 * H7: a refused load leaves no trace. Every allocation of every kind of load fails once in turn;
 * each time the load is refused with E_NO_PAGES, every page is back, and the image is zero.
 * What is unloaded is all given back. (Images beside each other: test_lifecycle.c.)
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/paper/judge.h"
#include "tests/host/paper/picture.h"
#include "tests/host/random/sample.h"

#define MIB 0x100000ull

static struct journey j;

static void start(uint32_t entries)
{
    journey_start(&j, 0xc0105000, 0x8000);
    machine_memory(&j.machine, MIB, 256 * MIB, BATON_MEM_USABLE);
    while (j.machine.host.memory_count < entries) {
        uint64_t at = (1ull << 32) + j.machine.host.memory_count * MIB;

        machine_memory(&j.machine, at, at + 0x1000, BATON_MEM_RESERVED);
    }
    machine_ready(&j.machine);
}

static void stage_bzimage(void)
{
    start(600);
    j.request.kernel = bzimage_make(&j.machine, 3 * MIB, &bzimage_usual);
    j.request.module[0].file = machine_file(&j.machine, 16 * MIB + 0x123, 0x23456); /* in the way */
    j.request.live.kind = 1;
}

static void stage_old_bzimage(void)
{
    struct bzimage_fields f = bzimage_usual;

    start(100);
    f.protocol = 0x0202;
    f.jump = 0x2a;
    j.request.kernel = bzimage_make(&j.machine, MIB, &f); /* onto itself */
    j.request.place = BATON_PLACE_ALL;
}

static void stage_elf(void)
{
    start(400);
    j.request.kernel = elf_make(&j.machine, 0x400000, 0x10000, &elf_usual);
    j.request.module[0].file = machine_file(&j.machine, 0x205000, 0x3456);
}

/* Pages that lie in a destination are lent first, so that they must be parked. */
static void stage_parking(void)
{
    struct elf_fields f = elf_usual;

    start(0);
    f.load[0].paddr = 0xfff0000;
    f.load[0].memsz = 0x10000;
    f.load[1].paddr = 0xff00000;
    j.request.kernel = elf_make(&j.machine, 0x400000, 0x10000, &f);
    j.machine.order = LEND_HIGHEST;
}

static void stage_cycles(void)
{
    struct recipe r;

    sample_recipe(true, 1, &r);
    recipe_stage(&r, &j);
}

/* Lists and ledgers of several pages. */
static void stage_long_list(void)
{
    struct recipe r;

    sample_recipe(false, 300, &r);
    r.segment[1].source += 0x200; /* not congruent: 1200 bounce pages */
    r.segment[1].file_size -= 0x1000;
    r.segment[1].mem_size -= 0x1000;
    recipe_stage(&r, &j);
}

/* The list's first page is full when the bounce page behind the moves is put in. */
static void stage_full_page(void)
{
    static const struct recipe r = {
        .memory = {{0x100000, 0x200000, 1}, {0x400000, 0x1000000, 1}},
        .file = {{0x400000, 0x800000}},
        .segment = {{BATON_SEG_FIXED, 0x400000, 1022 * 0x1000, 1022 * 0x1000, 0x900000},
                    {BATON_SEG_FIXED, 0x7ff000, 0x800, 0x800, 0xf00000}},
        .order = LEND_LOWEST,
    };

    recipe_stage(&r, &j);
}

static void stage_scattered(void)
{
    static const struct picture p = {"scattered", "A.C.E.G.", "GECA...."};
    struct recipe r;

    picture_recipe(&p, 0x7c00000, 2000, &r); /* over the end of a bitmap's 128 MiB stretch */
    r.order = LEND_RANDOM;
    recipe_stage(&r, &j);
}

static const struct {
    const char *name;
    void (*stage)(void);
    unsigned least; /* allocations that it takes at least */
    bool reach;     /* its first pages lie where it sees them: where one range has none, another
                       may have */
} loads[] = {
    {"bzImage, initrd, long map, PAE", stage_bzimage, 12},
    {"old bzImage onto itself", stage_old_bzimage, 8, true},
    {"ELF, initrd, long map", stage_elf, 10},
    {"parked pages", stage_parking, 20},
    {"cycles, zeros, edges", stage_cycles, 12},
    {"long list and ledger", stage_long_list, 1200},
    {"list page full", stage_full_page, 8},
    {"scattered", stage_scattered, 9},
};

static void every_allocation_fails(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(loads); i++) {
        uint64_t step = 1;
        bool unfailed = false;

        for (uint64_t n = 1; !unfailed; n += step) {
            loads[i].stage();
            j.machine.fail_at = n;
            int error = journey_load(&j); /* judges the refusal */
            unfailed = j.given < n;
            bool known = error == BATON_E_NO_PAGES || (loads[i].reach && error == BATON_E_REACH);
            if (error && (!known || j.wrong[0])) {
                print_error("%s: allocation %u fails: %s\n", loads[i].name, (unsigned)n,
                            baton_error_name(error));
                assert_journey(&j, false);
            }
            if (unfailed)
                assert_true(!error && j.given >= loads[i].least);
            else if (!error) { /* no failure went unnoticed */
                assert_true(loads[i].reach);
                assert_journey(&j, journey_finish(&j));
            }
            /* of many alike, the first and some */
            step = n < 60 || dice_thorough() ? 1 : 37;
        }
        assert_journey(&j, journey_finish(&j));
    }
}

/* What is refused for other reasons leaves no trace either: journey_load judges. */
static void refusals_leave_nothing(void **state)
{
    (void)state;
    stage_bzimage();
    j.request.command_line = "";
    j.request.module[0].file.size = 0;
    j.machine.memory[0].end = 17 * MIB; /* no room for the window */
    assert_int_equal(journey_load(&j), BATON_E_NO_ROOM);
    assert_journey(&j, !j.wrong[0]);
    start(0);
    assert_int_equal(journey_load(&j), BATON_E_EMPTY);
    assert_journey(&j, !j.wrong[0]);
}

/* ---- one after the other --------------------------------------------------------------------- */

/* An image of zeros may be freed; one may be freed twice. */
static void freeing_nothing(void **state)
{
    struct baton_image nothing = {0};

    (void)state;
    baton_image_free(&nothing);
    stage_elf();
    assert_int_equal(journey_load(&j), 0);
    baton_image_free(&j.image);
    baton_image_free(&j.image);
    assert_int_equal(j.machine.lent, 0);
    assert_string_equal(j.machine.violation, "");
}

/* A hundred loads and unloads: not a page is lost, and the hundredth is like the first. */
static void again_and_again(void **state)
{
    (void)state;
    stage_bzimage();
    uint64_t free_before = j.machine.free;
    for (unsigned n = 0; n < 100; n++) {
        struct baton_payload payload;
        int error = baton_load(&j.machine.host, &j.request, &j.cpu, &payload, &j.image, &j.why);

        assert_int_equal(error, 0);
        baton_image_free(&j.image);
        assert_int_equal(j.machine.free, free_before);
    }
    assert_int_equal(journey_load(&j), 0);
    assert_journey(&j, journey_finish(&j));
}

/* The steps one by one; after each, giving up gives everything back. */
static void given_up_after_each_step(void **state)
{
    const struct baton_host *host = &j.machine.host;

    (void)state;
    for (int steps = 1; steps <= 4; steps++) {
        stage_bzimage();
        uint64_t free_before = j.machine.free;
        assert_int_equal(baton_payload_read(host, &j.request, &j.payload, &j.why), 0);
        assert_int_equal(baton_place(host, &j.request, &j.payload, &j.why), 0);
        assert_int_equal(j.machine.asked, 0);
        assert_int_equal(baton_image_begin(host, &j.payload, &j.image, &j.why), 0);
        if (steps > 1)
            baton_payload_finish(&j.request, &j.payload, &j.image);
        if (steps > 2)
            assert_int_equal(baton_image_build(&j.request, &j.payload, &j.cpu, &j.image, &j.why),
                             0);
        assert_false(j.image.armed);
        if (steps > 3) {
            uint64_t lent = j.machine.lent;

            assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why), 0);
            assert_true(j.image.armed);
            assert_int_equal(j.machine.lent, lent);
        }
        baton_image_free(&j.image);
        assert_int_equal(j.machine.free, free_before);
        assert_string_equal(j.machine.violation, "");
    }
}

/* The steps one by one, each failing at every allocation: it keeps nothing, without being told. */
static void each_step_keeps_nothing(void **state)
{
    const struct baton_host *host = &j.machine.host;
    unsigned failed = 0;

    (void)state;
    for (int step = 0; step < 2; step++) {
        int error = -1;

        for (uint64_t n = 1; error; n++) {
            stage_bzimage();
            uint64_t free_before = j.machine.free;
            assert_int_equal(baton_payload_read(host, &j.request, &j.payload, &j.why), 0);
            assert_int_equal(baton_place(host, &j.request, &j.payload, &j.why), 0);
            if (!step)
                j.machine.fail_at = n;
            error = baton_image_begin(host, &j.payload, &j.image, &j.why);
            if (step) {
                assert_int_equal(error, 0);
                baton_payload_finish(&j.request, &j.payload, &j.image);
                j.machine.fail_at = j.machine.asked + n;
                error = baton_image_build(&j.request, &j.payload, &j.cpu, &j.image, &j.why);
            }
            if (!error)
                continue;
            assert_int_equal(error, BATON_E_NO_PAGES);
            assert_int_equal(j.why.error, error);
            assert_int_equal(j.machine.free, free_before);
            assert_string_equal(j.machine.violation, "");
            failed++;
        }
    }
    assert_true(failed > 10);
}

/* All that lies before the first segment: the headers. */
static void spoil_headers(void)
{
    uint64_t end = j.request.kernel.pa + j.request.kernel.size;

    for (uint32_t i = 0; i < j.payload.segments; i++)
        if (!(j.payload.segment[i].flags & BATON_SEG_GENERATED) &&
            j.payload.segment[i].source >= j.request.kernel.pa && j.payload.segment[i].source < end)
            end = j.payload.segment[i].source;
    assert_true(end - j.request.kernel.pa >= 0x290);
    for (uint64_t pa = j.request.kernel.pa; pa < end; pa++)
        *machine_at(pa) ^= 0xff;
}

/* What a payload is told at its entry: its registers and the pages of Baton's making. */
struct told_at_entry {
    struct baton_entry entry;
    uint8_t pages[16][BATON_PAGE_SIZE];
};

static void take_told(struct told_at_entry *told)
{
    unsigned pages = 0;

    told->entry = j.payload.entry;
    for (uint32_t i = 0; i < j.payload.segments; i++)
        if (j.payload.segment[i].flags & BATON_SEG_GENERATED) {
            assert_true(pages < COUNT(told->pages));
            machine_read(j.payload.segment[i].dest, told->pages[pages++], BATON_PAGE_SIZE);
        }
    assert_true(pages >= 2);
}

/* The file's headers change when they have been read: the image is what was read (H6). */
static void the_file_changes(void **state)
{
    static void (*const stages[])(void) = {stage_bzimage, stage_old_bzimage, stage_elf};
    static struct told_at_entry before, after;
    const struct baton_host *host = &j.machine.host;

    (void)state;
    for (size_t i = 0; i < COUNT(stages); i++) {
        stages[i]();
        assert_int_equal(baton_payload_read(host, &j.request, &j.payload, &j.why), 0);
        assert_int_equal(baton_place(host, &j.request, &j.payload, &j.why), 0);
        assert_int_equal(baton_image_begin(host, &j.payload, &j.image, &j.why), 0);
        baton_payload_finish(&j.request, &j.payload, &j.image);
        take_told(&before);
        spoil_headers();
        baton_payload_finish(&j.request, &j.payload, &j.image);
        take_told(&after);
        assert_memory_equal(&before, &after, sizeof(before));
        assert_int_equal(baton_image_build(&j.request, &j.payload, &j.cpu, &j.image, &j.why), 0);
        assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why), 0);
        baton_image_free(&j.image);
        assert_int_equal(j.machine.lent, 0);
        assert_string_equal(j.machine.violation, "");
    }
}

/* The dry run itself runs out of pages: refused, and the image is there still. */
static void the_check_runs_out(void **state)
{
    (void)state;
    stage_cycles();
    assert_int_equal(journey_load(&j), 0);
    uint64_t lent = j.machine.lent;
    unsigned failed = 0;
    for (uint64_t n = 1;; n++) {
        j.machine.fail_at = j.machine.asked + n;
        int error = baton_image_check(&j.request, &j.payload, &j.image, &j.why);
        assert_int_equal(j.machine.lent, lent);
        assert_int_equal(j.image.armed, !error);
        if (!error)
            break;
        assert_int_equal(error, BATON_E_NO_PAGES);
        assert_int_equal(j.why.error, BATON_E_NO_PAGES);
        failed++;
    }
    assert_true(failed >= 2);
    j.machine.fail_at = 0;
    assert_journey(&j, journey_finish(&j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails),   cmocka_unit_test(refusals_leave_nothing),
        cmocka_unit_test(freeing_nothing),          cmocka_unit_test(again_and_again),
        cmocka_unit_test(given_up_after_each_step), cmocka_unit_test(each_step_keeps_nothing),
        cmocka_unit_test(the_file_changes),         cmocka_unit_test(the_check_runs_out),
    };

    return cmocka_run_group_tests_name("failures", tests, NULL, NULL);
}
