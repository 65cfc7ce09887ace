/*
 * A host that breaks the contract of baton.h: each time a refusal that names it, never a crash, and
 * nothing is kept.
 */
#include "tests/host/cm.h"
#include "tests/host/sample.h"

#define PAGE ((uint64_t)BATON_PAGE_SIZE)

static struct journey j;

/* ---- alloc_page ------------------------------------------------------------------------------- */

static unsigned calls, liar_at; /* the call, from 1, that gives a wrong page */
static uint64_t wrong_pa, given[4096];
static bool again; /* what it gave before is given again */

static int lie(void *ctx, uint64_t below, uint64_t *pa)
{
    if (++calls == liar_at) {
        *pa = again ? given[0] : wrong_pa;
        return 0;
    }
    int error = j.machine.host.alloc_page(ctx, below, pa);
    if (!error && calls < COUNT(given))
        given[calls - 1] = *pa;
    return error;
}

static void free_but_lies(void *ctx, uint64_t pa)
{
    if (machine_is_lent(pa))
        j.machine.host.free_page(ctx, pa);
}

/* Every call lies once. Returns at how many calls the lie was seen. */
static unsigned lie_at_every_call(const char *what)
{
    struct recipe recipe;
    unsigned seen = 0;

    for (liar_at = again ? 2 : 1;; liar_at++) {
        sample_recipe(true, 1, &recipe);
        recipe_stage(&recipe, &j);
        const struct baton_host honest = j.machine.host;
        struct baton_host liar = honest;
        liar.alloc_page = lie;
        liar.free_page = free_but_lies;
        calls = 0;
        int error = baton_place(&liar, &j.request, &j.payload, &j.why);
        assert_int_equal(error, 0);
        error = baton_image_make(&liar, &j.request, &j.cpu, &j.payload, &j.image, &j.why);
        if (calls < liar_at) {
            assert_int_equal(error, 0);
            baton_image_free(&j.image);
            return seen;
        }
        if (error != BATON_E_HOST || strcmp(j.why.what, what) != 0)
            print_error("call %u: %d, %s\n", liar_at, error, j.why.what);
        assert_int_equal(error, BATON_E_HOST);
        assert_string_equal(j.why.what, what);
        assert_int_equal(j.machine.lent, 0);
        assert_false(j.image.armed);
        assert_null(j.image.host);
        seen++;
    }
}

static void pages_that_are_wrong(void **state)
{
    static const struct {
        uint64_t pa;
        const char *what;
    } cases[] = {
        {0, "alloc_page gives an address that is no page's, or the page at 0"},
        {0x300800, "alloc_page gives an address that is no page's, or the page at 0"},
        {1ull << 32, "alloc_page gives a page above the limit that it was given"},
        {0xfffffffffffff000, "alloc_page gives a page above the limit that it was given"},
        {0xa0000, "alloc_page gives a page that is no usable RAM by the host's memory map"},
    };

    (void)state;
    again = false;
    for (size_t i = 0; i < COUNT(cases); i++) {
        wrong_pa = cases[i].pa;
        assert_true(lie_at_every_call(cases[i].what) > 5);
    }
}

static void pages_that_are_taken(void **state)
{
    (void)state;
    again = false;
    sample_load(true, 1, &j);
    wrong_pa = baton_page_down(j.payload.segment[0].source);
    assert_true(lie_at_every_call("alloc_page gives a page of a payload's file") > 5);
    assert_true(j.machine.host.keep_count > 0);
    wrong_pa = j.machine.host.keep[0].start;
    assert_true(
        lie_at_every_call("alloc_page gives a page of the live tables, or the trampoline's") > 5);
}

static void pages_given_twice(void **state)
{
    (void)state;
    again = true;
    assert_true(lie_at_every_call("alloc_page gives a page that it has given before") > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_that_are_wrong),
        cmocka_unit_test(pages_that_are_taken),
        cmocka_unit_test(pages_given_twice),
    };

    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
