/* crashkernel=: what is read, and where the region comes to lie. */
#include "kernel/options/crashkernel.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"

#include <stdlib.h>

#define M (1ull << 20)
#define G (1ull << 30)
#define NONE UINT64_MAX          /* refused */
#define OUTSIDE (UINT64_MAX - 1) /* none of the ranges */

/* clang-format off */
static const struct {
    const char *text;
    uint64_t memory, size, offset;
} cases[] = {
    {"64M", 256 * M, 64 * M, 0},
    {"65536K", 256 * M, 64 * M, 0},
    {"0x4000000", 256 * M, 64 * M, 0},
    {"67108863", 256 * M, 64 * M, 0}, /* rounded up to whole pages */
    {"64M@256M", 0, 64 * M, 256 * M},
    {"64M@0x10000000", 0, 64 * M, 256 * M},
    {"1G", 0, G, 0},
    {"512M-2G:64M,2G-:128M", 256 * M, OUTSIDE, 0},
    {"512M-2G:64M,2G-:128M", 512 * M - 1, 64 * M, 0}, /* what firmware leaves of 512 MiB */
    {"512M-2G:64M,2G-:128M", 384 * M, OUTSIDE, 0},
    {"512M-2G:64M,2G-:128M", 384 * M + 1, 64 * M, 0},
    {"512M-2G:64M", 2 * G - 1, OUTSIDE, 0},
    {"0M", G, 0, 0},
    {"0-:0M", G, 0, 0},
    {"512M-2G:64M,2G-:128M", 512 * M, 64 * M, 0},
    {"512M-2G:64M,2G-:128M", 2 * G - 128 * M, 64 * M, 0},
    {"512M-2G:64M,2G-:128M", 2 * G - 128 * M + 1, 128 * M, 0},
    {"512M-2G:64M,2G-:128M", 2 * G, 128 * M, 0},
    {"512M-2G:64M,2G-:128M@64M", 3 * G, 128 * M, 64 * M},
    {"0-:32M,0-:64M", G, 32 * M, 0}, /* the first that fits decides */
    {"", 0, NONE, 0},
    {"M", 0, NONE, 0},
    {"64X", 0, NONE, 0},
    {"64M@", 0, NONE, 0},
    {"64M@x", 0, NONE, 0},
    {"64M ", 0, NONE, 0},
    {"-64M", 0, NONE, 0},
    {"512M-2G", 0, NONE, 0},
    {"512M-2G:", 0, NONE, 0},
    {"2G-512M:64M", 0, NONE, 0},
    {"512M-2G:64M,", 0, NONE, 0},
    {"0x", 0, NONE, 0},
    {"99999999999999999999999M", 0, NONE, 0},
    {"4294967296G", 0, NONE, 0},
};
/* clang-format on */

static void known_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct crashkernel wish;
        bool good = crashkernel_read(cases[i].text, (uint32_t)strlen(cases[i].text),
                                     crashkernel_memory(cases[i].memory), &wish);

        if (good != (cases[i].size != NONE))
            print_error("\"%s\"\n", cases[i].text);
        assert_int_equal(good, cases[i].size != NONE);
        if (!good)
            continue;
        assert_int_equal(wish.outside, cases[i].size == OUTSIDE);
        assert_int_equal(wish.size, cases[i].size == OUTSIDE ? 0 : cases[i].size);
        assert_int_equal(wish.offset, cases[i].offset);
    }
}

/* No byte behind the text is looked at (ASan watches), whatever stands in it. */
static void random_texts(void **state)
{
    static const char letters[] = "0123456789xXKMGkmg-:,@ ab";
    struct dice dice = {dice_seed()};

    (void)state;
    for (uint64_t round = 0; round < dice_rounds(20000); round++) {
        uint32_t length = (uint32_t)dice_roll(&dice, 24);
        char *text = malloc(length ? length : 1);
        struct crashkernel wish;

        for (uint32_t i = 0; i < length; i++)
            text[i] = letters[dice_roll(&dice, sizeof(letters) - 1)];
        if (crashkernel_read(text, length, G, &wish)) {
            assert_true(wish.size < 1ull << 53);
            assert_int_equal(wish.size % BATON_PAGE_SIZE, 0);
        }
        free(text);
    }
}

static const struct baton_memory memory[] = {
    {0, 0x9fc00, BATON_MEM_USABLE},
    {0x9fc00, M, BATON_MEM_RESERVED},
    {M, 256 * M, BATON_MEM_USABLE},
};
static const struct baton_range taken[] = {{M, 2 * M}, {100 * M, 110 * M}};

static const char *place_below(uint64_t limit, uint64_t size, uint64_t offset,
                               struct baton_range *region)
{
    const struct crashkernel wish = {size, offset};

    return crashkernel_place(&wish, memory, 3, taken, 2, limit, region);
}

static const char *place(uint64_t size, uint64_t offset, struct baton_range *region)
{
    return place_below(256 * M, size, offset, region);
}

static void places(void **state)
{
    struct baton_range r;

    (void)state;
    assert_null(place(64 * M, 0, &r)); /* as high as it goes, aligned */
    assert_int_equal(r.start, 192 * M);
    assert_int_equal(r.end, 256 * M);
    assert_null(place(130 * M, 0, &r)); /* above the module */
    assert_int_equal(r.start, 112 * M);
    assert_null(place(64 * M, 16 * M, &r));
    assert_int_equal(r.start, 16 * M);
    assert_non_null(place(64 * M, 96 * M, &r)); /* over a module */
    assert_non_null(place(64 * M, 16 * M + 1, &r));
    assert_non_null(place(64 * M, 240 * M, &r)); /* beyond the end */
    assert_non_null(place(150 * M, 0, &r));
    assert_non_null(place(300 * M, 0, &r));
    assert_non_null(place(UINT64_MAX - 4095, 0, &r));
    assert_null(place(98 * M, 2 * M, &r)); /* exactly between two */
    assert_non_null(place(98 * M + 4096, 2 * M, &r));
}

/* There is memory beyond the limit, but Baton cannot map it: not a page of it is taken. */
static void limits(void **state)
{
    struct baton_range r;

    (void)state;
    assert_null(place_below(208 * M, 64 * M, 144 * M, &r)); /* up to the limit */
    assert_int_equal(r.end, 208 * M);
    assert_non_null(place_below(208 * M, 64 * M, 144 * M + BATON_PAGE_SIZE, &r));
    assert_non_null(place_below(208 * M - BATON_PAGE_SIZE, 64 * M, 144 * M, &r));
    assert_null(place_below(208 * M, 64 * M, 0, &r));
    assert_int_equal(r.end, 208 * M);
    assert_null(place_below(208 * M - BATON_PAGE_SIZE, 64 * M, 0, &r)); /* aligned: a step lower */
    assert_int_equal(r.end, 208 * M - CRASHKERNEL_ALIGN);
    assert_null(place_below(208 * M, 208 * M - 110 * M, 110 * M, &r));
    assert_non_null(place_below(64 * M - BATON_PAGE_SIZE, 64 * M, 0, &r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts),
        cmocka_unit_test(random_texts),
        cmocka_unit_test(places),
        cmocka_unit_test(limits),
    };

    return cmocka_run_group_tests_name("crashkernel", tests, NULL, NULL);
}
