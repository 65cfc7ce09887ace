/*
 * What is entered in real mode: Linux's setup code with a file behind it, and boot sectors. Where
 * everything lies, what the header and the entry say, and every file that is refused.
 */
#include "payload/common/payload.h"
#include "relocate/trampoline/exit.h"
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"

#define AT 0x00300200ull
#define IMAGE_AT 0x00500123ull
#define IMAGE_SIZE 0x4567u
#define BIOS_END 0x9fc00u
#define MIB 0x100000ull
#define SIZE 0x21230u /* of the part that is loaded to 1 MiB */
#define REAL16 3

static struct journey j;

static void start(uint64_t low_end)
{
    journey_start(&j, 0xc0105000, 0x8000);
    machine_memory(&j.machine, 0x1000, low_end, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0xf0000, MIB, BATON_MEM_RESERVED);
    machine_memory(&j.machine, MIB, 0x4000000, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    j.request.bios_end = (uint32_t)low_end;
    j.request.command_line = "console=ttyS0 a=b";
}

/* As ipxe.lkrn: code32_start is 0. */
static struct bzimage_fields fields(uint32_t protocol, uint32_t jump)
{
    struct bzimage_fields f = bzimage_usual;

    f.protocol = protocol;
    f.jump = jump;
    f.loadflags = 1;
    f.alignment = f.relocatable = 0;
    f.pref_address = f.init_size = 0;
    f.initrd_addr_max = 0xffffffff;
    f.version = "LOADER 1.2";
    return f;
}

static int read_payload(void)
{
    int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);

    assert_string_equal(j.machine.violation, "");
    assert_int_equal(j.machine.asked, 0);
    return error;
}

static uint32_t field_at(uint64_t pa, unsigned size)
{
    uint32_t value = 0;

    machine_read(pa, &value, size);
    return value;
}

/* ---- Linux's setup code ------------------------------------------------------------------------- */

/* clang-format off */
static const struct setup_case {
    const char *name;
    uint64_t low_end;
    uint32_t protocol, jump, loadflags;
    uint64_t setup, kernel; /* where they lie */
    uint32_t stack;
} setups[] = {
    {"a PC, as iPXE", BIOS_END, 0x0207, 0x65, 0x01, 0x90000, 0x100000, 0xe000},
    {"as memdisk", BIOS_END, 0x0203, 0x3e, 0x01, 0x90000, 0x100000, 0xe000},
    {"2.02", BIOS_END, 0x0202, 0x2a, 0x01, 0x90000, 0x100000, 0xe000},
    {"2.15, and it has a heap already", BIOS_END, 0x020f, 0x6a, 0x81, 0x90000, 0x100000, 0xe000},
    {"no EBDA", 0xa0000, 0x0207, 0x65, 0x01, 0x90000, 0x100000, 0xe000},
    {"a large EBDA", 0x98000, 0x0207, 0x65, 0x01, 0x89000, 0x100000, 0xe000},
    {"an EBDA that ends within a page", 0x9e3ff, 0x0207, 0x65, 0x01, 0x8f000, 0x100000, 0xe000},
    {"little low memory", 0x30000, 0x0207, 0x65, 0x01, 0x21000, 0x100000, 0xe000},
    {"a zImage", BIOS_END, 0x0202, 0x2a, 0x00, 0x90000, 0x10000, 0x9800},
    {"a zImage of a later protocol", BIOS_END, 0x0207, 0x65, 0x80, 0x90000, 0x10000, 0x9800},
};
/* clang-format on */

static void stage_setup(const struct setup_case *c)
{
    static const uint32_t none;
    struct bzimage_fields f = fields(c->protocol, c->jump);

    start(c->low_end);
    f.loadflags = c->loadflags;
    j.request.kernel = bzimage_make(&j.machine, AT, &f);
    machine_write(AT + 0x214, &none, 4);
    j.request.module[0].file = machine_file(&j.machine, IMAGE_AT, IMAGE_SIZE);
}

/* The setup as it lies in memory after the list: the file's but for the fields of the loader. */
static void assert_setup(const struct setup_case *c, const uint8_t *file)
{
    static uint8_t now[28 * 512];
    const char *line = j.request.command_line;
    char text[32];
    const struct {
        unsigned at, size;
        uint32_t value;
    } written[] = {
        {0x210, 1, 0xff},
        {0x211, 1, c->loadflags | 0x80u},
        {0x218, 4, (uint32_t)journey_find(&j, "initrd", 0)->dest},
        {0x21c, 4, IMAGE_SIZE},
        {0x224, 2, c->stack - 0x200},
        {0x228, 4, (uint32_t)c->setup + c->stack},
    };

    machine_read(c->setup, now, sizeof(now));
    for (unsigned i = 0; i < COUNT(written); i++) {
        assert_int_equal(field_at(c->setup + written[i].at, written[i].size), written[i].value);
        memcpy(now + written[i].at, file + written[i].at, written[i].size);
    }
    assert_memory_equal(now, file, sizeof(now));
    for (uint64_t at = c->setup + sizeof(now); at < c->setup + c->stack; at++)
        assert_int_equal(*machine_at(at), 0); /* heap and stack */
    machine_read(c->setup + c->stack, text, strlen(line) + 1);
    assert_string_equal(text, line);
}

static void setup_code(void **state)
{
    static uint8_t file[28 * 512];

    (void)state;
    for (size_t i = 0; i < COUNT(setups); i++)
        for (unsigned n = 0; n < 2 * LEND_ORDERS; n++) {
            const struct setup_case *c = &setups[i];
            const struct baton_registers *r = &j.payload.entry.registers;
            uint32_t segment = (uint32_t)c->setup / 16;

            stage_setup(c);
            machine_read(AT, file, sizeof(file));
            j.request.live.kind = n % 2;
            j.machine.order = (enum machine_order)(n / 2);
            if (journey_load(&j))
                print_error("%s: %s %s\n", c->name, baton_error_name(j.error), j.why.what);
            assert_int_equal(j.error, 0);
            assert_string_equal(j.payload.name, "LOADER 1.2");
            assert_int_equal(journey_find(&j, "setup", 0)->dest, c->setup);
            assert_int_equal(journey_find(&j, "kernel", 0)->dest, c->kernel);
            assert_int_equal(j.payload.entry.kind, REAL16);
            assert_int_equal(r->eip, (segment + 0x20) << 16);
            assert_int_equal(r->ebp, segment << 16 | c->stack);
            assert_int_equal(r->eax | r->ebx | r->ecx | r->edx | r->esi | r->edi, 0);
            assert_int_equal(baton_entry_address(&j.payload.entry), c->setup + 0x200);
            /* the last code before real mode lies where that can run it, and not in the payload */
            assert_true(j.image.control >= 0x10000 && j.image.control + 0x1000 <= c->low_end);
            assert_memory_equal(machine_at(j.image.control + 0x8c8), exit_real16, 0x90);
            assert_journey(&j, journey_judge(&j));
            assert_journey(&j, journey_run(&j));
            assert_setup(c, file);
            assert_journey(&j, journey_unload(&j));
        }
}

static void without_a_name(void **state)
{
    struct bzimage_fields f = fields(0x0207, 0x65);

    (void)state;
    stage_setup(&setups[0]);
    f.version = NULL;
    bzimage_make(&j.machine, AT, &f);
    machine_write(AT + 0x214, &(uint32_t){0}, 4);
    assert_int_equal(read_payload(), 0);
    assert_string_equal(j.payload.name, "real-mode code");
}

/* A host that has bzImage alone in its list: it does not enter such a file at 1 MiB. */
static void bzimage_refuses_it(void **state)
{
    static const struct baton_format *const one[] = {&payload_bzimage, NULL};

    (void)state;
    stage_setup(&setups[0]);
    j.machine.host.formats = one;
    assert_int_equal(read_payload(), BATON_E_REALMODE);
}

/* A framebuffer gives way to text mode; VGA text stays as it is. */
static void text_mode_for_a_framebuffer(void **state)
{
    (void)state;
    for (uint32_t kind = BATON_SCREEN_NONE; kind <= BATON_SCREEN_LINEAR; kind++) {
        stage_setup(&setups[0]);
        j.request.screen.kind = kind;
        assert_int_equal(journey_load(&j), 0);
        assert_int_equal(j.payload.entry.registers.eax, kind == BATON_SCREEN_LINEAR ? 3 : 0);
        assert_journey(&j, journey_finish(&j));
    }
}

/* Its header is read once: what changes afterwards changes nothing that follows from it. */
static void the_header_is_read_once(void **state)
{
    static const uint8_t other[0x80];
    uint8_t before[0x268 - 0x1f1], after[0x268 - 0x1f1];
    uint64_t setup;

    (void)state;
    stage_setup(&setups[0]);
    assert_int_equal(journey_load(&j), 0);
    setup = journey_find(&j, "setup", 0)->source;
    machine_read(setup + 0x1f1, before, sizeof(before));
    machine_write(AT + 0x1f1, other, 0x202 + 0x65 - 0x1f1);
    baton_payload_finish(&j.request, &j.payload, &j.image);
    machine_read(setup + 0x1f1, after, sizeof(after));
    assert_memory_equal(after, before, sizeof(before));
    baton_image_free(&j.image);
}

/* ---- the same, refused ------------------------------------------------------------------------- */

static struct bzimage_fields damaged;
static char long_line[5000];

static void no_bios(void)
{
    j.request.bios_end = 0;
}

static void too_many_sectors(void)
{
    damaged.setup_sects = 64;
}

static void setup_of_32_kib(void)
{
    damaged.setup_sects = 63;
}

static void sectors_beyond_the_file(void)
{
    damaged.setup_sects = 63;
    damaged.kernel_size = 0;
    j.request.kernel.size = 0x8000;
}

static void more_than_the_file(void)
{
    damaged.syssize = SIZE / 16 + 2;
}

static void header_too_short(void)
{
    damaged.jump = 0x29;
}

static void protocol_too_old(void)
{
    damaged.protocol = 0x0201;
}

static void long_command_line(void)
{
    memset(long_line, 'x', 256);
    long_line[256] = '\0';
    damaged.protocol = 0x0205;
    j.request.command_line = long_line;
}

static void command_line_of_a_page(void)
{
    memset(long_line, 'x', 4096);
    long_line[4096] = '\0';
    damaged.cmdline_size = 0xffffffff;
    j.request.command_line = long_line;
}

static void memdisk_alone(void)
{
    damaged.version = "MEMDISK 6.04";
    j.request.module[0].file.size = 0;
}

static void memdisk_with_image(void)
{
    damaged.version = "MEMDISK 6.04";
}

static void zimage_too_large(void)
{
    damaged.loadflags = 0;
    damaged.kernel_size = 0x80001;
}

static void zimage_as_large_as_can(void)
{
    damaged.loadflags = 0;
    damaged.kernel_size = 0x7f000;
}

static void zimage_under_a_large_ebda(void)
{
    start(0x98000);
    damaged.loadflags = 0;
}

static void initrd_too_high(void)
{
    damaged.initrd_addr_max = 0x1fffff;
}

static void no_low_memory(void)
{
    start(0x1d000);
}

static void no_page_besides(void) /* the setup's 15 fit, and nothing else */
{
    start(0x1f000);
}

static void one_page_besides(void)
{
    start(0x20000);
}

/* clang-format off */
static const struct {
    const char *name;
    void (*damage)(void);
    int error;
    const char *what;
} damages[] = {
    {"no BIOS", no_bios, BATON_E_REALMODE, "its code32_start is 0"},
    {"setup_sects 64", too_many_sectors, BATON_E_MOST, "setup_sects"},
    {"setup_sects 63", setup_of_32_kib, 0, NULL},
    {"the file ends with its setup", sectors_beyond_the_file, BATON_E_TRUNCATED, "setup sectors"},
    {"syssize", more_than_the_file, BATON_E_TRUNCATED, "protected-mode kernel"},
    {"header's length", header_too_short, BATON_E_LEAST, "setup header's length"},
    {"2.01", protocol_too_old, BATON_E_PROTOCOL, NULL},
    {"256 characters", long_command_line, BATON_E_COMMAND_LINE, "this payload"},
    {"4096 characters", command_line_of_a_page, BATON_E_COMMAND_LINE, "this payload"},
    {"memdisk alone", memdisk_alone, BATON_E_EMPTY, "memdisk's disk image"},
    {"memdisk", memdisk_with_image, 0, NULL},
    {"a zImage that reaches its setup", zimage_too_large, BATON_E_NO_ROOM, "setup"},
    {"a zImage that leaves a page", zimage_as_large_as_can, 0, NULL},
    {"a zImage's setup in the EBDA", zimage_under_a_large_ebda, BATON_E_NO_ROOM, "setup"},
    {"an initrd above its limit", initrd_too_high, 0, NULL},
    {"no low memory", no_low_memory, BATON_E_NO_ROOM, "setup"},
    {"no page for the exit", no_page_besides, BATON_E_REACH, "page of the last code"},
    {"one page for the exit", one_page_besides, 0, NULL},
};
/* clang-format on */

static void refusals(void **state)
{
    static const uint32_t none;

    (void)state;
    for (size_t i = 0; i < COUNT(damages); i++) {
        uint64_t size;

        start(BIOS_END);
        damaged = fields(0x0207, 0x65);
        j.request.module[0].file.size = IMAGE_SIZE;
        j.request.kernel.size = 0;
        damages[i].damage();
        size = j.request.kernel.size;
        j.request.kernel = bzimage_make(&j.machine, AT, &damaged);
        if (size)
            j.request.kernel.size = size;
        machine_write(AT + 0x214, &none, 4);
        if (j.request.module[0].file.size || damages[i].damage != memdisk_alone)
            j.request.module[0].file = machine_file(&j.machine, IMAGE_AT, IMAGE_SIZE);
        if (journey_load(&j) != damages[i].error)
            print_error("%s: %s\n", damages[i].name, baton_error_name(j.error));
        assert_int_equal(j.error, damages[i].error);
        if (!j.error)
            assert_journey(&j, journey_finish(&j));
        else if (damages[i].what)
            assert_non_null(strstr(j.why.what, damages[i].what));
    }
}

/* Cut off at each byte of the setup, and at some of the rest. */
static void cut_off(void **state)
{
    static const uint32_t none;
    struct bzimage_fields f = fields(0x0207, 0x65);
    const uint64_t setup = 28 * 512;

    (void)state;
    for (uint64_t size = 1; size < setup + SIZE; size += size < 0x300 ? 1 : 509) {
        int error, expected = size < 0x200 ? BATON_E_FORMAT
                              : size < 0x206
                                  ? BATON_E_KIND /* a boot sector, and a module with it */
                                  : BATON_E_TRUNCATED;
        start(BIOS_END);
        bzimage_make(&j.machine, AT, &f);
        machine_write(AT + 0x214, &none, 4);
        machine_forget_files(&j.machine);
        j.request.module[0].file = machine_file(&j.machine, IMAGE_AT, IMAGE_SIZE);
        j.request.kernel = machine_file(&j.machine, AT, size);
        error = read_payload();
        if (error != expected && size <= setup + SIZE - 16)
            print_error("cut to %u bytes: %s\n", (unsigned)size, baton_error_name(error));
        assert_true(error == expected || size > setup + SIZE - 16);
    }
}

/* ---- which fields say so -------------------------------------------------------------------------- */

static void real_mode_only(void **state)
{
    static const struct {
        uint32_t protocol, jump, loadflags, code32_start, alignment, relocatable;
        uint64_t size;
        uint32_t syssize;
        const char *why; /* NULL: it has a 32-bit entry */
    } cases[] = {
        {0x0207, 0x65, 1, 0x100000, 0x1000, 0, SIZE, SIZE / 16, NULL},
        {0x0207, 0x65, 0, 0x100000, 0x1000, 0, SIZE, SIZE / 16, "loadflags"},
        {0x0207, 0x65, 1, 0, 0x1000, 0, SIZE, SIZE / 16, "code32_start"},
        {0x0207, 0x65, 1, 0x100000, 0, 1, SIZE, SIZE / 16, "kernel_alignment"},
        {0x0207, 0x65, 1, 0x100000, 0, 0, SIZE, SIZE / 16, NULL},
        {0x0207, 0x65, 1, 0x100000, 0x1000, 0, SIZE, 0, "syssize"},
        {0x0204, 0x2e, 1, 0x100000, 0, 0, 0x100000, 0, "syssize"},
        /* it has 16 bits before 2.04, so 1 MiB is 0, too; memdisk has less */
        {0x0203, 0x2e, 1, 0x100000, 0, 0, SIZE, 0, "syssize"},
        {0x0203, 0x2e, 1, 0x100000, 0, 0, 0x100000, 0, NULL},
        {0x0203, 0x2e, 1, 0x100000, 0, 0, SIZE, 0x10000, "syssize"},
        {0x0203, 0x2e, 1, 0x100000, 0, 0, SIZE, 1, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bzimage_fields f = fields(cases[i].protocol, cases[i].jump);

        start(BIOS_END);
        no_bios();
        f.loadflags = cases[i].loadflags;
        f.alignment = cases[i].alignment;
        f.relocatable = cases[i].relocatable;
        f.kernel_size = cases[i].size;
        j.request.kernel = bzimage_make(&j.machine, AT, &f);
        machine_write(AT + 0x214, &cases[i].code32_start, 4);
        machine_write(AT + 0x1f4, &cases[i].syssize, 4);
        assert_int_equal(read_payload(), cases[i].why ? BATON_E_REALMODE : 0);
        if (cases[i].why)
            assert_non_null(strstr(j.why.what, cases[i].why));
    }
}

/* ---- a bzImage that has a 32-bit entry, by its type -------------------------------------------- */

#define MIB16 (16 * MIB)

/* clang-format off */
static const struct kernel_case {
    uint32_t protocol, jump, relocatable, alignment;
    uint64_t pref_address;
    uint32_t init_size;
    uint64_t used_end; /* of the memory that it uses early, from 1 MiB on */
} kernels[] = {
    {0x020f, 0x6a, 1, MIB16, MIB16, 0x400000, MIB16 + 0x400000},
    {0x020f, 0x6a, 1, 0x200000, MIB16, 0x400000, MIB16 + 0x400000},
    {0x020f, 0x6a, 1, MIB16, MIB, 0x400000, MIB16 + 0x400000},
    {0x020a, 0x66, 1, 0x1000, MIB, 0x400000, MIB + 0x400000},
    {0x020a, 0x66, 0, MIB16, MIB, 0x400000, MIB + 0x400000},
    {0x020a, 0x66, 0, MIB16, MIB, 1, MIB + SIZE},
    {0x0207, 0x65, 0, 0, 0, 0, MIB + 4 * SIZE}, /* a guess */
};
/* clang-format on */

static void a_bzimage_by_its_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kernels); i++) {
        const struct kernel_case *c = &kernels[i];
        struct bzimage_fields f = bzimage_usual;

        start(BIOS_END);
        f.protocol = c->protocol;
        f.jump = c->jump;
        f.kernel_size = SIZE;
        f.relocatable = c->relocatable;
        f.alignment = c->alignment;
        f.pref_address = c->pref_address;
        f.init_size = c->init_size;
        j.request.kernel = bzimage_make(&j.machine, AT, &f);
        j.request.module[0].file = machine_file(&j.machine, IMAGE_AT, IMAGE_SIZE);
        j.request.type = "linux16";
        assert_int_equal(journey_load(&j), 0);
        assert_string_equal(j.payload.format->name, "linux16");
        assert_string_equal(j.payload.name, "Linux 6.1.0-50-686-pae");
        const struct baton_segment *kernel = journey_find(&j, "kernel", 0);
        assert_int_equal(kernel->dest, MIB);
        assert_int_equal(kernel->used.start, MIB);
        assert_int_equal(kernel->used.end, c->used_end);
        assert_int_equal(journey_find(&j, "setup", 0)->dest, 0x90000);
        assert_int_equal(j.payload.entry.kind, REAL16);
        assert_journey(&j, journey_finish(&j));
    }
}

/* ---- boot sectors --------------------------------------------------------------------------------- */

static void make_sector(uint64_t size, uint8_t first, uint16_t magic)
{
    start(BIOS_END);
    j.request.kernel = machine_file(&j.machine, AT, size);
    machine_write(AT, &first, 1);
    if (size >= 512)
        machine_write(AT + 510, &magic, 2);
    j.request.command_line = "";
}

static void boot_sectors(void **state)
{
    static const struct {
        uint64_t size;
        uint8_t first;
        uint16_t magic;
        const char *line;
        int error;
        uint32_t drive;
        const char *what;
    } cases[] = {
        {512, 0xeb, 0xaa55, "", 0, 0x80, NULL},
        {512, 0xfa, 0xaa55, "drive=0x81", 0, 0x81, NULL},
        {512, 0xfa, 0xaa55, "quiet drive=0 x", 0, 0, NULL},
        {512, 0xfa, 0xaa55, "drive=255", 0, 0xff, NULL},
        {512, 0xfa, 0xaa55, "xdrive=1 drive", 0, 0x80, NULL},
        {513, 0xfa, 0xaa55, "drive=0x80", 0, 0x80, NULL},
        {0x168000, 0xeb, 0xaa55, "drive=0", 0, 0, NULL},
        {512, 0xfa, 0xaa55, "drive=256", BATON_E_KIND, 0, "drive="},
        {512, 0xfa, 0xaa55, "drive=", BATON_E_KIND, 0, "drive="},
        {512, 0xfa, 0xaa55, "drive=hd0", BATON_E_KIND, 0, "drive="},
        {512, 0xfa, 0xaa55, "drive=0x80,1", BATON_E_KIND, 0, "drive="},
        {512, 0xfa, 0xaa55, "drive=0x8000000000000000000", BATON_E_KIND, 0, "drive="},
        {513, 0xeb, 0xaa55, "", BATON_E_KIND, 0, "memdisk"},
        {0x168000, 0xeb, 0xaa55, "", BATON_E_KIND, 0, "memdisk"},
        {511, 0xeb, 0xaa55, "", BATON_E_FORMAT, 0, NULL},
        {512, 0xeb, 0x55aa, "", BATON_E_FORMAT, 0, NULL},
        {512, 0x00, 0xaa55, "", BATON_E_FORMAT, 0, NULL}, /* no code */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct baton_registers *r = &j.payload.entry.registers;
        uint8_t sector[512];

        make_sector(cases[i].size, cases[i].first, cases[i].magic);
        j.request.command_line = cases[i].line;
        machine_read(AT, sector, sizeof(sector));
        if (journey_load(&j) != cases[i].error)
            print_error("case %u: %s\n", (unsigned)i, baton_error_name(j.error));
        assert_int_equal(j.error, cases[i].error);
        if (j.error) {
            if (cases[i].what)
                assert_non_null(strstr(j.why.what, cases[i].what));
            continue;
        }
        assert_int_equal(j.payload.entry.kind, REAL16);
        assert_int_equal(r->eip, 0x7c00);
        assert_int_equal(r->ebp, 0x7c00);
        assert_int_equal(r->edx, cases[i].drive);
        assert_int_equal(r->eax | r->ebx | r->ecx | r->esi | r->edi, 0);
        assert_int_equal(baton_entry_address(&j.payload.entry), 0x7c00);
        assert_true(j.image.control >= 0x10000 && j.image.control + 0x1000 <= BIOS_END);
        assert_journey(&j, journey_judge(&j));
        assert_journey(&j, journey_run(&j));
        assert_memory_equal(machine_at(0x7c00), sector, sizeof(sector));
        assert_journey(&j, journey_unload(&j));
    }
}

static void boot_sectors_refused(void **state)
{
    (void)state;
    make_sector(512, 0xeb, 0xaa55);
    no_bios();
    assert_int_equal(read_payload(), BATON_E_REALMODE);
    assert_string_equal(j.why.what, "it is a boot sector");

    make_sector(512, 0xeb, 0xaa55);
    j.request.module[0].file = machine_file(&j.machine, IMAGE_AT, IMAGE_SIZE);
    assert_int_equal(read_payload(), BATON_E_KIND);
    assert_non_null(strstr(j.why.what, "takes no modules"));

    /* what is known better: its magic number decides */
    make_sector(0x9000, 0xeb, 0xaa55);
    machine_write(AT + 0x8001, "CD001", 5);
    assert_int_equal(read_payload(), BATON_E_KIND);
    assert_non_null(strstr(j.why.what, "a CD image"));
}

/* ---- an image that real mode could not run -------------------------------------------------------- */

static void enter_real_mode(const struct baton_image *image, const struct baton_request *request,
                            struct baton_payload *payload)
{
    (void)image;
    (void)request;
    payload->entry.kind = REAL16;
}

static void the_exit_must_be_low(void **state)
{
    static const struct baton_format format = {.name = "real", .finish = enter_real_mode};

    (void)state;
    journey_start(&j, 0xc0105000, 0x8000);
    machine_memory(&j.machine, MIB, 0x4000000, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    struct baton_segment *s = journey_segment(&j, "part", BATON_SEG_FIXED);
    s->source = s->prefer = 0x300000;
    s->file_size = s->mem_size = BATON_PAGE_SIZE;
    j.payload.format = &format; /* it sets no reach */
    assert_int_equal(journey_load(&j), BATON_E_CHECK);
    assert_non_null(strstr(j.why.what, "H9: the exit to real mode"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setup_code),
        cmocka_unit_test(without_a_name),
        cmocka_unit_test(bzimage_refuses_it),
        cmocka_unit_test(text_mode_for_a_framebuffer),
        cmocka_unit_test(the_header_is_read_once),
        cmocka_unit_test(refusals),
        cmocka_unit_test(cut_off),
        cmocka_unit_test(real_mode_only),
        cmocka_unit_test(boot_sectors),
        cmocka_unit_test(a_bzimage_by_its_type),
        cmocka_unit_test(boot_sectors_refused),
        cmocka_unit_test(the_exit_must_be_low),
    };

    return cmocka_run_group_tests_name("real16", tests, NULL, NULL);
}
