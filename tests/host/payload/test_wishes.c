/*
 * Wishes that give way: a window that is only a guess, down to the kernel's own bytes, to other
 * segments, to holes and to Baton's pages; an alignment, from power of two to power of two. Each is
 * granted where it can be, and no less is given than fits.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/paper/judge.h"

#define MIB 0x100000ull
#define PAGE ((uint64_t)BATON_PAGE_SIZE)
#define FIXED BATON_SEG_FIXED
#define MOVABLE (BATON_SEG_SKEW | BATON_SEG_INPLACE)

static struct journey j;

static void start(const struct baton_range *ram, size_t ranges)
{
    journey_start(&j, 0xc0105000, 0x8000);
    for (size_t i = 0; i < ranges; i++)
        if (ram[i].end)
            machine_memory(&j.machine, ram[i].start, ram[i].end, BATON_MEM_USABLE);
    machine_ready(&j.machine);
}

static struct baton_segment *kernel(uint32_t flags, uint64_t source, uint64_t size, uint64_t prefer)
{
    struct baton_segment *s = journey_segment(&j, "kernel", flags);

    s->source = source;
    s->file_size = s->mem_size = size;
    s->prefer = prefer;
    s->min = MIB;
    machine_file(&j.machine, source, size);
    return s;
}

static void initrd(uint64_t source, uint64_t size)
{
    struct baton_segment *s = journey_segment(&j, "initrd", BATON_SEG_SKEW);

    s->source = source;
    s->file_size = s->mem_size = size;
    s->flags |= BATON_SEG_ANYWHERE;
    s->min = MIB;
    machine_file(&j.machine, source, size);
}

/* ---- a guessed window ------------------------------------------------------------------------ */

/* clang-format off */
static const struct guess_case {
    const char *name;
    struct baton_range ram[3];
    uint32_t flags;
    uint64_t size, guess, initrd, initrd_size; /* the kernel's file lies at 2 MiB */
    int error;
    uint64_t window; /* what fits, to a page; where refused: the refusal's limit or value */
} guesses[] = {
    {"it fits", {{MIB, 64 * MIB}}, FIXED, 3 * MIB, 12 * MIB, 0, 0, 0, 12 * MIB},
    {"to the last byte", {{MIB, 13 * MIB}}, FIXED, 3 * MIB, 12 * MIB, 0, 0, 0, 12 * MIB},
    {"memory ends before", {{MIB, 10 * MIB}}, FIXED, 3 * MIB, 12 * MIB, 0, 0, 0, 9 * MIB},
    {"a hole at 15 MiB", {{MIB, 15 * MIB}, {16 * MIB, 256 * MIB}}, FIXED, 3 * MIB + 0x2e5b1,
     4 * (3 * MIB + 0x2e5b1) + 3 * MIB, 0, 0, 0, 14 * MIB},
    {"an initrd that has nowhere else to go", {{MIB, 16 * MIB}}, FIXED, 3 * MIB, 12 * MIB, 8 * MIB,
     5 * MIB, 0, 10 * MIB},
    {"its file just fits", {{MIB, 4 * MIB}}, FIXED, 3 * MIB - 0x123, 12 * MIB, 0, 0, 0, 3 * MIB},
    {"its file does not fit", {{MIB, 4 * MIB - PAGE}}, FIXED, 3 * MIB - 0x123, 12 * MIB, 0, 0,
     BATON_E_NOT_RAM, 4 * MIB - 0x123},
    {"movable, and it fits", {{MIB, 64 * MIB}}, MOVABLE, 3 * MIB, 12 * MIB, 0, 0, 0, 12 * MIB},
    {"movable, the largest room", {{MIB, 6 * MIB}, {7 * MIB, 15 * MIB}}, MOVABLE, 3 * MIB,
     12 * MIB, 0, 0, 0, 8 * MIB - PAGE}, /* its start lies in a page below */
    {"movable, nowhere", {{MIB, 3 * MIB}, {7 * MIB, 9 * MIB}}, MOVABLE, 3 * MIB, 12 * MIB, 0, 0,
     BATON_E_NO_ROOM, 3 * MIB},
};
/* clang-format on */

static void what_fits_of_a_guess(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(guesses); i++) {
        const struct guess_case *c = &guesses[i];

        start(c->ram, COUNT(c->ram));
        struct baton_segment *s = kernel(c->flags, 2 * MIB + 0x200, c->size, MIB);
        s->window = s->guess = c->guess;
        if (c->flags == FIXED)
            s->source += 0x600; /* not congruent, as most */
        if (c->initrd_size)
            initrd(c->initrd, c->initrd_size);
        for (int n = 0; n < 2; n++) { /* placed again it is the same: the wish is not forgotten */
            int error = baton_place(&j.machine.host, &j.request, &j.payload, &j.why);
            if (error != c->error)
                print_error("%s: %s\n", c->name, baton_error_name(error));
            assert_int_equal(error, c->error);
            if (error) { /* what is refused is the need, not the guess */
                assert_int_equal(c->flags == FIXED ? j.why.limit : j.why.value, c->window);
                continue;
            }
            if (s->window > c->window || s->window + PAGE <= c->window)
                print_error("%s: window 0x%llx\n", c->name, (unsigned long long)s->window);
            assert_true(s->window <= c->window && s->window + PAGE > c->window);
            assert_int_equal(s->used.end - s->used.start, s->window);
            assert_int_equal(s->guess, c->guess);
            assert_journey(&j, judge_places(&j));
        }
        assert_int_equal(j.machine.asked, 0);
    }
}

/* The window fills all of memory: Baton's pages come from its end, as few as are needed. */
static void pages_from_the_end_of_a_guess(void **state)
{
    const struct baton_range ram[] = {{MIB, 13 * MIB}};

    (void)state;
    for (unsigned n = 0; n < 4 * LEND_ORDERS; n++) {
        uint32_t flags = n & 1 ? FIXED : MOVABLE;

        start(ram, COUNT(ram));
        j.machine.order = (enum machine_order)(n / 4);
        j.request.live.kind = n / 2 % 2;
        struct baton_segment *s =
            kernel(flags, 2 * MIB + (flags == FIXED ? 0x200 : 0), 3 * MIB, MIB);
        s->window = s->guess = 12 * MIB;
        journey_segment(&j, "page", BATON_SEG_GENERATED)->mem_size = PAGE;
        if (journey_load(&j))
            journey_describe(&j);
        assert_int_equal(j.error, 0);
        /* a fixed one is put together page by page, a movable one is moved */
        assert_int_equal(j.image.counts.bounce > 700, flags == FIXED);
        assert_true(s->window < s->guess && s->window >= s->mem_size);
        /* 31 pages more than needed at most, and the ledger, and the dry run's */
        if (j.machine.order == LEND_HIGHEST)
            assert_true(s->guess - s->window <= (j.machine.lent_most + 40) * PAGE);
        assert_journey(&j, journey_finish(&j));
    }
}

/*
 * Behind the window lies an initrd that moved there: its pages are not the window's to give. And where
 * no page would be left then, the initrd stays, and the window is smaller for that.
 */
static void pages_beside_an_initrd(void **state)
{
    const struct baton_range ram[] = {{MIB, 16 * MIB}};
    static const struct {
        uint64_t initrd, size, least;
        bool stays;
    } cases[] = {{6 * MIB, 2 * MIB, 8 * MIB, false}, {6 * MIB, 4 * MIB, 4 * MIB, true}};

    (void)state;
    for (unsigned n = 0; n < 4 * LEND_ORDERS; n++) {
        struct bzimage_fields f = bzimage_usual;
        size_t i = n / 2 % 2;

        f.protocol = 0x0209;
        f.jump = 0x56;
        f.relocatable = 0;
        f.kernel_size = 3 * MIB + MIB / 2;
        start(ram, COUNT(ram));
        j.machine.order = (enum machine_order)(n / 4);
        j.request.live.kind = n % 2;
        j.request.kernel = bzimage_make(&j.machine, 2 * MIB, &f);
        j.request.module[0].file = machine_file(&j.machine, cases[i].initrd, cases[i].size);
        if (journey_load(&j))
            journey_describe(&j);
        assert_int_equal(j.error, 0);
        const struct baton_segment *s = &j.payload.segment[0], *o = &j.payload.segment[1];
        assert_int_equal(s->guess, 14 * MIB);
        assert_int_equal(o->dest == o->source, cases[i].stays);
        assert_true(o->dest >= s->used.end && s->window >= cases[i].least && s->window < s->guess);
        assert_journey(&j, journey_finish(&j));
    }
}

/* There is nothing but the kernel's own bytes: no page, and it is said. */
static void no_page_beside_the_kernel(void **state)
{
    const struct baton_range ram[] = {{MIB, 4 * MIB}};

    (void)state;
    start(ram, COUNT(ram));
    struct baton_segment *s = kernel(FIXED, 2 * MIB, 2 * MIB, 2 * MIB);
    s->window = s->guess = 8 * MIB;
    machine_take(&j.machine, MIB, 2 * MIB);
    assert_int_equal(journey_load(&j), BATON_E_NO_PAGES);
    assert_journey(&j, !j.wrong[0]);
}

/* ---- a lower alignment ----------------------------------------------------------------------- */

/* clang-format off */
static const struct align_case {
    const char *name;
    struct baton_range ram[3];
    uint64_t least;
    int error;
    uint64_t align, dest; /* of the kernel, which prefers 16 MiB, aligned to that */
} aligns[] = {
    {"as it prefers", {{MIB, 64 * MIB}}, PAGE, 0, 16 * MIB, 16 * MIB},
    {"elsewhere, but aligned", {{MIB, 16 * MIB}, {17 * MIB, 64 * MIB}}, PAGE, 0,
     16 * MIB, 32 * MIB},
    {"a lower one", {{MIB, 16 * MIB}, {17 * MIB, 48 * MIB}}, PAGE, 0, 8 * MIB, 24 * MIB},
    {"no lower than it must", {{MIB, 16 * MIB}, {17 * MIB, 40 * MIB}}, PAGE, 0,
     4 * MIB, 20 * MIB},
    {"the lowest", {{MIB, 16 * MIB}, {16 * MIB + PAGE, 33 * MIB + PAGE}}, PAGE, 0,
     PAGE, 16 * MIB + PAGE},
    {"lower than it takes", {{MIB, 16 * MIB}, {16 * MIB + PAGE, 33 * MIB + PAGE}}, 2 * PAGE,
     BATON_E_NO_ROOM, 0, 0},
    {"not to be lowered", {{MIB, 16 * MIB}, {17 * MIB, 48 * MIB}}, 0, BATON_E_NO_ROOM, 0, 0},
};
/* clang-format on */

static void alignments(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(aligns); i++) {
        const struct align_case *c = &aligns[i];

        start(c->ram, COUNT(c->ram));
        struct baton_segment *s = kernel(MOVABLE, 2 * MIB, 3 * MIB, 16 * MIB);
        j.request.place = BATON_PLACE_PREFER;
        s->window = 17 * MIB;
        s->align = 16 * MIB;
        s->align_best = c->least ? 16 * MIB : 0;
        s->align_least = c->least;
        for (int n = 0; n < 2; n++) {
            int error = baton_place(&j.machine.host, &j.request, &j.payload, &j.why);
            if (error != c->error || (!error && s->align != c->align))
                print_error("%s: %s, aligned to 0x%llx\n", c->name, baton_error_name(error),
                            (unsigned long long)s->align);
            assert_int_equal(error, c->error);
            if (error)
                continue;
            assert_int_equal(s->align, c->align);
            assert_int_equal(s->dest, c->dest);
            assert_journey(&j, judge_places(&j));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_of_a_guess),
        cmocka_unit_test(pages_from_the_end_of_a_guess),
        cmocka_unit_test(pages_beside_an_initrd),
        cmocka_unit_test(no_page_beside_the_kernel),
        cmocka_unit_test(alignments),
    };

    return cmocka_run_group_tests_name("wishes", tests, NULL, NULL);
}
