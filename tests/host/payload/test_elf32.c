/*
 * Static ELF32: what is taken, every lie in the headers, and the record that the kernel is entered
 * with, field by field.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"

#define AT 0x00400000ull
#define SIZE 0x10000ull
#define INITRD 0x00800123ull

static struct journey j;

static void start(void)
{
    journey_start(&j, 0xc0105000, 0x105000);
    machine_memory(&j.machine, 0x100000, 0x2000000, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0x2000000, 0x2010000, BATON_MEM_ACPI);
    machine_memory(&j.machine, 0xfff00000, 0x100000000, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    j.request.command_line = "one two";
    j.request.loader = "QEMU";
    j.request.live = (struct baton_live){0x00123000, 1, 11, 0x5f3c09ab};
}

static int read_kernel(const struct elf_fields *f, uint64_t size)
{
    start();
    j.request.kernel = elf_make(&j.machine, AT, size, f);
    int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
    assert_string_equal(j.machine.violation, "");
    assert_int_equal(j.machine.asked, 0);
    return error;
}

/* ---- what it wants --------------------------------------------------------------------------- */

static void what_it_wants(void **state)
{
    const struct baton_segment *s = j.payload.segment;

    (void)state;
    assert_int_equal(read_kernel(&elf_usual, SIZE), 0);
    assert_int_equal(j.payload.segments, 2 + 3);
    assert_string_equal(j.payload.kind, "static ELF32");
    assert_string_equal(s[0].what, "PT_LOAD 0");
    assert_string_equal(s[1].what, "PT_LOAD 1");
    assert_int_equal(s[0].flags, BATON_SEG_FIXED);
    assert_int_equal(s[0].source, AT + 0x1000);
    assert_int_equal(s[0].prefer, 0x200000);
    assert_int_equal(s[1].source, AT + 0x4000);
    assert_int_equal(s[1].prefer, 0x203000);
    assert_int_equal(s[1].file_size, 0x1234);
    assert_int_equal(s[1].mem_size, 0x9000);
    assert_int_equal(j.payload.entry.registers.eip, 0x200010); /* the entry's physical address */
}

/* Headers that are read over: no PT_LOAD, or nothing in memory; wider headers; headers anywhere. */
static void read_over(void **state)
{
    struct elf_fields f = elf_usual;

    (void)state;
    f.loads = 5;
    f.load[2] = (struct elf_load){4, 0x100, 0, 0, 0x20, 0x20};            /* PT_NOTE */
    f.load[3] = (struct elf_load){0x6474e551, 0, 0, 0, 0, 0};             /* PT_GNU_STACK */
    f.load[4] = (struct elf_load){1, 0x8000, 0xd0000000, 0x900000, 0, 0}; /* empty */
    assert_int_equal(read_kernel(&f, SIZE), 0);
    assert_int_equal(j.payload.segments, 2 + 3);
    f.phentsize = 40;
    f.phoff = 0x777;
    assert_int_equal(read_kernel(&f, SIZE), 0);
    assert_int_equal(j.payload.segments, 2 + 3);
    assert_int_equal(j.payload.segment[1].prefer, 0x203000);
}

/* ---- lies ------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct lie {
    const char *name;
    int error;
    const char *what;
    struct elf_fields f; /* zero fields are the usual ones; load[0] replaces the first segment */
} lies[] = {
    {"64 bits", BATON_E_KIND, "a 64-bit ELF file", {.class = 2}},
    {"big endian", BATON_E_KIND, "an ELF file for a machine that Baton does not know", {.data = 2}},
    {"relocatable object", BATON_E_KIND, "an ELF object file", {.type = 1}},
    {"position independent", BATON_E_KIND, "a position-independent", {.type = 3}},
    {"core dump", BATON_E_KIND, "an ELF core dump", {.type = 4}},
    {"x86-64", BATON_E_KIND, "a 32-bit ELF file for x86-64", {.machine = 62}},
    {"SPARC", BATON_E_KIND, "an ELF file for SPARC", {.machine = 2}},
    {"program headers too short", BATON_E_LEAST, "e_phentsize", {.phentsize = 31}},
    {"program headers behind the file", BATON_E_TRUNCATED, "program headers", {.phoff = SIZE}},
    {"program headers end behind the file", BATON_E_TRUNCATED, "program headers",
     {.phoff = SIZE - 63}},
    {"program headers end with the file", 0, NULL, {.phoff = SIZE - 64}},
    {"program headers at the end of 4 GiB", BATON_E_TRUNCATED, "program headers",
     {.phoff = 0xfffffff0}},
    {"65535 program headers", BATON_E_TRUNCATED, "program headers", {.loads = 0xffff}},
    {"interpreter wanted", BATON_E_KIND, "a dynamically linked", {.load = {{3, 0x100, 0, 0, 0x10, 0x10}}}},
    {"dynamic section", BATON_E_KIND, "a dynamically linked", {.load = {{2, 0x100, 0, 0, 0x10, 0x10}}}},
    {"nothing in the file, and an offset behind it", 0, NULL,
     {.load = {{1, 0xfffff000, 0xc0200000, 0x200000, 0, 0x1000}}}},
    {"segment behind the file", BATON_E_TRUNCATED, "PT_LOAD segments",
     {.load = {{1, SIZE, 0xc0200000, 0x200000, 1, 0x1000}}}},
    {"segment ends a byte behind the file", BATON_E_TRUNCATED, "PT_LOAD segments",
     {.load = {{1, 0x1000, 0xc0200000, 0x200000, SIZE - 0xfff, 0x20000}}}},
    {"offset and size wrap around 4 GiB", BATON_E_TRUNCATED, "PT_LOAD segments",
     {.load = {{1, 0xffffff00, 0xc0200000, 0x200000, 0x1000, 0x1000}}}},
    {"more in the file than in memory", BATON_E_MOST, "p_filesz",
     {.load = {{1, 0x1000, 0xc0200000, 0x200000, 0x1001, 0x1000}}}},
    {"bytes in the file, none in memory", BATON_E_MOST, "p_filesz",
     {.load = {{1, 0x1000, 0xc0200000, 0x200000, 0x1000, 0}}}},
    {"entry before the first segment", BATON_E_FIELD, "e_entry", {.entry = 0xc01fffff}},
    {"entry behind the last segment", BATON_E_FIELD, "e_entry", {.entry = 0xc020c000}},
    {"entry is a physical address", BATON_E_KIND,
     "an ELF kernel whose e_entry is a physical address", {.entry = 0x200010}},
    {"entry in the zero tail", 0, NULL, {.entry = 0xc020bfff}},
    {"entry at the very start", 0, NULL, {.entry = 0xc0200000}},
};
/* clang-format on */

static void lies_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lies); i++) {
        const struct elf_fields *c = &lies[i].f;
        struct elf_fields f = elf_usual;

#define CHANGE(field) f.field = c->field ? c->field : f.field
        CHANGE(class), CHANGE(data), CHANGE(type), CHANGE(machine), CHANGE(entry), CHANGE(phoff);
        CHANGE(phentsize), CHANGE(loads);
#undef CHANGE
        if (c->load[0].type)
            f.load[0] = c->load[0];
        int error = read_kernel(&f, SIZE);
        if (error != lies[i].error ||
            (error && strncmp(j.why.what, lies[i].what, strlen(lies[i].what))))
            print_error("%s: %s %s\n", lies[i].name, baton_error_name(error),
                        error ? j.why.what : "");
        assert_int_equal(error, lies[i].error);
        if (error)
            assert_int_equal(strncmp(j.why.what, lies[i].what, strlen(lies[i].what)), 0);
    }
}

static void no_segments(void **state)
{
    struct elf_fields f = elf_usual;

    (void)state;
    f.loads = 0;
    assert_int_equal(read_kernel(&f, SIZE), BATON_E_FIELD); /* the entry lies in none */
}

/* 64 segments in all, those that Baton adds included. */
static void number_of_segments(void **state)
{
    (void)state;
    for (uint32_t n = 55; n <= 100; n++) {
        struct elf_fields f = elf_usual;

        f.loads = n;
        for (uint32_t i = 0; i < n; i++)
            f.load[i] = (struct elf_load){
                1, 0x1000, 0xc0200000 + i * 0x1000, 0x200000 + i * 0x1000, 0x10, 0x10};
        f.entry = 0xc0200000;
        int error = read_kernel(&f, SIZE);
        assert_int_equal(error, n <= 61 ? 0 : BATON_E_SEGMENTS); /* record, line, map */
        if (error) {
            assert_int_equal(j.why.limit, BATON_SEGMENTS);
            assert_true(j.why.value > j.why.limit);
        }
    }
}

/* 64 of the file's own, and then an initrd. */
static void no_room_for_the_initrd(void **state)
{
    struct elf_fields f = elf_usual;

    (void)state;
    f.loads = 64;
    for (uint32_t i = 0; i < 64; i++)
        f.load[i] = (struct elf_load){1, 0x1000, 0xc0200000 + i, 0x200000 + i, 1, 1};
    f.entry = 0xc0200000;
    start();
    j.request.kernel = elf_make(&j.machine, AT, SIZE, &f);
    j.request.module[0].file = machine_file(&j.machine, INITRD, 0x4567);
    assert_int_equal(journey_load(&j), BATON_E_SEGMENTS);
    assert_journey(&j, !j.wrong[0]);
    f.loads = 60; /* the last that fits, with it */
    start();
    j.request.kernel = elf_make(&j.machine, AT, SIZE, &f);
    j.request.module[0].file = machine_file(&j.machine, INITRD, 0x4567);
    assert_int_equal(journey_load(&j), 0);
    assert_int_equal(j.payload.segments, 64);
    assert_journey(&j, journey_finish(&j));
}

/* What cannot be where it wants to be, by way of the whole road. */
/* clang-format off */
static const struct {
    const char *name;
    struct elf_load load;
    int error;
} places[] = {
    {"ends at 4 GiB", {1, 0x1000, 0xc0200000, 0xfffff000, 0x1000, 0x1000}, 0},
    {"ends a byte above 4 GiB", {1, 0x1000, 0xc0200000, 0xfffff000, 0x1000, 0x1001},
     BATON_E_TOO_HIGH},
    {"memory size wraps around 4 GiB", {1, 0x1000, 0xc0200000, 0xfffff000, 0x1000, 0xffffffff},
     BATON_E_TOO_HIGH},
    {"not in RAM", {1, 0x1000, 0xc0200000, 0x8000000, 0x1000, 0x1000}, BATON_E_NOT_RAM},
    {"in ACPI's tables", {1, 0x1000, 0xc0200000, 0x2000000, 0x1000, 0x1000}, BATON_E_NOT_RAM},
    {"over the other segment", {1, 0x1000, 0xc0200000, 0x20b000, 0x1000, 0x1000},
     BATON_E_OVERLAP},
    {"far too large", {1, 0x1000, 0xc0200000, 0x200000, 0x1000, 0xfe000000}, BATON_E_NOT_RAM},
};
/* clang-format on */

static void segments_in_wrong_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        struct elf_fields f = elf_usual;

        f.load[0] = places[i].load;
        f.entry = 0xc0200000;
        start();
        j.request.kernel = elf_make(&j.machine, AT, SIZE, &f);
        int error = journey_load(&j);
        if (error != places[i].error)
            print_error("%s: %s\n", places[i].name, baton_error_name(error));
        assert_int_equal(error, places[i].error);
        assert_journey(&j, error ? !j.wrong[0] : journey_finish(&j));
    }
}

/* Cut anywhere, it is refused, or it is whole: the segments' bytes end at 0x5234. */
static void cut_off_anywhere(void **state)
{
    (void)state;
    for (uint64_t size = 0; size < 0x5300; size += size < 200 || size > 0x5200 ? 1 : 97) {
        int want = size == 0       ? BATON_E_EMPTY
                   : size < 4      ? BATON_E_FORMAT
                   : size < 0x5234 ? BATON_E_TRUNCATED
                                   : 0;

        start();
        elf_make(&j.machine, AT, SIZE, &elf_usual);
        machine_forget_files(&j.machine);
        j.request.kernel = machine_file(&j.machine, AT, size);
        int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
        assert_int_equal(error, want);
        assert_string_equal(j.machine.violation, "");
        if (want == BATON_E_TRUNCATED) {
            assert_int_equal(j.why.value, size);
            assert_true(j.why.limit > size);
        }
    }
}

/* ---- what it is entered with ----------------------------------------------------------------- */

static uint64_t get(uint64_t pa, unsigned size)
{
    uint64_t value = 0;

    machine_read(pa, &value, size);
    return value;
}

static void assert_map(uint64_t at)
{
    uint32_t n = 0;

    while (at) {
        uint32_t count = (uint32_t)get(at + 4, 4);

        assert_true(machine_is_lent(at));
        assert_true(count > 0 && count <= 170);
        for (uint32_t i = 0; i < count; i++, n++) {
            uint64_t e = at + 8 + 24 * i;

            assert_true(n < j.machine.host.memory_count);
            assert_int_equal(get(e, 8), j.machine.memory[n].start);
            assert_int_equal(get(e + 8, 8), j.machine.memory[n].end);
            assert_int_equal(get(e + 16, 4), j.machine.memory[n].type);
            assert_int_equal(get(e + 20, 4), 0);
        }
        at = get(at, 4);
    }
    assert_int_equal(n, j.machine.host.memory_count);
}

static void the_record(void **state)
{
    static const uint32_t entries[] = {0, 170, 171, 340, 341, 1000};

    (void)state;
    for (size_t i = 0; i < COUNT(entries); i++)
        for (int initrd = 0; initrd < 2; initrd++) {
            start();
            while (j.machine.host.memory_count < entries[i]) {
                uint64_t at = 0x100000000ull + j.machine.host.memory_count * 0x100000;

                machine_memory(&j.machine, at, at + 0x1234, BATON_MEM_NVS);
            }
            j.request.kernel = elf_make(&j.machine, AT, SIZE, &elf_usual);
            if (initrd)
                j.request.module[0].file = machine_file(&j.machine, INITRD, 0x4567);
            assert_journey(&j, journey_load(&j) == 0);

            const struct baton_registers *r = &j.payload.entry.registers;
            uint64_t record = journey_find(&j, "record", 0)->dest;
            assert_int_equal(r->eip, 0x200010);
            assert_int_equal(r->eax, 0x4e544142);
            assert_int_equal(r->ebx, record);
            assert_int_equal(r->ecx | r->edx | r->esi | r->edi | r->ebp, 0);
            assert_memory_equal(machine_at(record), "BATN", 4);
            assert_int_equal(get(record + 4, 4), 84);
            assert_int_equal(get(record + 8, 4), 0x00123000);
            assert_int_equal(get(record + 12, 4), 1);
            assert_int_equal(get(record + 16, 4), 11);
            assert_int_equal(get(record + 20, 4), 0x5f3c09ab);
            assert_int_equal(get(record + 24, 4), 0xc0105000);
            assert_int_equal(get(record + 28, 4), j.image.control);
            assert_string_equal((char *)machine_at(get(record + 32, 4)), "one two");
            /* aligned to a page, though its file is not */
            assert_int_equal(get(record + 36, 4), initrd ? journey_find(&j, "initrd", 0)->dest : 0);
            assert_int_equal(get(record + 36, 4) % 4096, 0);
            assert_int_equal(get(record + 40, 4), initrd ? 0x4567 : 0);
            assert_map(get(record + 44, 4));
            assert_string_equal((char *)machine_at(record + 48), "QEMU");
            assert_int_equal(get(record + 80, 4), j.image.control + 0x9e0);
            assert_journey(&j, journey_finish(&j));
        }
}

static void long_texts(void **state)
{
    static char line[4097];

    (void)state;
    memset(line, 'l', 4096);
    start();
    j.request.kernel = elf_make(&j.machine, AT, SIZE, &elf_usual);
    j.request.command_line = line;
    assert_int_equal(baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why),
                     BATON_E_COMMAND_LINE);
    line[4095] = '\0';
    start();
    j.request.kernel = elf_make(&j.machine, AT, SIZE, &elf_usual);
    j.request.command_line = line;
    j.request.loader = line;
    assert_journey(&j, journey_load(&j) == 0);
    uint64_t record = journey_find(&j, "record", 0)->dest;
    assert_memory_equal(machine_at(get(record + 32, 4)), line, 4096);
    assert_int_equal(get(record + 48 + 30, 1), 'l'); /* 31 letters and a NUL */
    assert_int_equal(get(record + 48 + 31, 1), 0);
    assert_journey(&j, journey_finish(&j));
}

/* Not a kernel at all. */
static void unknown_kinds(void **state)
{
    static const char *const kinds[] = {"Mz\x90", "\x1f\x8c\x08", "# /bin/sh",
                                        "\x7f"
                                        "ELV",
                                        "E"};

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        start();
        j.request.kernel = machine_file(&j.machine, AT, strlen(kinds[i]));
        machine_write(AT, kinds[i], strlen(kinds[i]));
        assert_int_equal(journey_load(&j), BATON_E_FORMAT);
        assert_journey(&j, !j.wrong[0]);
        uint32_t first = 0;
        memcpy(&first, kinds[i], strlen(kinds[i]) < 4 ? strlen(kinds[i]) : 4);
        assert_int_equal(j.why.value, first);
    }
    start();
    j.request.kernel = (struct baton_file){AT, 0};
    assert_int_equal(journey_load(&j), BATON_E_EMPTY);
    assert_journey(&j, !j.wrong[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_wants),
        cmocka_unit_test(read_over),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(no_segments),
        cmocka_unit_test(number_of_segments),
        cmocka_unit_test(no_room_for_the_initrd),
        cmocka_unit_test(segments_in_wrong_places),
        cmocka_unit_test(cut_off_anywhere),
        cmocka_unit_test(the_record),
        cmocka_unit_test(long_texts),
        cmocka_unit_test(unknown_kinds),
    };

    return cmocka_run_group_tests_name("elf32", tests, NULL, NULL);
}
