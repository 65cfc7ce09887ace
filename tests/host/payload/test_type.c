/* A request's type: the one format that is taken, and what is said of a file of another. */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"

#define AT 0x00400000ull
#define SIZE 0x10000ull

enum file { BZIMAGE, ELF32, VMLINUX, AARCH64, GZIP, NOISE, NOTHING };

static struct journey j;

static struct baton_file make(enum file file)
{
    static const uint8_t gzip[2] = {0x1f, 0x8b};
    struct elf_fields fields = elf_usual;
    struct baton_file made;

    if (file == BZIMAGE)
        return bzimage_make(&j.machine, AT, &bzimage_usual);
    if (file == GZIP || file == NOISE || file == NOTHING) {
        made = machine_file(&j.machine, AT, file == NOTHING ? 0 : SIZE);
        if (file == GZIP)
            machine_write(AT, gzip, sizeof(gzip));
        return made;
    }
    if (file == VMLINUX)
        fields.entry = 0x200010; /* physical */
    if (file == AARCH64)
        fields.machine = 183;
    made = elf_make(&j.machine, AT, SIZE, &fields);
    machine_write(AT + 0x5000, "Linux version 6.1 ", 18);
    return made;
}

static int read_as(enum file file, const char *type)
{
    journey_start(&j, 0xc0105000, 0x105000);
    machine_memory(&j.machine, 0x100000, 0x8000000, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    j.request.command_line = "";
    j.request.loader = "QEMU";
    j.request.type = type;
    j.request.kernel = make(file);
    int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
    assert_string_equal(j.machine.violation, "");
    return error;
}

/* clang-format off */
static const struct {
    enum file file;
    const char *type;
    int error;
    const char *says; /* a part of the sentence; else the format's name */
} cases[] = {
    {BZIMAGE, NULL, 0, "bzimage"},
    {BZIMAGE, "bzimage", 0, "bzimage"},
    {BZIMAGE, "linux16", BATON_E_REALMODE, "entered in real mode (type=linux16), where it calls the BIOS"},
    {BZIMAGE, "vmlinux", BATON_E_TYPE, "the payload is of the type bzimage, and the type vmlinux was"},
    {BZIMAGE, "elf32", BATON_E_TYPE, "the payload is of the type bzimage, and the type elf32 was"},
    {ELF32, NULL, 0, "elf32"},
    {ELF32, "elf32", 0, "elf32"},
    {ELF32, "vmlinux", BATON_E_TYPE, "the payload is of the type elf32, and the type vmlinux was"},
    {ELF32, "bzimage", BATON_E_TYPE, "the payload is of the type elf32, and the type bzimage was"},
    {VMLINUX, NULL, 0, "vmlinux"},
    {VMLINUX, "vmlinux", 0, "vmlinux"},
    {VMLINUX, "elf32", BATON_E_FIELD, "e_entry (it lies in no PT_LOAD segment)"}, /* no less checked */
    {ELF32, "multiboot1", BATON_E_TYPE, "the payload is of the type elf32, and the type multiboot1 was"},
    {ELF32, "multiboot2", BATON_E_TYPE, "the payload is of the type elf32, and the type multiboot2 was"},
    {NOISE, "multiboot1", BATON_E_TYPE, "the payload is of no known kind, and the type multiboot1 was"},
    {AARCH64, "elf32", BATON_E_KIND, "an ELF file for AArch64"},
    {GZIP, "elf32", BATON_E_TYPE, "the payload is packed with gzip"},
    {NOISE, "bzimage", BATON_E_TYPE, "the payload is of no known kind, and the type bzimage was"},
    {GZIP, "flat", BATON_E_FLAT, "load= is 0x0"}, /* any file may be flat */
    {NOTHING, "bzimage", BATON_E_EMPTY, "the payload is empty"},
    {NOTHING, "bzImage", BATON_E_NO_TYPE, "no type bzImage of payloads; known are linux16, bzimage, multiboot2, "},
    {ELF32, "", BATON_E_NO_TYPE, "there is no type  of payloads"},
    {ELF32, "elf", BATON_E_NO_TYPE, "there is no type elf of"},
    {ELF32, "elf323", BATON_E_NO_TYPE, "there is no type elf323 of"},
};
/* clang-format on */

static void types(void **state)
{
    char text[BATON_SENTENCE];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int error = read_as(cases[i].file, cases[i].type);

        if (error)
            baton_explain(&j.why, text, sizeof(text));
        else
            strcpy(text, j.payload.format->name);
        if (error != cases[i].error || !strstr(text, cases[i].says))
            print_error("file %d as %s: %s\n", cases[i].file, cases[i].type, text);
        assert_int_equal(error, cases[i].error);
        assert_non_null(strstr(text, cases[i].says));
    }
}

/* A host with formats of its own has their names, and no others. */
/* ---- flat ------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct {
    uint64_t load, entry;
    int error;
    const char *says;
} flats[] = {
    {0x200000, 0, 0, NULL},
    {0x200000, 0x200010, 0, NULL},
    {0x200123, 0x210122, 0, NULL}, /* its last byte */
    {0x1000, 0x1000, 0, NULL},
    {0xffff0000, 0, 0, NULL}, /* it ends at 4 GiB: what is no RAM there, the placement refuses */
    {0, 0, BATON_E_FLAT, "load= is 0x0: type=flat needs load=ADDRESS"},
    {0xfff, 0, BATON_E_FLAT, "load= is 0xfff: "},
    {0x200000, 0x1fffff, BATON_E_FLAT, "entry= is 0x1fffff: "},
    {0x200000, 0x210000, BATON_E_FLAT, "entry= is 0x210000: "},
    {0x200000, 0x100200010, BATON_E_FLAT, "entry= is 0x100200010: "},
    {0xffff0001, 0, BATON_E_TOO_HIGH, "segment flat file at 0xffff0001 ends above 4 GiB, at 0x100000001"},
    {0x100000000, 0, BATON_E_TOO_HIGH, "at 0x100000000 ends above 4 GiB"},
    {UINT64_MAX, 0, BATON_E_TOO_HIGH, "ends above 4 GiB"},
};
/* clang-format on */

static void flat_files(void **state)
{
    const struct baton_segment *s = &j.payload.segment[0];
    char text[BATON_SENTENCE];

    (void)state;
    for (size_t i = 0; i < COUNT(flats); i++) {
        read_as(NOISE, NULL);
        j.request.type = "flat";
        j.request.flat.load = flats[i].load;
        j.request.flat.entry = flats[i].entry;
        int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
        if (error != flats[i].error)
            print_error("flat file %zu\n", i);
        assert_int_equal(error, flats[i].error);
        if (error) {
            baton_explain(&j.why, text, sizeof(text));
            assert_non_null(strstr(text, flats[i].says));
            continue;
        }
        assert_string_equal(j.payload.kind, "flat file");
        assert_int_equal(s->flags, BATON_SEG_FIXED);
        assert_int_equal(s->source, AT);
        assert_int_equal(s->file_size, SIZE);
        assert_int_equal(s->mem_size, SIZE);
        assert_int_equal(s->prefer, flats[i].load);
        assert_int_equal(j.payload.entry.registers.eip,
                         flats[i].entry ? flats[i].entry : flats[i].load);
    }
}

/* All of it: placed, built, replayed by the journey, entered with a record. */
static void a_flat_file_is_loaded(void **state)
{
    (void)state;
    read_as(NOISE, NULL);
    j.request.type = "flat";
    j.request.flat.load = 0x200123;
    assert_int_equal(journey_load(&j), 0);
    assert_int_equal(j.payload.segment[0].dest, 0x200123);
    assert_int_equal(j.payload.entry.kind, BATON_ENTRY_FLAT32);
    assert_int_equal(j.payload.entry.registers.eip, 0x200123);
    assert_int_equal(j.payload.entry.registers.eax, BATON_RECORD_MAGIC);
    baton_image_free(&j.image);
    j.payload.segments = 0;
    j.request.flat.load = 0x7ff8000; /* the end of RAM is in it */
    assert_int_equal(journey_load(&j), BATON_E_NOT_RAM);
}

static void the_hosts_formats(void **state)
{
    static const struct baton_format *formats[2];
    char text[BATON_SENTENCE];

    (void)state;
    read_as(ELF32, "elf32");
    formats[0] = j.payload.format;
    j.machine.host.formats = formats;
    assert_int_equal(baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why), 0);
    j.request.type = "bzimage";
    assert_int_equal(baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why),
                     BATON_E_NO_TYPE);
    baton_explain(&j.why, text, sizeof(text));
    assert_string_equal(text, "there is no type bzimage of payloads; known are elf32");
}

/* The list of all names is not cut off, and each name fits into an option. */
static void every_name_fits(void **state)
{
    size_t length = 0;

    (void)state;
    for (const struct baton_format *const *format = baton_formats; *format; format++) {
        assert_true(strlen((*format)->name) < 16);
        length += strlen((*format)->name) + 2;
    }
    assert_true(length < sizeof(j.payload.name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),
        cmocka_unit_test(flat_files),
        cmocka_unit_test(a_flat_file_is_loaded),
        cmocka_unit_test(the_hosts_formats),
        cmocka_unit_test(every_name_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
