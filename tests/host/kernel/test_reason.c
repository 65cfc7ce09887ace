/* Why a segment moves: each reason, from a payload that baton_place has placed. */
#include "kernel/load/reason.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/journey.h"

#define MIB 0x100000ull
#define MOVABLE (BATON_SEG_SKEW | BATON_SEG_INPLACE)

static struct journey j;

/* A kernel of 5 MiB that prefers 16 MiB; RAM from 1 MiB to 128 MiB. */
static const struct reason_case {
    const char *name;
    uint32_t place, flags;
    uint64_t kernel, window;
    uint64_t initrd, initrd_size, initrd_max; /* 0: no initrd, no limit */
    const char *kernel_reason, *initrd_reason; /* NULL: it stays */
} cases[] = {
    {"nothing moves", BATON_PLACE_AUTO, MOVABLE, 2 * MIB, 17 * MIB, 8 * MIB, MIB, 0, NULL, NULL},
    {"by its word", BATON_PLACE_PREFER, MOVABLE, 2 * MIB, 17 * MIB, 8 * MIB, MIB, 0,
     "to the address that it prefers (place=prefer)", NULL},
    {"at an odd address", BATON_PLACE_PREFER, MOVABLE, 2 * MIB + 0x4200, 17 * MIB, 8 * MIB, MIB, 0,
     "to the address that it prefers (place=prefer)", NULL},
    {"everything", BATON_PLACE_ALL, MOVABLE, 2 * MIB, 17 * MIB, 8 * MIB, MIB, 0, "everything moves (place=all)",
     "everything moves (place=all)"},
    {"not relocatable", BATON_PLACE_AUTO, BATON_SEG_FIXED, 2 * MIB, 17 * MIB, 8 * MIB, MIB, 0,
     "it can only be at", NULL},
    {"an initrd in the window", BATON_PLACE_AUTO, MOVABLE, 2 * MIB, 17 * MIB, 20 * MIB, MIB, 0,
     NULL, "the kernel unpacks there"},
    {"a larger one", BATON_PLACE_AUTO, MOVABLE, 2 * MIB, 17 * MIB, 20 * MIB, 30 * MIB, 0,
     "the memory that it unpacks into from there is in use, or is no RAM", NULL},
    {"above where it prefers to be", BATON_PLACE_AUTO, MOVABLE, 48 * MIB, 17 * MIB, 8 * MIB, MIB, 0,
     "from there it would not run where it prefers to, at", NULL},
    {"no init_size", BATON_PLACE_AUTO, BATON_SEG_SKEW, 2 * MIB + 0x4200, 17 * MIB, 8 * MIB, MIB, 0,
     "it does not say how much memory it unpacks into", NULL},
    {"too high", BATON_PLACE_AUTO, MOVABLE, 2 * MIB, 17 * MIB, 64 * MIB, MIB, 60 * MIB, NULL,
     "the kernel reads it only below"},
    {"where the kernel goes", BATON_PLACE_PREFER, BATON_SEG_FIXED, 2 * MIB, 0, 16 * MIB, MIB, 0,
     "it can only be at", "another part of the payload goes there"},
    {"in the middle of a page", BATON_PLACE_AUTO, MOVABLE, 2 * MIB, 17 * MIB, 8 * MIB + 4, MIB, 0,
     NULL, "it does not begin at the start of a page"},
};

static void stage(const struct reason_case *c)
{
    journey_start(&j, 0xc0105000, 0x8000);
    machine_memory(&j.machine, MIB, 128 * MIB, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    j.request.place = c->place;

    struct baton_segment *s = journey_segment(&j, "kernel", c->flags);
    s->source = c->kernel;
    s->file_size = s->mem_size = 5 * MIB;
    s->prefer = 16 * MIB;
    s->min = MIB;
    s->align = c->flags & BATON_SEG_FIXED ? BATON_PAGE_SIZE : 16 * MIB;
    s->window = c->window;
    machine_file(&j.machine, s->source, s->file_size);

    s = journey_segment(&j, "initrd", BATON_SEG_ANYWHERE);
    s->role = BATON_ROLE_MODULE;
    s->source = c->initrd;
    s->file_size = s->mem_size = c->initrd_size;
    s->min = MIB;
    if (c->initrd_max)
        s->max = c->initrd_max;
    machine_file(&j.machine, s->source, s->file_size);
}

static void is_reason(const struct reason_case *c, uint32_t segment, const char *expected)
{
    uint64_t address;
    const char *reason = reason_to_move(&j.payload, c->place, segment, &address);

    if (!reason || !expected || strcmp(reason, expected))
        if (reason || expected)
            fail_msg("%s: segment %u: %s; expected: %s", c->name, segment,
                     reason ? reason : "it stays", expected ? expected : "it stays");
    bool ends = reason && (strstr(reason, " at") || strstr(reason, " below"));
    assert_int_equal(address, !ends ? 0 : segment ? c->initrd_max : 16 * MIB);
}

static void each_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        stage(&cases[i]);
        assert_int_equal(baton_place(&j.machine.host, &j.request, &j.payload, &j.why), 0);
        is_reason(&cases[i], 0, cases[i].kernel_reason);
        is_reason(&cases[i], 1, cases[i].initrd_reason);
    }
}

/* A second initrd, at the start of a page, but not where the first one ends. */
static void one_piece(void **state)
{
    struct reason_case c = cases[0]; /* nothing moves */

    (void)state;
    for (uint64_t gap = 0; gap < 2 * MIB; gap += MIB) {
        stage(&c);
        struct baton_segment *s = journey_segment(&j, "initrd 2", BATON_SEG_FOLLOWS);
        s->role = BATON_ROLE_MODULE;
        s->source = c.initrd + c.initrd_size + gap;
        s->file_size = s->mem_size = MIB;
        machine_file(&j.machine, s->source, s->file_size);
        assert_int_equal(baton_place(&j.machine.host, &j.request, &j.payload, &j.why), 0);
        is_reason(&c, 1, NULL);
        is_reason(&c, 2, gap ? "the initrds are made one piece" : NULL);
    }
}

/* A generated page has no source to move from. */
static void a_generated_page(void **state)
{
    struct baton_payload payload = {.segments = 1};
    uint64_t address;

    (void)state;
    payload.segment[0].flags = BATON_SEG_GENERATED;
    payload.segment[0].dest = 0x1000;
    assert_null(reason_to_move(&payload, BATON_PLACE_ALL, 0, &address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_reason),
        cmocka_unit_test(one_piece),
        cmocka_unit_test(a_generated_page),
    };

    return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
