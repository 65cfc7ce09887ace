/* The memory map made fit for use: known mishaps, and random maps against a look everywhere. */
#include "boot/memmap.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"

#include <inttypes.h>

#define U BATON_MEM_USABLE
#define R BATON_MEM_RESERVED
#define A BATON_MEM_ACPI
#define N BATON_MEM_NVS
#define B BATON_MEM_BAD
#define TOP UINT64_MAX

/* clang-format off */
static const struct memmap_case {
    const char *name;
    struct baton_memory in[6], out[8];
    struct memmap_mended mended;
} cases[] = {
    {"nothing", {{0}}, {{0}}, {0}},
    {"one", {{0x1000, 0x2000, U}}, {{0x1000, 0x2000, U}}, {0}},
    {"a hole stays a hole", {{0, 0x1000, U}, {0x3000, 0x4000, U}},
     {{0, 0x1000, U}, {0x3000, 0x4000, U}}, {0}},
    {"touching, one type", {{0, 0x1000, U}, {0x1000, 0x4000, U}}, {{0, 0x4000, U}}, {0}},
    {"touching, two types", {{0, 0x1000, U}, {0x1000, 0x4000, R}},
     {{0, 0x1000, U}, {0x1000, 0x4000, R}}, {0}},
    {"unsorted", {{0x3000, 0x4000, U}, {0, 0x1000, R}, {0x2000, 0x3000, U}},
     {{0, 0x1000, R}, {0x2000, 0x4000, U}}, {.unsorted = 1}},
    {"empty entries", {{0x5000, 0x5000, R}, {0, 0x1000, U}, {0x700, 0x700, B}},
     {{0, 0x1000, U}}, {.empty = 2, .unsorted = 1}},
    {"overlap of one type", {{0, 0x3000, U}, {0x2000, 0x4000, U}}, {{0, 0x4000, U}}, {0}},
    {"reserved within usable", {{0, 0x9000, U}, {0x3000, 0x4000, R}},
     {{0, 0x3000, U}, {0x3000, 0x4000, R}, {0x4000, 0x9000, U}},
     {.overlaps = 1, .first_overlap = {0x3000, 0x4000, R}}},
    {"usable within reserved", {{0, 0x9000, R}, {0x3000, 0x4000, U}}, {{0, 0x9000, R}},
     {.overlaps = 1, .first_overlap = {0x3000, 0x4000, U}}},
    {"overlapping ends", {{0, 0x3000, U}, {0x2000, 0x5000, R}},
     {{0, 0x2000, U}, {0x2000, 0x5000, R}},
     {.overlaps = 1, .first_overlap = {0x2000, 0x5000, R}}},
    {"overlapping beginnings", {{0x2000, 0x5000, U}, {0, 0x3000, R}},
     {{0, 0x3000, R}, {0x3000, 0x5000, U}},
     {.unsorted = 1, .overlaps = 1, .first_overlap = {0, 0x3000, R}}},
    {"by a byte", {{0, 0x3001, U}, {0x3000, 0x5000, N}},
     {{0, 0x3000, U}, {0x3000, 0x5000, N}},
     {.overlaps = 1, .first_overlap = {0x3000, 0x5000, N}}},
    {"same range twice, usable and not", {{0, 0x1000, U}, {0, 0x1000, A}}, {{0, 0x1000, A}},
     {.overlaps = 1, .first_overlap = {0, 0x1000, A}}},
    {"usable < ACPI < NVS < reserved < bad",
     {{0, 0x5000, U}, {0x1000, 0x5000, A}, {0x2000, 0x5000, N}, {0x3000, 0x5000, R},
      {0x4000, 0x5000, B}},
     {{0, 0x1000, U}, {0x1000, 0x2000, A}, {0x2000, 0x3000, N}, {0x3000, 0x4000, R},
      {0x4000, 0x5000, B}},
     {.overlaps = 4, .first_overlap = {0x1000, 0x5000, A}}},
    {"an unknown type is as strict as reserved", {{0, 0x5000, U}, {0x1000, 0x2000, 20}},
     {{0, 0x1000, U}, {0x1000, 0x2000, 20}, {0x2000, 0x5000, U}},
     {.overlaps = 1, .first_overlap = {0x1000, 0x2000, 20}}},
    {"type 0 is unknown", {{0, 0x5000, U}, {0x1000, 0x2000, 0}},
     {{0, 0x1000, U}, {0x1000, 0x2000, 0}, {0x2000, 0x5000, U}},
     {.overlaps = 1, .first_overlap = {0x1000, 0x2000, 0}}},
    {"to the end of 64 bits", {{0x100000000, TOP, R}, {0, 0x1000, U}},
     {{0, 0x1000, U}, {0x100000000, TOP, R}}, {.unsorted = 1}},
    {"everything, and a page of it", {{0, TOP, U}, {TOP - 0x1000, TOP, R}},
     {{0, TOP - 0x1000, U}, {TOP - 0x1000, TOP, R}},
     {.overlaps = 1, .first_overlap = {TOP - 0x1000, TOP, R}}},
    {"ends before it starts", {{0x5000, 0x1000, U}, {0x2000, 0x3000, U}}, {{0x2000, 0x3000, U}},
     {.empty = 1, .unsorted = 1}},
    {"a PC's", {{0, 0x9fc00, U}, {0x9fc00, 0xa0000, R}, {0xf0000, 0x100000, R},
                {0x100000, 0x7fe0000, U}, {0x7fe0000, 0x8000000, R}, {0xfffc0000, 0x100000000, R}},
     {{0, 0x9fc00, U}, {0x9fc00, 0xa0000, R}, {0xf0000, 0x100000, R}, {0x100000, 0x7fe0000, U},
      {0x7fe0000, 0x8000000, R}, {0xfffc0000, 0x100000000, R}}, {0}},
};
/* clang-format on */

static uint32_t count_of(const struct baton_memory *m, uint32_t most)
{
    uint32_t n = 0;

    while (n < most && (m[n].start || m[n].end))
        n++;
    return n;
}

static void known_maps(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct memmap_case *c = &cases[i];
        struct baton_memory out[16];
        struct memmap_mended mended;
        uint32_t want = count_of(c->out, 8);
        uint32_t n = memmap_normalise(c->in, count_of(c->in, 6), out, 16, &mended);

        if (n != want)
            print_error("%s\n", c->name);
        assert_int_equal(n, want);
        for (uint32_t k = 0; k < n; k++) {
            assert_int_equal(out[k].start, c->out[k].start);
            assert_int_equal(out[k].end, c->out[k].end);
            assert_int_equal(out[k].type, c->out[k].type);
        }
        assert_int_equal(mended.empty, c->mended.empty);
        if (mended.unsorted != c->mended.unsorted)
            print_error("%s\n", c->name);
        assert_int_equal(mended.unsorted, c->mended.unsorted);
        assert_int_equal(mended.overlaps, c->mended.overlaps);
        if (mended.overlaps) {
            assert_int_equal(mended.first_overlap.start, c->mended.first_overlap.start);
            assert_int_equal(mended.first_overlap.end, c->mended.first_overlap.end);
            assert_int_equal(mended.first_overlap.type, c->mended.first_overlap.type);
        }
    }
}

/* With room for exactly what there is it works; with one less it says 0, and writes no more. */
static void room(void **state)
{
    const struct baton_memory in[] = {{0, 0x9000, U}, {0x1000, 0x2000, R}, {0x3000, 0x4000, R}};
    struct baton_memory out[6];
    struct memmap_mended mended;

    (void)state;
    assert_int_equal(memmap_normalise(in, 3, out, 5, &mended), 5);
    for (uint32_t few = 0; few < 5; few++) {
        out[few] = (struct baton_memory){1, 2, 77};
        assert_int_equal(memmap_normalise(in, 3, out, few, &mended), 0);
        assert_int_equal(out[few].type, 77);
    }
}

static void type_names(void **state)
{
    (void)state;
    assert_string_equal(memmap_type_name(BATON_MEM_USABLE), "usable");
    assert_string_equal(memmap_type_name(BATON_MEM_RESERVED), "reserved");
    assert_string_equal(memmap_type_name(BATON_MEM_ACPI), "ACPI tables");
    assert_string_equal(memmap_type_name(BATON_MEM_NVS), "ACPI NVS");
    assert_string_equal(memmap_type_name(BATON_MEM_BAD), "bad");
    assert_string_equal(memmap_type_name(0), "reserved");
    assert_string_equal(memmap_type_name(99), "reserved");
}

/* ---- against a look at every address --------------------------------------------------------- */

#define ENTRIES 24

static int rank(uint32_t type)
{
    return type == U ? 0 : type == A ? 1 : type == N ? 2 : type == B ? 4 : 3;
}

/* How strict the strictest entry at this address is; -1 where there is none. */
static int rank_at(const struct baton_memory *m, uint32_t n, uint64_t at)
{
    int best = -1;

    for (uint32_t i = 0; i < n; i++)
        if (m[i].start <= at && at < m[i].end && rank(m[i].type) > best)
            best = rank(m[i].type);
    return best;
}

static uint64_t random_address(struct dice *dice)
{
    switch (dice_roll(dice, 4)) {
    case 0:
        return TOP - dice_roll(dice, 16);
    case 1:
        return dice_bits(dice);
    default:
        return dice_roll(dice, 64) << (dice_once(dice, 2) ? 12 : 0);
    }
}

static void random_maps(void **state)
{
    static const uint32_t types[] = {U, U, U, R, A, N, B, 6, 20, 0xffffffff, 0};
    uint64_t seed = dice_seed();

    (void)state;
    for (uint64_t round = 0; round < dice_rounds(10000); round++) {
        struct dice dice = {seed + (round << 20)};
        struct baton_memory in[ENTRIES], out[2 * ENTRIES + 1];
        uint32_t count = (uint32_t)dice_roll(&dice, ENTRIES + 1);
        struct memmap_mended mended;

        for (uint32_t i = 0; i < count; i++) {
            in[i].start = random_address(&dice);
            in[i].end = random_address(&dice);
            in[i].type = types[dice_roll(&dice, COUNT(types))];
        }
        uint32_t n = memmap_normalise(in, count, out, 2 * ENTRIES + 1, &mended);
        bool right = true;
        for (uint32_t i = 0; i < n; i++) {
            right = right && out[i].start < out[i].end;
            right = right && (!i || out[i - 1].end <= out[i].start);
            right =
                right && !(i && out[i - 1].end == out[i].start && out[i - 1].type == out[i].type);
        }
        /* every address at which anything may change, the one before, and the one behind */
        for (uint32_t i = 0; i < count; i++)
            for (int k = 0; k < 6; k++) {
                uint64_t at = (k % 2 ? in[i].end : in[i].start) + (uint64_t)(k / 2) - 1;

                if (at != TOP) /* half-open ranges cannot hold it */
                    right = right && rank_at(in, count, at) == rank_at(out, n, at);
            }
        if (!right) {
            print_error("round %" PRIu64 " of seed %" PRIu64 "\n", round, seed);
            for (uint32_t i = 0; i < count; i++)
                print_error("  in  0x%016" PRIx64 " 0x%016" PRIx64 " %u\n", in[i].start, in[i].end,
                            in[i].type);
            for (uint32_t i = 0; i < n; i++)
                print_error("  out 0x%016" PRIx64 " 0x%016" PRIx64 " %u\n", out[i].start,
                            out[i].end, out[i].type);
            fail();
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_maps),
        cmocka_unit_test(room),
        cmocka_unit_test(type_names),
        cmocka_unit_test(random_maps),
    };

    return cmocka_run_group_tests_name("memmap", tests, NULL, NULL);
}
