/*
 * What an old Linux reads before it has mapped all of memory: boot_params, command line and the
 * control page's descriptors lie in low memory, or else below 4 MiB; boot_params lowest, since the
 * kernel unpacks itself through low memory up to there. And what is said where that cannot be had.
 */
#include "relocate/place/ledger.h"
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"

#define KIB 0x400ull
#define MIB 0x100000ull
#define PAGE ((uint64_t)BATON_PAGE_SIZE)
#define TRAMPOLINE 0x8000 /* the host's own page, in no map */

static struct journey j;

struct reach_case {
    const char *name;
    uint64_t low_end; /* usable from 4 KiB to there; 0: no low memory */
    uint64_t from, end;
    struct baton_range taken[2]; /* by the host */
    uint64_t kernel_size;
    int error;
    uint64_t lowest, highest; /* bounds of the three pages */
    bool shorter;             /* they are taken from the end of the kernel's guessed window */
};

/* clang-format off */
static const struct reach_case cases[] = {
    {"a PC", 0x9fc00, MIB, 64 * MIB, {{0, 0}}, 0x21230, 0, 0x9c000, 0x9f000},
    {"8 MiB", 0x9fc00, MIB, 8 * MIB, {{0, 0}}, 0x21230, 0, 0x9c000, 0x9f000},
    {"640 KiB, to the last page", 0xa0000, MIB, 64 * MIB, {{0, 0}}, 0x21230, 0, 0x9d000, 0xa0000},
    {"less low memory than the kernel unpacks through", 256 * KIB, MIB, 64 * MIB, {{0, 0}}, 0x21230,
     0, 0x3d000, 0x40000},
    {"just three pages above 64 KiB", 76 * KIB, MIB, 64 * MIB, {{0, 0}}, 0x21230,
     0, 0x10000, 0x13000},
    {"two pages above 64 KiB, and one elsewhere", 72 * KIB, MIB, 64 * MIB, {{0, 0}}, 0x21230,
     0, 0x10000, 0x400000},
    {"nothing above 64 KiB", 64 * KIB, MIB, 64 * MIB, {{0, 0}}, 0x21230, 0, MIB, 0x400000},
    {"no low memory", 0, MIB, 64 * MIB, {{0, 0}}, 0x21230, 0, MIB, 0x400000},
    {"the host has taken low memory", 0x9fc00, MIB, 64 * MIB, {{0, 0xa0000}}, 0x21230,
     0, MIB, 0x400000},
    {"the guessed window covers all that is seen", 0, MIB, 64 * MIB, {{0, 0}}, 0x150000,
     0, 3 * MIB, 0x400000, true},
    {"the kernel covers all that is seen", 0, MIB, 64 * MIB, {{0, 0}}, 3 * MIB, BATON_E_REACH},
    {"all that is seen is taken", 0x9fc00, MIB, 64 * MIB, {{0, 0xa0000}, {MIB, 4 * MIB}}, 0x21230,
     BATON_E_REACH},
    {"memory begins too high", 0, 0x3fe000, 64 * MIB, {{0, 0}}, 0x21230, BATON_E_NOT_RAM},
};
/* clang-format on */

static void stage(const struct reach_case *c, uint32_t protocol)
{
    struct bzimage_fields f = bzimage_usual;

    journey_start(&j, 0xc0105000, TRAMPOLINE);
    if (c->low_end)
        machine_memory(&j.machine, 0x1000, c->low_end, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0xf0000, 0x100000, BATON_MEM_RESERVED);
    machine_memory(&j.machine, c->from, c->end, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    for (unsigned i = 0; i < COUNT(c->taken); i++)
        if (c->taken[i].end)
            machine_take(&j.machine, c->taken[i].start, c->taken[i].end);
    f.protocol = protocol;
    f.jump = protocol < 0x0203 ? 0x2a : 0x2e;
    f.kernel_size = c->kernel_size;
    j.request.kernel = bzimage_make(&j.machine, c->end - 4 * MIB, &f);
    j.request.command_line = "root=/dev/hda1";
}

/* Not in what the kernel writes to at its entry: the ledger knows all pages but its own. */
static bool clear_of_scratch(void *ctx, uint64_t pa, bool ledger)
{
    uint64_t end = journey_find(&j, "boot_params", 0)->dest;

    (void)ctx;
    end = end < 0x90000 ? end : 0x90000;
    return ledger || pa + PAGE <= 0x1000 || pa >= end;
}

static void judge(const struct reach_case *c)
{
    uint64_t params = journey_find(&j, "boot_params", 0)->dest,
             line = journey_find(&j, "command line", 0)->dest;
    const struct baton_segment *kernel = &j.payload.segment[0];

    assert_journey(&j, journey_judge(&j));
    assert_true(params < line && line < j.image.control);
    assert_true(params >= c->lowest && j.image.control + PAGE <= c->highest);
    assert_true(params >= 0x10000); /* the firmware's data lie below */
    assert_true(baton_image_pages(&j.image, clear_of_scratch, NULL));
    assert_int_equal(kernel->window < kernel->guess, c->shorter);
    assert_true(kernel->window >= kernel->mem_size);
    assert_journey(&j, journey_finish(&j));
}

static void where_an_old_kernel_sees_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (unsigned n = 0; n < 2 * LEND_ORDERS; n++) {
            const struct reach_case *c = &cases[i];

            stage(c, n % 2 ? 0x0203 : 0x0202);
            j.request.live.kind = n % 2;
            j.machine.order = (enum machine_order)(n / 2);
            int error = journey_load(&j);
            if (error != c->error) {
                print_error("%s, order %u: %s\n", c->name, n / 2, baton_error_name(error));
                journey_describe(&j);
            }
            assert_int_equal(error, c->error);
            if (error)
                assert_journey(&j, !j.wrong[0]);
            /* the very pages only where the highest are lent first */
            else if (j.machine.order == LEND_HIGHEST || c->lowest < 0x10000)
                judge(c);
            else
                assert_journey(&j, journey_finish(&j));
        }
}

/* 2.04 reads them before it switches paging on: anywhere, but not in what it unpacks through. */
static void newer_kernels_see_them_anywhere(void **state)
{
    static const struct reach_case c = {"2.04", 0x9fc00, MIB, 64 * MIB, {{0, 0}}, 0x21230};

    (void)state;
    for (unsigned order = 0; order < LEND_ORDERS; order++) {
        stage(&c, 0x0204);
        j.machine.order = (enum machine_order)order;
        assert_int_equal(journey_load(&j), 0);
        assert_true(baton_image_pages(&j.image, clear_of_scratch, NULL));
        if (order == LEND_HIGHEST)
            assert_true(journey_find(&j, "boot_params", 0)->dest > 32 * MIB);
        assert_journey(&j, journey_finish(&j));
    }
}

static void what_is_said(void **state)
{
    char text[320];

    (void)state;
    stage(&cases[11], 0x0203);
    assert_int_equal(journey_load(&j), BATON_E_REACH);
    assert_int_equal(j.why.limit, 4 * MIB);
    baton_explain(&j.why, text, sizeof(text));
    assert_non_null(strstr(text, "no free page below 0x400000 for the pages that the payload reads "
                                 "first (boot_params, command line, GDT)"));
}

/* ---- the dry run proves it ------------------------------------------------------------------------- */

static void out_of_reach(void)
{
    uint64_t far;

    assert_int_equal(ledger_take(&j.image, &j.payload, &far), 0);
    j.payload.segment[1].dest = far;
}

static void out_of_order(void)
{
    uint64_t params = j.payload.segment[1].dest;

    j.payload.segment[1].dest = j.payload.segment[2].dest;
    j.payload.segment[2].dest = params;
}

static void in_scratch(void)
{
    j.payload.scratch.end = 0xa0000;
    j.payload.segment[1].flags = BATON_SEG_FIXED; /* no generated page ends it */
    j.payload.segment[1].mem_size = 0;
}

static void the_dry_run_names_it(void **state)
{
    static const struct {
        void (*damage)(void);
        const char *what;
    } damages[] = {
        {out_of_reach, "H3: the payload does not see a page that it reads"},
        {out_of_order, "H3: the pages that the payload reads are not in order"},
        {in_scratch, "H3: a control page lies in a destination"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(damages); i++) {
        stage(&cases[0], 0x0203);
        assert_int_equal(journey_load(&j), 0);
        assert_string_equal(j.payload.segment[1].what, "boot_params");
        damages[i].damage();
        assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why),
                         BATON_E_CHECK);
        assert_string_equal(j.why.what, damages[i].what);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_an_old_kernel_sees_them),
        cmocka_unit_test(newer_kernels_see_them_anywhere),
        cmocka_unit_test(what_is_said),
        cmocka_unit_test(the_dry_run_names_it),
    };

    return cmocka_run_group_tests_name("reach", tests, NULL, NULL);
}
