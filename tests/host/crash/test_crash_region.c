/* The capture kernel's region: its parts, its pool of pages, the memory maps that are made for it. */
#include "baton/crash.h"
#include "tests/host/paper/cm.h"

#define MIB 0x100000ull
#define PAGE ((uint64_t)BATON_PAGE_SIZE)
#define START (16 * MIB)
#define END (32 * MIB)

static struct baton_crash crash;
static struct baton_refusal why;
static struct baton_memory map[16], payload_map[16];
static int used; /* what the usual host's functions were called with */

static void *usual_map(void *ctx, enum baton_window window, uint64_t pa)
{
    assert_ptr_equal(ctx, &used);
    used = (int)window;
    return (void *)(uintptr_t)pa;
}

static void usual_progress(void *ctx, uint64_t done, uint64_t all)
{
    assert_ptr_equal(ctx, &used);
    used = (int)(done + all);
}

static void usual_root_pointer(void *ctx, uint8_t copy[BATON_RSDP_SIZE])
{
    assert_ptr_equal(ctx, &used);
    copy[0] = 'R';
}

static void usual_smbios(void *ctx, struct baton_smbios *smbios)
{
    assert_ptr_equal(ctx, &used);
    smbios->major = 3;
}

/* Low memory, a hole, RAM around the region, tables of the firmware, RAM above. */
static const struct baton_memory machine[] = {
    {0x400, 0x9fc00, BATON_MEM_USABLE},       {0xf0000, MIB, BATON_MEM_RESERVED},
    {MIB, 64 * MIB, BATON_MEM_USABLE},        {64 * MIB, 65 * MIB, BATON_MEM_ACPI},
    {65 * MIB, 4096 * MIB, BATON_MEM_USABLE},
};

static struct baton_host usual = {
    .size = sizeof(usual),
    .ctx = &used,
    .map = usual_map,
    .progress = usual_progress,
    .root_pointer = usual_root_pointer,
    .smbios = usual_smbios,
    .memory = machine,
    .memory_count = COUNT(machine),
};

static void lay_out(void)
{
    assert_int_equal(baton_crash_region(START, END, &crash, &why), 0);
}

static void parts_are_adjacent_up_to_the_end(void **state)
{
    (void)state;
    lay_out();
    assert_true(crash.range.start == START && crash.range.end == END);
    assert_true(crash.tail + BATON_CRASH_POOL * PAGE == crash.low);
    assert_true(crash.low + BATON_CRASH_LOW == crash.headers);
    assert_true(crash.headers + BATON_CRASH_HEADERS == crash.vault);
    assert_true(crash.vault + BATON_CRASH_VAULT == END);
}

static void a_region_that_cannot_be_is_refused(void **state)
{
    static const struct {
        uint64_t start, end;
        const char *what;
    } cases[] = {
        {START + 1, END, "the crash region does not begin and end with a page"},
        {START, END - 1, "the crash region does not begin and end with a page"},
        {0x9f000, END, "the crash region is not between the low memory and 4 GiB"},
        {4095 * MIB, 4096 * MIB + PAGE, "the crash region is not between the low memory and 4 GiB"},
        {START, START + BATON_CRASH_LEAST - PAGE,
         "the crash region is smaller than BATON_CRASH_LEAST"},
        {END, START, "the crash region is smaller than BATON_CRASH_LEAST"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        lay_out();
        assert_int_equal(baton_crash_region(cases[i].start, cases[i].end, &crash, &why),
                         BATON_E_HOST);
        assert_string_equal(why.what, cases[i].what);
        assert_int_equal(crash.size, 0);
        assert_true(crash.range.start == crash.range.end);
    }
    assert_int_equal(
        baton_crash_region(BATON_CRASH_LOW, BATON_CRASH_LOW + BATON_CRASH_LEAST, &crash, &why), 0);
    assert_int_equal(baton_crash_region(4093 * MIB, 4096 * MIB, &crash, &why), 0);
}

static void assert_map(const struct baton_memory *expected, uint32_t count, uint32_t found)
{
    assert_int_equal(found, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(map[i].start == expected[i].start && map[i].end == expected[i].end);
        assert_int_equal(map[i].type, expected[i].type);
    }
}

static void only_the_region_is_usable_for_placing(void **state)
{
    static const struct baton_memory expected[] = {
        {0x400, 0x9fc00, BATON_MEM_KEPT},       {0xf0000, MIB, BATON_MEM_RESERVED},
        {MIB, START, BATON_MEM_KEPT},           {START, END, BATON_MEM_USABLE},
        {END, 64 * MIB, BATON_MEM_KEPT},        {64 * MIB, 65 * MIB, BATON_MEM_ACPI},
        {65 * MIB, 4096 * MIB, BATON_MEM_KEPT},
    };

    (void)state;
    lay_out();
    assert_map(expected, COUNT(expected),
               baton_crash_map(&crash, machine, COUNT(machine), map, COUNT(map)));
    assert_int_equal(COUNT(expected), COUNT(machine) + BATON_CRASH_MORE);
}

static void the_capture_kernel_is_told_of_low_memory_and_the_region(void **state)
{
    const struct baton_memory expected[] = {
        {0x400, 0x9fc00, BATON_MEM_USABLE},    {0xf0000, MIB, BATON_MEM_RESERVED},
        {START, crash.tail, BATON_MEM_USABLE}, {crash.tail, END, BATON_MEM_RESERVED},
        {64 * MIB, 65 * MIB, BATON_MEM_ACPI},
    };
    static const struct baton_memory one[] = {{0, 4096 * MIB, BATON_MEM_USABLE}};
    const struct baton_memory of_one[] = {
        {0, BATON_CRASH_LOW, BATON_MEM_USABLE},
        {START, crash.tail, BATON_MEM_USABLE},
        {crash.tail, END, BATON_MEM_RESERVED},
    };

    (void)state;
    assert_map(expected, COUNT(expected),
               baton_crash_payload_map(&crash, machine, COUNT(machine), map, COUNT(map)));
    assert_map(of_one, COUNT(of_one), baton_crash_payload_map(&crash, one, 1, map, COUNT(map)));
}

/* An entry of the map that is the region, or begins or ends with it: nothing of it is kept. */
static void a_region_without_memory_around_it(void **state)
{
    static const struct {
        uint64_t start, end; /* of the entry */
    } cases[] = {{START, END}, {MIB, END}, {START, 64 * MIB}};

    (void)state;
    lay_out();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct baton_memory entry = {cases[i].start, cases[i].end, BATON_MEM_USABLE};
        struct baton_memory expected[3];
        uint32_t n = 0;

        if (entry.start < START)
            expected[n++] = (struct baton_memory){entry.start, START, BATON_MEM_KEPT};
        expected[n++] = (struct baton_memory){START, END, BATON_MEM_USABLE};
        if (entry.end > END)
            expected[n++] = (struct baton_memory){END, entry.end, BATON_MEM_KEPT};
        assert_map(expected, n, baton_crash_map(&crash, &entry, 1, map, COUNT(map)));
    }
}

static void a_map_that_does_not_fit_is_counted_to_its_end(void **state)
{
    (void)state;
    lay_out();
    for (uint32_t room = 0; room < 7; room++) {
        memset(map, 0, sizeof(map));
        assert_int_equal(baton_crash_map(&crash, machine, COUNT(machine), map, room), 7);
        assert_true(map[room].end == 0);
    }
}

static void the_pool_gives_each_page_once(void **state)
{
    uint64_t pa, expected = crash.low;
    const struct baton_host *host = &crash.host;

    (void)state;
    lay_out();
    assert_int_equal(baton_crash_host(&crash, &usual, map, payload_map, COUNT(map), &why), 0);
    assert_int_equal(host->alloc_page(host->ctx, crash.tail + PAGE - 1, &pa), -1);
    assert_int_equal(host->alloc_page(host->ctx, crash.tail + PAGE, &pa), 0);
    assert_true(pa == crash.tail);
    for (uint32_t i = 1; i < BATON_CRASH_POOL; i++) {
        assert_int_equal(host->alloc_page(host->ctx, UINT32_MAX, &pa), 0);
        assert_true(pa == (expected -= PAGE));
    }
    assert_int_equal(host->alloc_page(host->ctx, UINT32_MAX, &pa), -1);
    host->free_page(host->ctx, crash.tail + 40 * PAGE);
    assert_int_equal(host->alloc_page(host->ctx, UINT32_MAX, &pa), 0);
    assert_true(pa == crash.tail + 40 * PAGE);
    assert_int_equal(crash.strays, 0);
}

static void what_is_no_page_in_use_is_counted(void **state)
{
    const struct baton_host *host = &crash.host;
    uint64_t pa;

    (void)state;
    lay_out();
    assert_int_equal(baton_crash_host(&crash, &usual, map, payload_map, COUNT(map), &why), 0);
    assert_int_equal(host->alloc_page(host->ctx, UINT32_MAX, &pa), 0);
    host->free_page(host->ctx, pa);
    assert_int_equal(crash.strays, 0);
    host->free_page(host->ctx, pa);
    host->free_page(host->ctx, crash.tail - PAGE);
    host->free_page(host->ctx, crash.low);
    host->free_page(host->ctx, UINT64_MAX);
    assert_int_equal(crash.strays, 4);
}

static void the_rest_of_the_host_is_the_usual_one(void **state)
{
    struct baton_host quiet = usual;
    uint8_t copy[BATON_RSDP_SIZE] = {0};
    struct baton_smbios smbios = {.major = 0};

    (void)state;
    lay_out();
    assert_int_equal(baton_crash_host(&crash, &usual, map, payload_map, COUNT(map), &why), 0);
    assert_ptr_equal(crash.host.map(crash.host.ctx, BATON_WINDOW_LIST, 0x1234), 0x1234);
    assert_int_equal(used, BATON_WINDOW_LIST);
    assert_ptr_equal(crash.payload_map, payload_map);
    assert_int_equal(crash.payload_map_count, COUNT(machine));
    crash.host.progress(crash.host.ctx, 3, 4);
    assert_int_equal(used, 7);
    crash.host.root_pointer(crash.host.ctx, copy);
    assert_int_equal(copy[0], 'R');
    crash.host.smbios(crash.host.ctx, &smbios);
    assert_int_equal(smbios.major, 3);
    assert_ptr_equal(crash.host.memory, map);
    assert_int_equal(crash.host.memory_count, COUNT(machine) + 2);
    quiet.progress = NULL;
    quiet.root_pointer = NULL;
    quiet.smbios = NULL;
    assert_int_equal(baton_crash_host(&crash, &quiet, map, payload_map, COUNT(map), &why), 0);
    assert_null(crash.host.progress);
    assert_null(crash.host.root_pointer);
    assert_null(crash.host.smbios);
}

static void a_host_that_does_not_fit_is_refused(void **state)
{
    static const struct baton_memory two[] = {{MIB, 20 * MIB, BATON_MEM_USABLE},
                                              {20 * MIB, 64 * MIB, BATON_MEM_USABLE}};
    static const struct baton_memory reserved[] = {{MIB, 64 * MIB, BATON_MEM_RESERVED}};
    struct baton_host other = usual;
    const char *memory = "the crash region is not in one usable entry of host->memory";

    (void)state;
    lay_out();
    assert_int_equal(baton_crash_host(&crash, &usual, map, payload_map, 6, &why), BATON_E_HOST);
    assert_string_equal(why.what, "the crash region's memory maps have no room for all entries");
    other.memory = two;
    other.memory_count = 2;
    assert_int_equal(baton_crash_host(&crash, &other, map, payload_map, COUNT(map), &why),
                     BATON_E_HOST);
    assert_string_equal(why.what, memory);
    other.memory = reserved;
    other.memory_count = 1;
    assert_int_equal(baton_crash_host(&crash, &other, map, payload_map, COUNT(map), &why),
                     BATON_E_HOST);
    assert_string_equal(why.what, memory);
    other.size = 1;
    assert_int_equal(baton_crash_host(&crash, &other, map, payload_map, COUNT(map), &why),
                     BATON_E_HOST);
    assert_string_equal(why.what, "host->size is not that of this library's struct baton_host");
    crash.size = 1;
    assert_int_equal(baton_crash_host(&crash, &usual, map, payload_map, COUNT(map), &why),
                     BATON_E_HOST);
    assert_string_equal(why.what, "crash->size is not that of this library's struct baton_crash");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_adjacent_up_to_the_end),
        cmocka_unit_test(a_region_that_cannot_be_is_refused),
        cmocka_unit_test(only_the_region_is_usable_for_placing),
        cmocka_unit_test(the_capture_kernel_is_told_of_low_memory_and_the_region),
        cmocka_unit_test(a_region_without_memory_around_it),
        cmocka_unit_test(a_map_that_does_not_fit_is_counted_to_its_end),
        cmocka_unit_test(the_pool_gives_each_page_once),
        cmocka_unit_test(what_is_no_page_in_use_is_counted),
        cmocka_unit_test(the_rest_of_the_host_is_the_usual_one),
        cmocka_unit_test(a_host_that_does_not_fit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
