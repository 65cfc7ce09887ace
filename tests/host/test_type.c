/* A request's type: the one format that is taken, and what is said of a file of another. */
#include "tests/host/cm.h"
#include "tests/host/files.h"
#include "tests/host/journey.h"

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
    {BZIMAGE, "vmlinux", BATON_E_TYPE, "the payload is of the type bzimage, and the type vmlinux was"},
    {BZIMAGE, "elf32", BATON_E_TYPE, "the payload is of the type bzimage, and the type elf32 was"},
    {ELF32, NULL, 0, "elf32"},
    {ELF32, "elf32", 0, "elf32"},
    {ELF32, "vmlinux", BATON_E_TYPE, "the payload is of the type elf32, and the type vmlinux was"},
    {ELF32, "bzimage", BATON_E_TYPE, "the payload is of the type elf32, and the type bzimage was"},
    {VMLINUX, NULL, 0, "vmlinux"},
    {VMLINUX, "vmlinux", 0, "vmlinux"},
    {VMLINUX, "elf32", BATON_E_FIELD, "e_entry (it lies in no PT_LOAD segment)"}, /* no less checked */
    {AARCH64, "elf32", BATON_E_KIND, "an ELF file for AArch64"},
    {GZIP, "elf32", BATON_E_TYPE, "the payload is packed with gzip"},
    {NOISE, "bzimage", BATON_E_TYPE, "the payload is of no known kind, and the type bzimage was"},
    {NOTHING, "bzimage", BATON_E_EMPTY, "the payload is empty"},
    {NOTHING, "bzImage", BATON_E_NO_TYPE, "no type bzImage of payloads; known are bzimage, vmlinux, "},
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
        cmocka_unit_test(the_hosts_formats),
        cmocka_unit_test(every_name_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
