/*
 * The digest page and the dry run: every bit of what the page compares, and pages that should be
 * there and are not. A segment that changes after the load is the hand-off's to find.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/has_sha.h"
#include "tests/host/random/sample.h"

#define SCRATCH 4
#define RANGES 0x400
#define DIGEST 8
#define WHAT 40

static struct journey j;

static int check(void)
{
    return baton_image_check(&j.request, &j.payload, &j.image, &j.why);
}

/* Of the table. The digests themselves, scratch words and what lies behind the last range are not
 * the dry run's. */
static bool is_proved(unsigned offset, unsigned ranges)
{
    unsigned at = (offset - RANGES) % sizeof(struct digest_range);

    if (offset < SCRATCH)
        return true;
    return offset >= RANGES && offset < RANGES + ranges * sizeof(struct digest_range) &&
           (at < DIGEST || at >= WHAT);
}

static void every_bit(uint64_t page)
{
    unsigned step = dice_thorough() ? 1 : 8;
    bool table = page == j.image.digest_table;

    for (unsigned offset = 0; offset < BATON_PAGE_SIZE; offset++)
        for (unsigned bit = step == 1 ? 0 : offset % 8; bit < 8; bit += step) {
            *machine_at(page + offset) ^= (uint8_t)(1 << bit);
            bool passes = check() == 0;
            if (passes == (!table || is_proved(offset, 6))) {
                print_error("bit %u of byte 0x%03x of the %s: %s\n", bit, offset,
                            table ? "table" : "page", j.image.armed ? "passes" : j.why.what);
                fail();
            }
            *machine_at(page + offset) ^= (uint8_t)(1 << bit);
        }
    assert_int_equal(check(), 0);
}

static void every_bit_of_the_digest_page_and_of_its_table(void **state)
{
    (void)state;
    sample_load(true, 1, &j);
    assert_int_equal(j.image.counts.digests, 6);
    every_bit(j.image.digest_code);
    every_bit(j.image.digest_table);
}

/* The other page, and digests by the other function; the judge computes them by the usual one. */
static void with_the_sha_extensions(void **state)
{
    struct recipe recipe;

    (void)state;
    if (!has_sha()) {
        print_message("this CPU has no SHA extensions: test_digest.py has one that does\n");
        return;
    }
    sample_recipe(true, 1, &recipe);
    recipe_stage(&recipe, &j);
    j.cpu.has_sha = true;
    assert_int_equal(journey_load(&j), 0);
    assert_memory_equal(machine_at(j.image.digest_code), journey_digest_code + DIGEST_PAGE_SIZE,
                        DIGEST_CODE_SIZE);
    assert_journey(&j, journey_finish(&j));
}

static void refused(const char *what)
{
    assert_int_equal(check(), BATON_E_CHECK);
    assert_string_equal(j.why.what, what);
    assert_false(j.image.armed);
}

static void a_page_that_is_not_the_images(void **state)
{
    uint64_t page;
    uint32_t word = (uint32_t)SAMPLE_BASE;

    (void)state;
    sample_load(false, 1, &j);
    page = j.image.digest_code;
    j.image.digest_code = SAMPLE_BASE;
    refused("H2: the parameters are not the image's");
    machine_write(j.image.control + 0x9cc, &word, 4);
    refused("H2: the digest page is no control page");
    j.image.digest_code = 0;
    word = 0;
    machine_write(j.image.control + 0x9cc, &word, 4);
    refused("H2: the digest page is no control page");
    j.image.digest_code = page;
    word = (uint32_t)page;
    machine_write(j.image.control + 0x9cc, &word, 4);
    assert_int_equal(check(), 0);
    page = j.image.digest_table;
    j.image.digest_table = SAMPLE_BASE;
    refused("H2: the digests' table is no control page");
    j.image.digest_table = j.image.digest_code;
    refused("H2: the digests' table is no control page");
    j.image.digest_table = j.image.list; /* of the image's, but not this one */
    refused("H2: the digest page is not what was asked for");
    j.image.digest_table = page;
    assert_int_equal(check(), 0);
    page = j.image.swap;
    j.image.swap = j.image.digest_code;
    refused("H2: the swap page is no page of its own");
    j.image.swap = j.image.digest_table;
    refused("H2: the swap page is no page of its own");
    j.image.swap = page;
    j.request.digest_page = NULL;
    refused("H2: a digest page that nobody asked for");
}

static void a_segment_more_or_less(void **state)
{
    (void)state;
    sample_load(true, 1, &j);
    j.payload.segment[1].flags |= BATON_SEG_LIVE;
    refused("H2: a segment is not compared");
    j.payload.segment[1].flags &= ~(uint32_t)BATON_SEG_LIVE;
    assert_int_equal(check(), 0);
    j.payload.segment[5].flags |= BATON_SEG_LIVE; /* the last one: there is one range too many */
    refused("H2: something is compared that is no segment");
}

/* What the hand-off itself brings has no digest; all that comes behind it has. */
static void a_live_segment(void **state)
{
    struct recipe recipe;

    (void)state;
    sample_recipe(true, 1, &recipe);
    recipe.segment[1].flags |= BATON_SEG_LIVE;
    recipe_stage(&recipe, &j);
    assert_int_equal(journey_load(&j), 0);
    assert_int_equal(j.image.counts.digests, 5);
    assert_journey(&j, journey_finish(&j));
}

/* generated pages are written again when the host knows more; their digests follow. */
static void made_pages_written_again(void **state)
{
    struct digest_range *range, before;

    (void)state;
    sample_load(true, 1, &j);
    range = (void *)machine_at(j.image.digest_table + RANGES);
    before = range[4];
    assert_string_equal(range[4].what, "made");
    memset(machine_at(j.payload.segment[4].dest), 0xee, BATON_PAGE_SIZE);
    range[4].digest[7] ^= 1; /* as if it had been another page at first */
    baton_payload_finish(&j.request, &j.payload, &j.image);
    assert_memory_equal(&range[4], &before, sizeof(before));
    j.payload.segment[3].source += BATON_PAGE_SIZE; /* no other is taken again */
    before = range[3];
    baton_payload_finish(&j.request, &j.payload, &j.image);
    assert_memory_equal(&range[3], &before, sizeof(before));
}

/* A file may want 48 ranges; of one more the load says so. */
static void as_many_as_the_page_holds(void **state)
{
    (void)state;
    for (unsigned made = 0; made < 2; made++) {
        journey_start(&j, RECIPE_TRAMPOLINE_VA, RECIPE_TRAMPOLINE_PA);
        machine_memory(&j.machine, 0x100000, 0x400000, BATON_MEM_USABLE);
        machine_ready(&j.machine);
        j.request.digest_page = journey_digest_code;
        for (unsigned i = 0; i < DIGEST_RANGES_MAX; i++) {
            struct baton_segment *s = journey_segment(&j, "zeros", BATON_SEG_FIXED);

            s->prefer = 0x200000 + i * BATON_PAGE_SIZE;
            s->mem_size = 1 + i;
        }
        for (unsigned i = 0; i < made; i++)
            journey_segment(&j, "made", BATON_SEG_GENERATED)->mem_size = BATON_PAGE_SIZE;
        assert_int_equal(journey_load(&j), made ? BATON_E_SEGMENTS : 0);
        assert_string_equal(j.wrong, "");
        if (!made)
            assert_journey(&j, journey_finish(&j));
    }
    assert_int_equal(j.why.value, DIGEST_RANGES_MAX + 1);
    assert_int_equal(j.why.limit, DIGEST_RANGES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_of_the_digest_page_and_of_its_table),
        cmocka_unit_test(with_the_sha_extensions),
        cmocka_unit_test(a_page_that_is_not_the_images),
        cmocka_unit_test(a_segment_more_or_less),
        cmocka_unit_test(a_live_segment),
        cmocka_unit_test(made_pages_written_again),
        cmocka_unit_test(as_many_as_the_page_holds),
    };

    return cmocka_run_group_tests_name("check_digest", tests, NULL, NULL);
}
