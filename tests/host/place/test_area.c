/* Generated areas of any size: contiguous at their destination, from pages that lie anywhere. */
#include "tests/host/paper/cm.h"
#include "tests/host/random/journey.h"
#include "tests/host/paper/judge.h"

#include <string.h>

#define PAGE BATON_PAGE_SIZE

static struct journey j;
static uint32_t size;  /* bytes of the area */
static uint8_t change; /* what finish() adds to every byte */

static uint8_t byte_at(uint64_t offset)
{
    return (uint8_t)(offset * 7 + offset / PAGE + change);
}

static const struct baton_segment *area(void)
{
    return baton_segment_find(&j.payload, BATON_ROLE_MEMORY_MAP, 0);
}

/* In parts that cross the ends of pages. */
static void finish(const struct baton_image *image, const struct baton_request *request,
                   struct baton_payload *payload)
{
    uint8_t part[1000];

    (void)request;
    for (uint32_t at = 0, n; at < size; at += n) {
        n = size - at < sizeof(part) ? size - at : sizeof(part);
        for (uint32_t i = 0; i < n; i++)
            part[i] = byte_at(at + i);
        assert_true(baton_area_write(image->host, payload, area(), at, part, n));
    }
    payload->entry = (struct baton_entry){BATON_ENTRY_FLAT32, {.eip = 0x200000}};
}

static const struct baton_format format = {.name = "with an area", .finish = finish};

/* A kernel over half of the memory, and an area behind it. */
static void stage(uint32_t bytes)
{
    struct baton_segment *s;

    size = bytes;
    change = 0;
    journey_start(&j, 0xc0105000, 0x105000);
    machine_memory(&j.machine, 0, 0x9f000, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0x100000, 0x200000, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    machine_file(&j.machine, 0x180000, 0x8000);
    j.machine.order = LEND_RANDOM;
    s = journey_segment(&j, "kernel", BATON_SEG_FIXED);
    s->source = 0x180000;
    s->file_size = s->mem_size = 0x8000;
    s->prefer = 0x110000;
    s->min = 0x100000;
    assert_int_equal(baton_area_add(&j.payload, BATON_ROLE_MEMORY_MAP, "area", bytes, &j.why), 0);
    j.payload.format = &format;
}

/* What journey_run() has compared with the destination. */
static void assert_area(void)
{
    for (uint32_t i = 0; i < (size + PAGE - 1) / PAGE * PAGE; i++)
        assert_int_equal(*machine_at(area()[i / PAGE].source + i % PAGE),
                         i < size ? byte_at(i) : 0);
}

static const uint32_t sizes[] = {1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 5 * PAGE, 40 * PAGE};

static void every_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        uint32_t pages = (sizes[i] + PAGE - 1) / PAGE;

        stage(sizes[i]);
        assert_int_equal(journey_load(&j), 0);
        assert_int_equal(j.payload.segments, 1 + pages);
        assert_int_equal(area()->dest % PAGE, 0);
        for (uint32_t k = 0; k < pages; k++)
            assert_int_equal(area()[k].dest, area()->dest + k * PAGE);
        assert_true(journey_judge(&j));
        assert_true(journey_run(&j));
        assert_area();
        assert_true(journey_unload(&j));
    }
}

/* finish() may be called again: what it writes then is what arrives, with its digest. */
static void filled_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        stage(sizes[i]);
        j.request.digest_page = journey_digest_code;
        assert_int_equal(journey_load(&j), 0);
        change = 99;
        baton_payload_finish(&j.request, &j.payload, &j.image);
        assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why), 0);
        assert_true(journey_judge(&j));
        assert_true(journey_run(&j));
        assert_area();
        assert_true(journey_unload(&j));
    }
}

/* The limits of the first page are the area's. */
static void limits(void **state)
{
    (void)state;
    stage(5 * PAGE);
    j.payload.segment[1].min = 0x120000;
    j.payload.segment[1].max = 0x140000;
    j.payload.segment[1].align = 0x10000;
    assert_int_equal(journey_load(&j), 0);
    assert_true(area()->dest == 0x120000 || area()->dest == 0x130000);
    assert_journey(&j, journey_finish(&j));

    stage(5 * PAGE);
    j.payload.segment[1].min = 0x120000;
    j.payload.segment[1].max = 0x124000;
    assert_int_equal(journey_load(&j), BATON_E_NO_ROOM);
    assert_string_equal(j.why.what, "area");
    assert_int_equal(j.why.value, 5 * PAGE);
}

/* Too large for the payload's segments: refused, and nothing is added. */
static void too_large(void **state)
{
    struct baton_refusal why;

    (void)state;
    stage(PAGE);
    uint32_t before = j.payload.segments, left = BATON_SEGMENTS - before;
    assert_int_equal(
        baton_area_add(&j.payload, BATON_ROLE_OTHER, "more", (uint64_t)left * PAGE + 1, &why),
        BATON_E_SEGMENTS);
    assert_int_equal(why.value, BATON_SEGMENTS + 1);
    assert_int_equal(j.payload.segments, before);
    assert_int_equal(baton_area_add(&j.payload, BATON_ROLE_OTHER, "more", UINT64_MAX, &why),
                     BATON_E_SEGMENTS);
    assert_int_equal(
        baton_area_add(&j.payload, BATON_ROLE_OTHER, "more", (uint64_t)left * PAGE, &why), 0);
    assert_int_equal(j.payload.segments, BATON_SEGMENTS);
    assert_string_equal(j.payload.segment[before].what, "more");
    assert_string_equal(j.payload.segment[before + 1].what, "more 2");
}

/* No write goes past the end of an area, nor into another one. */
static void writes_end(void **state)
{
    static const uint8_t bytes[PAGE + 1];
    const struct baton_host *host = &j.machine.host;

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        uint32_t end = (sizes[i] + PAGE - 1) / PAGE * PAGE;

        for (int another = 0; another < 2; another++) {
            stage(sizes[i]);
            if (another)
                assert_int_equal(
                    baton_area_add(&j.payload, BATON_ROLE_OTHER, "b", 2 * PAGE, &j.why), 0);
            assert_int_equal(journey_load(&j), 0);
            assert_true(baton_area_write(host, &j.payload, area(), end - 1, bytes, 1));
            assert_true(baton_area_write(host, &j.payload, area(), end, bytes, 0));
            assert_false(baton_area_write(host, &j.payload, area(), end - 1, bytes, 2));
            assert_false(baton_area_write(host, &j.payload, area(), end, bytes, 1));
            assert_false(baton_area_write(host, &j.payload, area(), 1ull << 60, bytes, 1));
            assert_true(journey_unload(&j));
        }
    }
}

/* Each allocation fails once: the load is refused, and nothing is kept (H7). */
static void allocations_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (uint64_t fail_at = 1;; fail_at++) {
            stage(sizes[i]);
            j.machine.fail_at = fail_at;
            int error = journey_load(&j);

            assert_string_equal(j.wrong, "");
            if (!error) {
                assert_true(fail_at > (sizes[i] + PAGE - 1) / PAGE);
                assert_true(journey_unload(&j));
                break;
            }
            assert_int_equal(error, BATON_E_NO_PAGES);
        }
}

/* ---- the dry run finds what is wrong with an area's pages */

static void take_the_list(void)
{
    j.payload.segment[2].source = j.image.list;
}

static void take_the_control_page(void)
{
    j.payload.segment[2].source = j.image.control;
}

static void take_a_table(void)
{
    j.payload.segment[2].source = j.image.tables[1];
}

static void take_the_other_page(void)
{
    j.payload.segment[2].source = j.payload.segment[1].source;
}

static void take_a_free_page(void)
{
    j.payload.segment[2].source = 0x1ff000;
    if (machine_is_lent(0x1ff000))
        j.payload.segment[2].source = 0x180000;
}

static void take_the_swap_page(void)
{
    j.image.swap = j.payload.segment[2].source;
}

static void cut_it(void)
{
    j.payload.segment[2].file_size = PAGE - 1;
}

static void exchange_pages(void)
{
    uint64_t first = j.payload.segment[1].source;

    j.payload.segment[1].source = j.payload.segment[2].source;
    j.payload.segment[2].source = first;
}

static const struct damage {
    const char *name;
    void (*apply)(void);
    const char *said;
} damages[] = {
    {"the list", take_the_list, "H2: a generated page is no page of its own"},
    {"the control page", take_the_control_page, "H2: a generated page is no page of its own"},
    {"a table", take_a_table, "H2: a generated page is no page of its own"},
    {"another page of it", take_the_other_page, "H2: a generated page is no page of its own"},
    {"a page of the host's", take_a_free_page, "H2: a generated page is no page of its own"},
    {"the swap page", take_the_swap_page, "H2: the swap page is no page of its own"},
    {"not a whole page", cut_it, "H4: a generated page is not moved as a whole"},
    {"exchanged", exchange_pages, "H4: a page gets the wrong source"},
};

static void dry_run(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(damages); i++) {
        stage(5 * PAGE);
        assert_int_equal(journey_load(&j), 0);
        struct baton_payload payload = j.payload;
        struct baton_image image = j.image;

        damages[i].apply();
        assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why),
                         BATON_E_CHECK);
        assert_string_equal(j.why.what, damages[i].said);
        assert_false(j.image.armed);
        j.payload = payload;
        j.image = image;
        assert_true(journey_unload(&j));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size), cmocka_unit_test(filled_again),
        cmocka_unit_test(limits),     cmocka_unit_test(too_large),
        cmocka_unit_test(writes_end), cmocka_unit_test(allocations_fail),
        cmocka_unit_test(dry_run),
    };

    return cmocka_run_group_tests_name("area", tests, NULL, NULL);
}
