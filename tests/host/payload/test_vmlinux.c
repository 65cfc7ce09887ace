/*
 * An i386 vmlinux: by what it is told from a plain ELF kernel, and what it finds at its entry,
 * boot_params byte by byte.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"

#define AT 0x00400000ull
#define SIZE 0x10000ull
#define INITRD 0x00800123ull
#define BANNER "Linux version 6.1.0-50-686-pae (somebody@somewhere) #1 SMP"
#define BANNER_AT 0x4321
#define PHYSICAL 0x200010 /* e_entry: elf_usual's, without the kernel's offset */

static struct journey j;
static struct elf_fields fields;

/* A vmlinux with this text at that offset, not read yet. */
static void start(uint64_t size, const char *text, uint64_t at)
{
    journey_start(&j, 0xc0105000, 0x105000);
    machine_memory(&j.machine, 0, 0x9fc00, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0x100000, 0x2000000, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0x2000000, 0x2010000, BATON_MEM_ACPI);
    machine_ready(&j.machine);
    j.request.command_line = "console=ttyS0 quiet";
    j.request.loader = "GRUB 2.06";
    j.request.acpi_rsdp = 0xf5a40;
    j.request.live = (struct baton_live){0x00123000, 1, 11, 0x5f3c09ab};
    j.request.kernel = elf_make(&j.machine, AT, size, &fields);
    machine_write(AT + at, text, strlen(text));
}

static int read_kernel(uint64_t size, const char *text, uint64_t at)
{
    start(size, text, at);
    int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
    assert_string_equal(j.machine.violation, "");
    assert_int_equal(j.machine.asked, 0);
    return error;
}

static int each(void **state)
{
    (void)state;
    fields = elf_usual;
    fields.entry = PHYSICAL;
    return 0;
}

/* ---- what is one ------------------------------------------------------------------------------ */

static void what_it_wants(void **state)
{
    const struct baton_segment *s = j.payload.segment;

    (void)state;
    assert_int_equal(read_kernel(SIZE, BANNER, BANNER_AT), 0);
    assert_string_equal(j.payload.name, "Linux 6.1.0-50-686-pae");
    assert_string_equal(j.payload.kind, "vmlinux, ELF32");
    assert_false(j.payload.long_mode);
    assert_false(j.payload.width_unknown);
    assert_int_equal(j.payload.segments, 2 + 3);
    assert_string_equal(s[0].what, "PT_LOAD 0");
    assert_int_equal(s[0].flags, BATON_SEG_FIXED);
    assert_int_equal(s[0].prefer, 0x200000);
    assert_int_equal(s[1].prefer, 0x203000);
    assert_int_equal(s[1].source, AT + 0x4000);
    assert_int_equal(s[1].file_size, 0x1234);
    assert_int_equal(s[1].mem_size, 0x9000);
    assert_non_null(journey_find(&j, "boot_params", 0));
    assert_non_null(journey_find(&j, "command line", 0));
    assert_non_null(journey_find(&j, "record", 0));
}

/* The text is found wherever it lies: the file is read in parts. */
static void the_banner_anywhere(void **state)
{
    static const char least[] = "Linux version 6";

    (void)state;
    for (uint64_t at = 0x5000; at < 0x5410; at++) {
        assert_int_equal(read_kernel(SIZE, least, at), 0);
        assert_int_equal(strncmp(j.payload.name, "Linux 6", 7), 0);
    }
    for (uint64_t size = 0x6000; size < 0x6210; size++)
        assert_int_equal(read_kernel(size, least, size - strlen(least)), 0);
}

static void no_banner(void **state)
{
    static const struct {
        const char *text;
        uint64_t at;
    } cases[] = {
        {"", BANNER_AT},
        {"Linux version %s", BANNER_AT}, /* a program that prints it */
        {"Linux version ", BANNER_AT},
        {"Linux version :", BANNER_AT},
        {"Linux version /", BANNER_AT},
        {"linux version 6", BANNER_AT},
        {"Linux versiom 6", BANNER_AT},
        {"Linux version ", SIZE - 14}, /* the file ends before the number */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(read_kernel(SIZE, cases[i].text, cases[i].at), BATON_E_KIND);
        assert_non_null(strstr(j.why.what, "e_entry is a physical address"));
        assert_non_null(strstr(j.why.what, "no \"Linux version\" is in it"));
    }
}

/* ELF's own meaning of e_entry goes first: the text alone makes no Linux of a kernel. */
static void an_entry_that_may_be_virtual(void **state)
{
    (void)state;
    fields.entry = elf_usual.entry;
    assert_int_equal(read_kernel(SIZE, BANNER, BANNER_AT), 0);
    assert_string_equal(j.payload.kind, "static ELF32");
    fields.entry = PHYSICAL; /* linked where it runs: both */
    for (uint32_t i = 0; i < fields.loads; i++)
        fields.load[i].vaddr = fields.load[i].paddr;
    assert_int_equal(read_kernel(SIZE, BANNER, BANNER_AT), 0);
    assert_string_equal(j.payload.kind, "static ELF32");
    fields.entry = 0x20c000; /* neither */
    assert_int_equal(read_kernel(SIZE, BANNER, BANNER_AT), BATON_E_FIELD);
}

static void the_edges_of_a_segment(void **state)
{
    static const struct {
        uint32_t entry;
        int error;
    } cases[] = {
        {0x1fffff, BATON_E_FIELD}, {0x200000, 0}, {0x20bfff, 0}, {0x20c000, BATON_E_FIELD}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        fields.entry = cases[i].entry;
        assert_int_equal(read_kernel(SIZE, BANNER, BANNER_AT), cases[i].error);
        if (!cases[i].error)
            assert_int_equal(j.payload.entry.registers.eip, cases[i].entry);
    }
}

/* Damage is named as in any ELF file. */
static void damaged(void **state)
{
    static const struct {
        const char *name;
        struct elf_load load;
        uint32_t phoff, phentsize;
        int error;
    } cases[] = {
        {"interpreter", {3, 0x100, 0, 0, 0x10, 0x10}, 0, 0, BATON_E_KIND},
        {"segment behind the file", {1, SIZE, 0xc0300000, 0x300000, 1, 1}, 0, 0, BATON_E_TRUNCATED},
        {"more in the file", {1, 0x1000, 0xc0300000, 0x300000, 2, 1}, 0, 0, BATON_E_MOST},
        {"headers behind the file", {0}, SIZE - 63, 0, BATON_E_TRUNCATED},
        {"headers too short", {0}, 0, 31, BATON_E_LEAST},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        each(NULL);
        if (cases[i].load.type)
            fields.load[fields.loads++] = cases[i].load;
        if (cases[i].phoff)
            fields.phoff = cases[i].phoff;
        if (cases[i].phentsize)
            fields.phentsize = (uint16_t)cases[i].phentsize;
        int error = read_kernel(SIZE, BANNER, BANNER_AT);
        if (error != cases[i].error)
            print_error("%s: %s\n", cases[i].name, baton_error_name(error));
        assert_int_equal(error, cases[i].error);
    }
}

static void a_long_line(void **state)
{
    static char line[2049];

    (void)state;
    memset(line, 'l', 2048);
    start(SIZE, BANNER, BANNER_AT);
    j.request.command_line = line;
    assert_int_equal(journey_load(&j), BATON_E_COMMAND_LINE);
    assert_journey(&j, !j.wrong[0]);
    line[2047] = '\0';
    start(SIZE, BANNER, BANNER_AT);
    j.request.command_line = line;
    assert_int_equal(journey_load(&j), 0);
    assert_journey(&j, journey_finish(&j));
}

/* ---- what it is entered with ------------------------------------------------------------------ */

static uint8_t expected[BATON_PAGE_SIZE];

static void put(unsigned offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        expected[offset + i] = (uint8_t)(value >> 8 * i);
}

/* [LBP: zero-page; the real-mode kernel header] */
static void expect(void)
{
    uint32_t n = j.machine.host.memory_count;
    const struct baton_segment *initrd = journey_find(&j, "initrd", 0);

    memset(expected, 0, sizeof(expected));
    put(0x1fe, 2, 0xaa55);     /* boot_flag */
    put(0x201, 1, 0x56);       /* the header ends behind setup_data */
    put(0x202, 4, 0x53726448); /* "HdrS" */
    put(0x206, 2, 0x0209);
    put(0x210, 1, 0xff); /* type_of_loader: undefined */
    put(0x211, 1, 1);    /* LOADED_HIGH */
    put(0x214, 4, PHYSICAL);
    put(0x218, 4, initrd ? initrd->dest : 0);
    put(0x21c, 4, initrd ? 0x4567 : 0);
    put(0x228, 4, journey_find(&j, "command line", 0)->dest);
    put(0x22c, 4, 0x37ffffff); /* initrd_addr_max */
    put(0x238, 4, 2047);       /* cmdline_size */
    put(0x070, 8, 0xf5a40);
    put(0x002, 2, 0x7c00); /* ext_mem_k: 31 MiB */
    put(0x1e0, 4, 0x7c00);
    put(0x1e8, 1, n < 128 ? n : 128);
    for (uint32_t i = 0; i < n && i < 128; i++) {
        put(0x2d0 + 20 * i, 8, j.machine.memory[i].start);
        put(0x2d0 + 20 * i + 8, 8, j.machine.memory[i].end - j.machine.memory[i].start);
        put(0x2d0 + 20 * i + 16, 4, j.machine.memory[i].type);
    }
}

static void its_boot_params(void **state)
{
    (void)state;
    for (int initrd = 0; initrd < 2; initrd++) {
        start(SIZE, BANNER, BANNER_AT);
        if (initrd)
            j.request.module[0].file = machine_file(&j.machine, INITRD, 0x4567);
        assert_int_equal(journey_load(&j), 0);
        expect();
        const struct baton_registers *r = &j.payload.entry.registers;
        const uint8_t *page = machine_at(journey_find(&j, "boot_params", 0)->dest);
        put(0x250, 8, journey_find(&j, "record", 0)->dest); /* setup_data */
        for (unsigned i = 0; i < BATON_PAGE_SIZE; i++)
            if (page[i] != expected[i]) {
                print_error("boot_params 0x%03x is 0x%02x, should be 0x%02x\n", i, page[i],
                            expected[i]);
                fail();
            }
        assert_string_equal((char *)machine_at(journey_find(&j, "command line", 0)->dest),
                            "console=ttyS0 quiet");
        assert_int_equal(r->eip, PHYSICAL);
        assert_int_equal(r->esi, journey_find(&j, "boot_params", 0)->dest);
        assert_int_equal(r->eax | r->ebx | r->ecx | r->edx | r->edi | r->ebp, 0);
        /* an old one reads them by tables of its own, which map low memory whatever its age */
        assert_true(journey_find(&j, "boot_params", 0)->dest >= 0x10000);
        assert_true(j.image.control + BATON_PAGE_SIZE <= 0xa0000);
        assert_true(journey_find(&j, "record", 0)->dest + BATON_PAGE_SIZE <= 0xa0000);
        assert_journey(&j, journey_finish(&j));
    }
}

/* UEFI's memory map and its node are segments, too: with these three there are 64. */
static void many_segments_and_uefi(void **state)
{
    (void)state;
    for (uint32_t n = 59; n <= 61; n++) { /* 60: no room for the node; 61: none for the map */
        fields.loads = n;
        for (uint32_t i = 0; i < n; i++)
            fields.load[i] = (struct elf_load){
                1, 0x1000, 0xc0200000 + 0x1000 * i, 0x200000 + 0x1000 * i, 0x20, 0x20};
        start(SIZE, BANNER, BANNER_AT);
        j.request.efi =
            (struct baton_efi){32, 48, 1, 0x1f123018, machine_file(&j.machine, INITRD, 48)};
        int error = journey_load(&j);
        assert_int_equal(error, n == 59 ? 0 : BATON_E_SEGMENTS);
        assert_journey(&j, !j.wrong[0]);
        if (error) {
            assert_string_equal(j.why.what, "segments");
            assert_int_equal(j.why.value, BATON_SEGMENTS + 1);
            assert_int_equal(j.why.limit, BATON_SEGMENTS);
            assert_int_equal(journey_find(&j, "EFI memory map", 0) != NULL, n == 60);
        } else {
            assert_journey(&j, journey_finish(&j));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_it_wants, each),
        cmocka_unit_test_setup(the_banner_anywhere, each),
        cmocka_unit_test_setup(no_banner, each),
        cmocka_unit_test_setup(an_entry_that_may_be_virtual, each),
        cmocka_unit_test_setup(the_edges_of_a_segment, each),
        cmocka_unit_test_setup(damaged, each),
        cmocka_unit_test_setup(a_long_line, each),
        cmocka_unit_test_setup(its_boot_params, each),
        cmocka_unit_test_setup(many_segments_and_uefi, each),
    };

    return cmocka_run_group_tests_name("vmlinux", tests, NULL, NULL);
}
