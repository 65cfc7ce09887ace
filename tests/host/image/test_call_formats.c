/*
 * What the kernels of other formats are told when they are called, and return: the memory map of the
 * payload's own segments, as test_call.c has it of a record.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/multiboot/mbkernel.h"

static struct journey j;

static bool is_a_segment(const struct baton_memory *entry)
{
    for (uint32_t i = 0; i < j.payload.segments; i++)
        if (j.payload.segment[i].dest == entry->start &&
            j.payload.segment[i].mem_size == entry->end - entry->start)
            return true;
    return false;
}

/* All that is not usable is the host's; each usable entry is a segment, and each segment is there. */
static void judge_map(void)
{
    unsigned usable = 0, other = 0;

    for (uint32_t i = 0; i < mb_told.given_count; i++) {
        const struct baton_memory *m = &mb_told.given[i];

        assert_true(!i || m->start >= mb_told.given[i - 1].end);
        usable += m->type == BATON_MEM_USABLE;
        other += m->type != BATON_MEM_USABLE;
        assert_true(m->type != BATON_MEM_USABLE || is_a_segment(m));
    }
    assert_int_equal(usable, j.payload.segments);
    assert_int_equal(other, 3);
}

static void load(unsigned version)
{
    mb_start(&j);
    mb_file(&j, MB_SIZE, &elf_usual);
    if (version == 1)
        mb_header1(MB_HEADER, 0, NULL, 0);
    else
        mb_header2(MB_HEADER, NULL, 0);
    mb_modules(&j);
    j.request.efi = (struct baton_efi){32, 48, 1, 0x1f00000,
                                       machine_file(&j.machine, 0x1800010, 48 * 20)};
    j.request.call = true;
    assert_int_equal(journey_load(&j), 0);
    assert_null(mb_read(&j));
}

static void a_multiboot_kernel_that_returns(void **state)
{
    (void)state;
    for (unsigned version = 1; version <= 2; version++) {
        load(version);
        judge_map();
        assert_int_equal(mb_told.modules, 2);
        if (version == 2) { /* UEFI's map says that the old kernel's memory is free */
            assert_true(mb_tag(&j, 11, 0));
            assert_false(mb_tag(&j, 17, 0));
        }
        /* KiB from 0, and from 1 MiB: none of the payload's segments is there */
        uint32_t sizes = version == 1 ? 4 : mb_tag(&j, 4, 0) + 8;
        assert_int_equal(mb_word(&j, sizes), 0);
        assert_int_equal(mb_word(&j, sizes + 4), 0);
        assert_journey(&j, journey_unload(&j));
    }
}

/* A request with a map of its own is believed, as for any other format. */
static void a_map_that_is_given(void **state)
{
    static const struct baton_memory given[] = {{0x100000, 0x300000, BATON_MEM_USABLE}};

    (void)state;
    for (unsigned version = 1; version <= 2; version++) {
        mb_start(&j);
        mb_file(&j, MB_SIZE, &elf_usual);
        if (version == 1)
            mb_header1(MB_HEADER, 0, NULL, 0);
        else
            mb_header2(MB_HEADER, NULL, 0);
        j.request.call = true;
        j.request.map = given;
        j.request.map_count = 1;
        assert_int_equal(journey_load(&j), 0);
        assert_null(mb_read(&j));
        assert_int_equal(mb_told.given_count, 1);
        assert_int_equal(mb_word(&j, version == 1 ? 8 : mb_tag(&j, 4, 0) + 12), 2048);
        assert_journey(&j, journey_unload(&j));
    }
}

static void a_flat_file_that_returns(void **state)
{
    (void)state;
    mb_start(&j);
    j.request.kernel = machine_file(&j.machine, MB_AT, MB_SIZE);
    j.request.type = "flat";
    j.request.flat.load = 0x200000;
    j.request.call = true;
    assert_int_equal(journey_load(&j), 0);
    assert_true(j.payload.returns && j.image.call);
    assert_journey(&j, journey_unload(&j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_multiboot_kernel_that_returns),
        cmocka_unit_test(a_map_that_is_given),
        cmocka_unit_test(a_flat_file_that_returns),
    };

    return cmocka_run_group_tests_name("call_formats", tests, NULL, NULL);
}
