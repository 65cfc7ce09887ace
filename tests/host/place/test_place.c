/*
 * Where things go: cases one knows from real machines. A kernel like Debian's (5.5 MiB, prefers
 * 16 MiB, unpacks in a window of 17 MiB, aligned to 16 MiB), an initrd, and the machine around.
 *
 *     MiB   0    1        ...       16                 33        ...          RAM's end
 *           [low][files: GRUB's modules  [ the window, from the preferred address on ]
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/judge.h"

#define MIB 0x100000ull
#define ANY 1 /* somewhere, not where it lies */
#define STAYS 2

static struct journey journey;

enum { FIXED = BATON_SEG_FIXED, LINUX = BATON_SEG_SKEW | BATON_SEG_INPLACE };

/* clang-format off */
static const struct place_case {
    const char *name;
    uint64_t ram_end;
    uint64_t kernel, kernel_size, prefer, align, window;
    uint64_t initrd, initrd_size, initrd_max;
    enum baton_policy policy;
    uint64_t kernel_goes, initrd_goes; /* an address, ANY or STAYS */
    int error;
    uint32_t flags; /* 0: LINUX */
} cases[] = {
    {"prefer: kernel to its preferred address, initrd stays", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 8 * MIB, MIB, 0,
     BATON_PLACE_PREFER, 16 * MIB, STAYS},
    {"prefer: kernel at an odd 512 bytes, so that its pages stay pages", 128 * MIB,
     2 * MIB + 0x4200, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 8 * MIB, MIB, 0,
     BATON_PLACE_PREFER, 16 * MIB - 0xe00, STAYS},
    {"prefer: initrd in the window: the kernel goes where nothing is", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 20 * MIB, MIB, 0,
     BATON_PLACE_PREFER, 32 * MIB, STAYS},
    {"prefer: the same, no room beside: the initrd moves", 40 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 20 * MIB, MIB, 0,
     BATON_PLACE_PREFER, 16 * MIB, ANY},
    {"prefer: not relocatable: the initrd moves", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 0x1000, 17 * MIB, 20 * MIB, MIB, 0,
     BATON_PLACE_PREFER, 16 * MIB, ANY, 0, FIXED},
    {"auto: a kernel that unpacks itself to where it prefers to run stays", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 8 * MIB, MIB, 0,
     BATON_PLACE_AUTO, STAYS, STAYS},
    {"auto: an initrd in the window is smaller, and moves", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 20 * MIB, MIB, 0,
     BATON_PLACE_AUTO, STAYS, ANY},
    {"auto: it is larger: the kernel moves", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 20 * MIB, 30 * MIB, 0,
     BATON_PLACE_AUTO, 64 * MIB, STAYS},
    {"auto: a kernel above its preferred address would run elsewhere: it moves", 128 * MIB,
     48 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 8 * MIB, MIB, 0,
     BATON_PLACE_AUTO, 16 * MIB, STAYS},
    {"auto: a kernel that does not say how much it unpacks into moves", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 0, 8 * MIB, MIB, 0,
     BATON_PLACE_AUTO, 16 * MIB, STAYS},
    {"auto: not relocatable", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 0x1000, 17 * MIB, 8 * MIB, MIB, 0,
     BATON_PLACE_AUTO, 16 * MIB, STAYS, 0, FIXED},
    {"auto: what it unpacks into is not all RAM", 30 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, MIB, 17 * MIB, 8 * MIB, MIB, 0,
     BATON_PLACE_AUTO, 0, 0, BATON_E_NO_ROOM},
    {"none: the kernel starts where it lies", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 8 * MIB, MIB, 0,
     BATON_PLACE_NONE, STAYS, STAYS},
    {"none: at any byte", 128 * MIB,
     2 * MIB + 0x4203, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 8 * MIB + 0x123, MIB, 0,
     BATON_PLACE_NONE, STAYS, STAYS},
    {"none: the initrd in the window moves, the larger kernel stays", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 20 * MIB, MIB, 0,
     BATON_PLACE_NONE, STAYS, ANY},
    {"none: a large initrd in the window stays, the kernel moves", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 20 * MIB, 30 * MIB, 0,
     BATON_PLACE_NONE, 64 * MIB, STAYS},
    {"all: even the initrd", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 8 * MIB, MIB, 0,
     BATON_PLACE_ALL, 16 * MIB, ANY},
    {"all: a kernel that lies where it wants to be", 128 * MIB,
     16 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 40 * MIB, MIB, 0,
     BATON_PLACE_ALL, ANY, ANY},
    {"prefer: a kernel that lies where it wants to be", 128 * MIB,
     16 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 40 * MIB, MIB, 0,
     BATON_PLACE_PREFER, STAYS, STAYS},
    {"small: the window just fits", 33 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 8 * MIB, MIB, 0,
     BATON_PLACE_PREFER, 16 * MIB, STAYS},
    {"small: the window is a page too large", 33 * MIB - 0x1000,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 8 * MIB, MIB, 0,
     BATON_PLACE_PREFER, 0, 0, BATON_E_NO_ROOM},
    {"small: no room for initrd and window", 34 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 8 * MIB, 25 * MIB, 0,
     BATON_PLACE_PREFER, 0, 0, BATON_E_NO_ROOM},
    {"fixed and not in RAM", 24 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 0x1000, 17 * MIB, 8 * MIB, MIB, 0,
     BATON_PLACE_PREFER, 0, 0, BATON_E_NOT_RAM, FIXED},
    {"full: an initrd of nearly all of RAM stays", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, MIB, 17 * MIB, 34 * MIB, 93 * MIB, 0,
     BATON_PLACE_PREFER, 16 * MIB, STAYS},
    {"full: it lies in the way, by a page, and moves up by a page", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 33 * MIB - 0x1000, 94 * MIB, 0,
     BATON_PLACE_PREFER, 16 * MIB, 33 * MIB},
    {"initrd_addr_max below where it lies", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 64 * MIB, MIB, 16 * MIB,
     BATON_PLACE_PREFER, 16 * MIB, 15 * MIB},
    {"initrd_addr_max: its last byte lies at it", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 64 * MIB, MIB, 65 * MIB,
     BATON_PLACE_PREFER, 16 * MIB, STAYS},
    {"initrd_addr_max: one byte lower, and it moves", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 64 * MIB, MIB, 65 * MIB - 1,
     BATON_PLACE_PREFER, 16 * MIB, ANY},
    {"initrd_addr_max too low for anything", 128 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 64 * MIB, MIB, MIB / 2,
     BATON_PLACE_PREFER, 0, 0, BATON_E_NO_ROOM},
    {"no initrd", 64 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 0, 0, 0,
     BATON_PLACE_PREFER, 16 * MIB, 0},
    {"files above 2 GiB, kernel to 16 MiB", 3072 * MIB,
     2500 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 2600 * MIB, 400 * MIB, 0,
     BATON_PLACE_PREFER, 16 * MIB, STAYS},
    {"an initrd above 2 GiB that must come below 896 MiB", 3072 * MIB,
     2 * MIB, 5 * MIB, 16 * MIB, 16 * MIB, 17 * MIB, 2600 * MIB, 40 * MIB, 896 * MIB,
     BATON_PLACE_PREFER, 16 * MIB, 856 * MIB},
};
/* clang-format on */

static void stage(const struct place_case *c)
{
    struct baton_segment *s;

    journey_start(&journey, 0xc0105000, 0x105000);
    machine_memory(&journey.machine, 0, 0x9fc00, BATON_MEM_USABLE);
    machine_memory(&journey.machine, 0xf0000, MIB, BATON_MEM_RESERVED);
    machine_memory(&journey.machine, MIB, c->ram_end, BATON_MEM_USABLE);
    machine_ready(&journey.machine);
    journey.request.place = c->policy;
    s = journey_segment(&journey, "kernel", c->flags ? c->flags : LINUX);
    s->source = c->kernel;
    s->file_size = s->mem_size = c->kernel_size;
    s->prefer = c->prefer;
    s->align = c->align;
    s->window = c->window;
    s->min = MIB;
    machine_file(&journey.machine, c->kernel, c->kernel_size);
    if (!c->initrd_size)
        return;
    s = journey_segment(&journey, "initrd", BATON_SEG_SKEW);
    s->source = c->initrd;
    s->file_size = s->mem_size = c->initrd_size;
    s->flags |= BATON_SEG_ANYWHERE;
    s->min = MIB;
    if (c->initrd_max)
        s->max = c->initrd_max;
    machine_file(&journey.machine, c->initrd, c->initrd_size);
}

static void assert_goes(const struct place_case *c, const struct baton_segment *s, uint64_t goes)
{
    bool right = goes == ANY ? s->dest != s->source : s->dest == (goes == STAYS ? s->source : goes);

    if (!right) {
        print_error("%s: the %s goes from 0x%llx to 0x%llx\n", c->name, s->what,
                    (unsigned long long)s->source, (unsigned long long)s->dest);
        fail();
    }
}

static void known_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct place_case *c = &cases[i];
        struct baton_refusal why = {0};

        stage(c);
        int error = baton_place(&journey.machine.host, &journey.request, &journey.payload, &why);
        if (error != c->error)
            print_error("%s: %s\n", c->name, baton_error_name(error));
        assert_int_equal(error, c->error);
        assert_int_equal(journey.machine.asked, 0); /* it allocates nothing */
        if (error) {
            assert_int_equal(why.error, error);
            continue;
        }
        assert_goes(c, &journey.payload.segment[0], c->kernel_goes);
        if (c->initrd_size)
            assert_goes(c, &journey.payload.segment[1], c->initrd_goes);
        assert_journey(&journey, judge_places(&journey));
    }
}

/* A kernel that is started below its preferred address unpacks at the preferred one. */
static void window_of_a_low_kernel(void **state)
{
    const struct place_case *c = cases;

    (void)state;
    while (c->policy != BATON_PLACE_NONE)
        c++;
    stage(c);
    baton_place(&journey.machine.host, &journey.request, &journey.payload, &journey.why);
    assert_int_equal(journey.payload.segment[0].used.start, 16 * MIB);
    assert_int_equal(journey.payload.segment[0].used.end, 33 * MIB);
}

/* ---- segments that say where ----------------------------------------------------------------- */

/* clang-format off */
static const struct fixed_case {
    const char *name;
    uint64_t at[2], size[2];
    int error;
    uint64_t value, limit; /* of the refusal */
} fixed[] = {
    {"apart", {4 * MIB, 5 * MIB}, {MIB, MIB}, 0},
    {"touching", {4 * MIB, 5 * MIB}, {MIB, 1}, 0},
    {"one byte in common", {4 * MIB, 5 * MIB - 1}, {MIB, MIB}, BATON_E_OVERLAP, 5 * MIB - 1,
     4 * MIB},
    {"the first byte in common", {4 * MIB, 3 * MIB}, {MIB, MIB + 1}, BATON_E_OVERLAP, 3 * MIB,
     4 * MIB},
    {"one within the other", {4 * MIB, 4 * MIB + 0x80000}, {MIB, 1}, BATON_E_OVERLAP,
     4 * MIB + 0x80000, 4 * MIB},
    {"the same", {4 * MIB, 4 * MIB}, {MIB, MIB}, BATON_E_OVERLAP, 4 * MIB, 4 * MIB},
    {"one page, no byte in common", {4 * MIB, 4 * MIB + 0x801}, {0x801, 1}, 0},
    {"ends with RAM", {15 * MIB}, {MIB}, 0},
    {"ends a byte behind RAM", {15 * MIB}, {MIB + 1}, BATON_E_NOT_RAM, 15 * MIB, 16 * MIB + 1},
    {"begins with RAM", {MIB}, {MIB}, 0},
    {"begins a byte before RAM", {MIB - 1}, {MIB}, BATON_E_NOT_RAM, MIB - 1, 2 * MIB - 1},
    {"beyond all RAM", {64 * MIB}, {1}, BATON_E_NOT_RAM, 64 * MIB, 64 * MIB + 1},
    {"ends at 4 GiB, where no RAM is", {4095 * MIB}, {MIB}, BATON_E_NOT_RAM, 4095 * MIB,
     4096 * MIB},
    {"ends a byte above 4 GiB", {4095 * MIB}, {MIB + 1}, BATON_E_TOO_HIGH, 4095 * MIB,
     4096 * MIB + 1},
    {"on live tables", {8 * MIB}, {0x2000}, BATON_E_LIVE_TABLES, 8 * MIB, 8 * MIB + 0x1000},
    {"a byte before live tables, in the page before", {8 * MIB}, {0x1000}, 0},
    {"in the page behind live tables", {8 * MIB + 0x3000}, {0x1000}, 0},
    {"in the last page of live tables", {8 * MIB + 0x2fff}, {1}, BATON_E_LIVE_TABLES,
     8 * MIB + 0x2fff, 8 * MIB + 0x1000},
};
/* clang-format on */

static void segments_that_say_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(fixed); i++) {
        const struct fixed_case *c = &fixed[i];

        journey_start(&journey, 0xc0105000, 0x105000);
        machine_memory(&journey.machine, MIB, 16 * MIB, BATON_MEM_USABLE);
        machine_ready(&journey.machine);
        machine_keep(&journey.machine, 8 * MIB + 0x1000, 8 * MIB + 0x3000);
        for (int k = 0; k < 2 && c->size[k]; k++) {
            struct baton_segment *s = journey_segment(&journey, "PT_LOAD", BATON_SEG_FIXED);

            s->mem_size = c->size[k];
            s->prefer = c->at[k];
            s->align = 1;
        }
        int error =
            baton_place(&journey.machine.host, &journey.request, &journey.payload, &journey.why);
        if (error != c->error)
            print_error("%s: %s\n", c->name, baton_error_name(error));
        assert_int_equal(error, c->error);
        if (!error)
            continue;
        assert_string_equal(journey.why.what, "PT_LOAD");
        assert_int_equal(journey.why.value, c->value);
        assert_int_equal(journey.why.limit, c->limit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_cases),
        cmocka_unit_test(window_of_a_low_kernel),
        cmocka_unit_test(segments_that_say_where),
    };

    return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
