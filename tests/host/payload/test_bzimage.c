/*
 * Reading a bzImage: what it wants, by protocol; every lie in its header; every length that a file
 * can be cut to.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"

#define AT 0x00300200ull /* an odd 512 bytes, as the setup's length makes it anyway */

static struct journey j;

static void start(void)
{
    journey_start(&j, 0xc0105000, 0x105000);
    machine_memory(&j.machine, 0x1000, 0x9fc00, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0x100000, 0x4000000, BATON_MEM_USABLE);
    machine_ready(&j.machine);
}

static int read_kernel(const struct bzimage_fields *f)
{
    start();
    j.request.kernel = bzimage_make(&j.machine, AT, f);
    int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
    assert_string_equal(j.machine.violation, "");
    assert_int_equal(j.machine.asked, 0); /* it allocates nothing */
    return error;
}

/* ---- what it wants --------------------------------------------------------------------------- */

/* clang-format off */
static const struct wants_case {
    uint32_t protocol, jump, relocatable;
    /* expected of the kernel's segment */
    uint32_t flags;
    uint64_t prefer, window, align;
    uint64_t initrd_max;
    const char *kind;
} wants[] = {
    {0x0202, 0x2a, 1, BATON_SEG_FIXED, 0x100000, 4 * 0x21230, 0x1000, 0x38000000,
     "bzImage, boot protocol 2.02"},
    {0x0203, 0x2e, 1, BATON_SEG_FIXED, 0x100000, 4 * 0x21230, 0x1000, 0x20000001,
     "bzImage, boot protocol 2.03"},
    {0x0204, 0x2e, 1, BATON_SEG_FIXED, 0x100000, 4 * 0x21230, 0x1000, 0x20000001,
     "bzImage, boot protocol 2.04"},
    {0x0205, 0x36, 0, BATON_SEG_FIXED, 0x100000, 4 * 0x21230, 0x1000, 0x20000001,
     "bzImage, boot protocol 2.05"},
    {0x0205, 0x36, 1, BATON_SEG_SKEW, 0x1000000, 4 * 0x21230, 0x1000000,
     0x20000001, "bzImage, boot protocol 2.05"}, /* 1 MiB, aligned up */
    {0x0206, 0x3a, 0, BATON_SEG_FIXED, 0x100000, 4 * 0x21230, 0x1000, 0x20000001,
     "bzImage, boot protocol 2.06"},
    {0x0209, 0x56, 0, BATON_SEG_FIXED, 0x100000, 4 * 0x21230, 0x1000, 0x20000001,
     "bzImage, boot protocol 2.09"},
    {0x020a, 0x62, 0, BATON_SEG_FIXED, 0x1000000, 0x400000, 0x1000, 0x20000001,
     "bzImage, boot protocol 2.10"},
    {0x020a, 0x62, 1, BATON_SEG_SKEW | BATON_SEG_INPLACE, 0x1000000, 0x400000, 0x1000000,
     0x20000001, "bzImage, boot protocol 2.10"},
    {0x020c, 0x66, 1, BATON_SEG_SKEW | BATON_SEG_INPLACE, 0x1000000, 0x400000, 0x1000000,
     0x20000001, "bzImage, boot protocol 2.12"},
    {0x020f, 0x6a, 0, BATON_SEG_FIXED, 0x1000000, 0x400000, 0x1000, 0x20000001,
     "bzImage, boot protocol 2.15"},
    {0x020f, 0x6a, 1, BATON_SEG_SKEW | BATON_SEG_INPLACE, 0x1000000, 0x400000, 0x1000000,
     0x20000001, "bzImage, boot protocol 2.15"},
};
/* clang-format on */

static void what_it_wants(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wants); i++) {
        const struct wants_case *c = &wants[i];
        const struct baton_segment *s = &j.payload.segment[0];
        struct bzimage_fields f = bzimage_usual;

        f.protocol = c->protocol;
        f.jump = c->jump;
        f.relocatable = c->relocatable;
        f.initrd_addr_max = 0x20000000;
        start();
        j.request.kernel = bzimage_make(&j.machine, AT, &f);
        j.request.module[0].file = machine_file(&j.machine, 0x500123, 0x4567);
        assert_int_equal(baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why), 0);
        assert_string_equal(j.payload.kind, c->kind);
        assert_string_equal(j.payload.name, "Linux 6.1.0-50-686-pae");
        assert_string_equal(s->what, "kernel");
        assert_int_equal(s->source, AT + 28 * 512);
        assert_int_equal(s->file_size, 0x21230);
        assert_int_equal(s->mem_size, 0x21230);
        assert_int_equal(s->flags, c->flags);
        assert_int_equal(s->prefer, c->prefer);
        assert_int_equal(s->window, c->window);
        assert_int_equal(s->align, c->align);
        /* before 2.12 it may be a 64-bit kernel, which writes behind its file */
        assert_int_equal(j.payload.width_unknown, c->protocol < 0x020c);
        assert_int_equal(s->room, c->relocatable && c->protocol == 0x020a ? c->window : 0);
        /* before 2.10 the window is a guess */
        assert_int_equal(s->guess, c->protocol < 0x020a ? c->window : 0);

        const struct baton_segment *initrd = &j.payload.segment[1];
        assert_string_equal(initrd->what, "initrd");
        assert_int_equal(initrd->source, 0x500123);
        assert_int_equal(initrd->mem_size, 0x4567);
        assert_int_equal(initrd->max, c->initrd_max);
        assert_int_equal(initrd->flags, BATON_SEG_ANYWHERE);
        assert_int_equal(initrd->role, BATON_ROLE_MODULE);
        /* boot_params and command line, and from 2.09 on the record */
        assert_int_equal(j.payload.segments, c->protocol >= 0x0209 ? 5 : 4);
    }
}

/* How far the alignment may be lowered, and how: [LBP min_alignment]. */
static void lower_alignments(void **state)
{
    static const struct {
        uint32_t protocol, jump, relocatable, alignment, min;
        uint64_t best, least;
    } cases[] = {
        {0x020f, 0x6a, 1, 0x1000000, 13, 0x1000000, 0x2000},
        {0x020f, 0x6a, 1, 0x1000000, 21, 0x1000000, 0x200000},
        {0x020a, 0x62, 1, 0x1000000, 23, 0x1000000, 0x800000},
        {0x020f, 0x6a, 1, 0x1000000, 12, 0x1000000, 0x1000},
        {0x020f, 0x6a, 1, 0x1000000, 4, 0x1000000, 0x1000}, /* pages are moved */
        {0x020f, 0x6a, 1, 0x1000000, 0, 0, 0},              /* says nothing */
        {0x020f, 0x6a, 1, 0x1000000, 24, 0, 0},
        {0x020f, 0x6a, 1, 0x1000000, 25, 0, 0},
        {0x020f, 0x6a, 1, 0x80000000, 31, 0, 0},
        {0x020f, 0x6a, 1, 0x80000000, 30, 0x80000000, 0x40000000},
        {0x020f, 0x6a, 1, 0x1000000, 32, 0, 0},
        {0x020f, 0x6a, 1, 0x1000000, 64 + 13, 0, 0},
        {0x020f, 0x6a, 1, 0x1000000, 255, 0, 0},
        {0x020f, 0x6a, 0, 0x1000000, 13, 0, 0}, /* runs at one place */
        {0x0209, 0x56, 1, 0x1000000, 13, 0, 0}, /* a byte of padding then */
        {0x0205, 0x36, 1, 0x1000000, 13, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bzimage_fields f = bzimage_usual;
        const struct baton_segment *s = &j.payload.segment[0];

        f.protocol = cases[i].protocol;
        f.jump = cases[i].jump;
        f.relocatable = cases[i].relocatable;
        f.alignment = cases[i].alignment;
        f.min_alignment = cases[i].min;
        f.pref_address = cases[i].alignment;
        assert_int_equal(read_kernel(&f), 0);
        assert_int_equal(s->align_best, cases[i].best);
        assert_int_equal(s->align_least, cases[i].least);
    }
}

/* What must lie where it is seen, and what is written to, by protocol. */
static void old_kernels_see_little(void **state)
{
    static const struct {
        uint32_t protocol, jump;
        bool reach, scratch;
    } cases[] = {{0x0202, 0x2a, true, true},   {0x0203, 0x2e, true, true},
                 {0x0204, 0x2e, false, true},  {0x0205, 0x36, false, false},
                 {0x0209, 0x56, false, false}, {0x020f, 0x6a, false, false}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bzimage_fields f = bzimage_usual;
        const struct baton_payload *p = &j.payload;

        f.protocol = cases[i].protocol;
        f.jump = cases[i].jump;
        assert_int_equal(read_kernel(&f), 0);
        assert_int_equal(p->reach[0].start, cases[i].reach ? 0x10000 : 0);
        assert_int_equal(p->reach[0].end, cases[i].reach ? 0xa0000 : 0);
        assert_int_equal(p->reach[1].start, cases[i].reach ? 0x100000 : 0);
        assert_int_equal(p->reach[1].end, cases[i].reach ? 0x400000 : 0);
        assert_int_equal(p->scratch.start, cases[i].scratch ? 0x1000 : 0);
        assert_int_equal(p->scratch.end, cases[i].scratch ? 0x90000 : 0);
    }
}

/* A kernel for 64 bits: only where the CPU has them, and with room behind its file. */
/* Before 2.12 only the code says that it is a 64-bit kernel: it reads EFER before its 64-bit entry. */
static void old_64_bit_kernels(void **state)
{
    static const uint8_t code[] = {0xb9, 0x80, 0, 0, 0xc0, 0x0f, 0x32};
    static const struct {
        uint32_t protocol, jump, at;
        bool wide;
    } cases[] = {
        {0x020b, 0x66, 0, true},      {0x020b, 0x66, 0x123, true}, {0x020b, 0x66, 0x1f9, true},
        {0x020b, 0x66, 0x1fa, false}, {0x020a, 0x62, 0x80, true},  {0x0205, 0x36, 0x80, true},
        {0x0202, 0x2a, 0x80, true},   {0x020c, 0x66, 0x80, false}, {0x020f, 0x6a, 0x80, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (unsigned cpu = 0; cpu < 2; cpu++) {
            struct bzimage_fields f = bzimage_usual;

            f.protocol = cases[i].protocol;
            f.jump = cases[i].jump;
            start();
            j.request.kernel = bzimage_make(&j.machine, AT, &f);
            j.request.long_mode = cpu;
            machine_write(AT + 28 * 512 + cases[i].at, code, sizeof(code));
            int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
            assert_int_equal(error, cases[i].wide && !cpu ? BATON_E_CPU : 0);
            if (error)
                continue;
            assert_int_equal(j.payload.long_mode, cases[i].wide);
            assert_int_equal(j.payload.width_unknown, !cases[i].wide && f.protocol < 0x020c);
            if (f.protocol >= 0x020a && f.protocol < 0x020c)
                assert_int_equal(j.payload.segment[0].room, j.payload.segment[0].window);
        }
}

static void long_mode(void **state)
{
    struct bzimage_fields f = bzimage_usual;

    (void)state;
    f.xloadflags = 1;
    assert_int_equal(read_kernel(&f), BATON_E_CPU);
    start();
    j.request.long_mode = true;
    j.request.kernel = bzimage_make(&j.machine, AT, &f);
    assert_int_equal(baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why), 0);
    assert_int_equal(j.payload.segment[0].room, f.init_size);
    f.xloadflags = 0x2; /* another flag */
    assert_int_equal(read_kernel(&f), 0);
    f.xloadflags = 1;
    f.jump = 0x34; /* the header ends before xloadflags: there are none */
    f.protocol = 0x0205;
    assert_int_equal(read_kernel(&f), 0);
}

static void names(void **state)
{
    static const struct {
        const char *version, *name;
    } cases[] = {
        {"6.1.0-50-686-pae (x@y) #1", "Linux 6.1.0-50-686-pae"},
        {"2.4.37", "Linux 2.4.37"},
        {" leading", "Linux "},
        {"", "Linux "},
        {NULL, "Linux "},
        {"evil\x1b[31m", "Linux evil"},
        {"123456789012345678901234567890123456789012345678901234567890123456789012345678901234567",
         "Linux 1234567890123456789012345678901234567890123456789012345678"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bzimage_fields f = bzimage_usual;

        f.version = cases[i].version;
        assert_int_equal(read_kernel(&f), 0);
        assert_string_equal(j.payload.name, cases[i].name);
    }
}

/* The command line may be as long as the kernel says, 255 before it could say, and a page. */
static void command_line_lengths(void **state)
{
    static const struct {
        uint32_t protocol, jump, size;
        unsigned most;
    } cases[] = {
        {0x0205, 0x36, 2047, 255},  {0x0206, 0x3a, 2047, 2047}, {0x020f, 0x6a, 2047, 2047},
        {0x020f, 0x6a, 255, 255},   {0x020f, 0x6a, 0, 0},       {0x020f, 0x6a, 0xffffffff, 4095},
        {0x020f, 0x6a, 4095, 4095}, {0x020f, 0x6a, 4096, 4095},
    };
    static char line[5000];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (unsigned more = 0; more < 2; more++) {
            struct bzimage_fields f = bzimage_usual;

            f.protocol = cases[i].protocol;
            f.jump = cases[i].jump;
            f.cmdline_size = cases[i].size;
            memset(line, 'x', sizeof(line));
            line[cases[i].most + more] = '\0';
            start();
            j.request.kernel = bzimage_make(&j.machine, AT, &f);
            j.request.command_line = line;
            int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
            assert_int_equal(error, more ? BATON_E_COMMAND_LINE : 0);
            if (more) {
                assert_int_equal(j.why.value, cases[i].most + 1);
                assert_int_equal(j.why.limit, cases[i].most);
            }
        }
}

/* ---- lies ------------------------------------------------------------------------------------ */

/* One field changed: the refusal, and the field that it names. */
/* clang-format off */
static const struct lie {
    const char *name;
    struct bzimage_fields f; /* zero fields are the usual ones */
    int error;
    const char *what;
} lies[] = {
    {"protocol 2.01", {.protocol = 0x0201}, BATON_E_PROTOCOL, NULL},
    {"protocol 1.99", {.protocol = 0x0163}, BATON_E_PROTOCOL, NULL},
    {"boot_flag", {.boot_flag = 0xaa54}, BATON_E_FIELD, "boot_flag"},
    {"no Linux at all", {.magic = 0x53726449}, BATON_E_REALMODE, "it is a boot sector"},
    {"header ends before cmd_line_ptr", {.jump = 0x29}, BATON_E_LEAST, "setup header's length"},
    {"header ends at once", {.jump = 0x01}, BATON_E_LEAST, "setup header's length"},
    {"header longer than boot_params has room", {.jump = 0x8f}, BATON_E_MOST,
     "setup header's length"},
    {"header as long as can be", {.jump = 0xff}, BATON_E_MOST, "setup header's length"},
    {"header that just fits", {.jump = 0x8e}, 0, NULL},
    {"setup longer than the file", {.setup_sects = 255, .kernel_size = 1}, 0, NULL},
    {"syssize says more than there is", {.syssize = 0x21240 / 16 + 1}, BATON_E_TRUNCATED,
     "protected-mode kernel"},
    {"syssize says far more", {.syssize = 0xffffffff}, BATON_E_TRUNCATED, "protected-mode kernel"},
    {"syssize rounds up", {.kernel_size = 0x21231, .syssize = 0x2124}, 0, NULL},
    {"loaded low", {.loadflags = 0x80}, BATON_E_REALMODE, NULL},
    {"init_size below the kernel's size", {.init_size = 0x2122f}, BATON_E_LEAST, "init_size"},
    {"init_size is the kernel's size", {.init_size = 0x21230}, 0, NULL},
    {"pref_address not page aligned", {.pref_address = 0x1000001}, BATON_E_FIELD, "pref_address"},
    {"pref_address odd by half a page", {.pref_address = 0x1000800}, BATON_E_FIELD,
     "pref_address"},
    {"pref_address at 4 GiB", {.pref_address = 1ull << 32}, BATON_E_MOST, "pref_address"},
    {"pref_address far above 4 GiB", {.pref_address = 0x100000001000000}, BATON_E_MOST,
     "pref_address"},
    {"alignment no power of two", {.alignment = 0x300000}, BATON_E_FIELD, "kernel_alignment"},
    {"alignment below a page", {.alignment = 0x800}, BATON_E_LEAST, "kernel_alignment"},
    {"alignment of one", {.alignment = 1}, BATON_E_LEAST, "kernel_alignment"},
    {"alignment of all bits", {.alignment = 0xffffffff}, BATON_E_FIELD, "kernel_alignment"},
    {"alignment of 2 GiB", {.alignment = 0x80000000}, 0, NULL},
};
/* clang-format on */

static void lies_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lies); i++) {
        const struct bzimage_fields *c = &lies[i].f;
        struct bzimage_fields f = bzimage_usual;

#define CHANGE(field) f.field = c->field ? c->field : f.field
        CHANGE(protocol), CHANGE(boot_flag), CHANGE(magic), CHANGE(jump), CHANGE(setup_sects);
        CHANGE(kernel_size), CHANGE(syssize), CHANGE(loadflags), CHANGE(init_size);
        CHANGE(pref_address), CHANGE(alignment);
#undef CHANGE
        int error = read_kernel(&f);
        if (error != lies[i].error)
            print_error("%s: %s\n", lies[i].name, baton_error_name(error));
        assert_int_equal(error, lies[i].error);
        if (error && lies[i].what)
            assert_int_equal(strncmp(j.why.what, lies[i].what, strlen(lies[i].what)), 0);
    }
}

/* Fields that are lies when zero. */
static void zero_fields(void **state)
{
    struct bzimage_fields f = bzimage_usual;

    (void)state;
    f.init_size = 0;
    assert_int_equal(read_kernel(&f), BATON_E_LEAST);
    f = bzimage_usual;
    f.pref_address = 0;
    assert_int_equal(read_kernel(&f), BATON_E_FIELD);
    f = bzimage_usual;
    f.alignment = 0; /* iPXE's and memdisk's headers are such: the next three */
    assert_int_equal(read_kernel(&f), BATON_E_REALMODE);
    assert_string_equal(j.why.what, "it is relocatable, and its kernel_alignment is 0");
    f.relocatable = 0; /* then nobody asks for it */
    assert_int_equal(read_kernel(&f), 0);
    f = bzimage_usual;
    f.setup_sects = 0; /* means 4 */
    assert_int_equal(read_kernel(&f), 0);
    assert_int_equal(j.payload.segment[0].source, AT + 5 * 512);
    f = bzimage_usual;
    f.initrd_addr_max = 0; /* no initrd, no matter */
    assert_int_equal(read_kernel(&f), 0);
    f = bzimage_usual;
    read_kernel(&f);
    const uint32_t none = 0;
    machine_write(AT + 0x1f4, &none, 4); /* syssize */
    assert_int_equal(baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why),
                     BATON_E_REALMODE);
    assert_string_equal(j.why.what, "its syssize is 0");
    f = bzimage_usual;
    read_kernel(&f);
    machine_write(AT + 0x214, &none, 4); /* code32_start */
    assert_int_equal(baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why),
                     BATON_E_REALMODE);
    assert_string_equal(j.why.what, "its code32_start is 0");
}

/* What follows the kernel (a signature) is no part of it. */
static void signature_behind_the_kernel(void **state)
{
    struct bzimage_fields f = bzimage_usual;

    (void)state;
    f.syssize = 0x2000;
    assert_int_equal(read_kernel(&f), 0);
    assert_int_equal(j.payload.segment[0].file_size, 0x20000);
    f.protocol = 0x0203; /* syssize has 16 bits here, and is not believed */
    f.jump = 0x2e;
    assert_int_equal(read_kernel(&f), 0);
    assert_int_equal(j.payload.segment[0].file_size, 0x21230);
}

/* More entries than boot_params takes, and a kernel that cannot be given more. */
static void many_memory_entries(void **state)
{
    static const struct {
        uint32_t protocol, jump, entries;
        unsigned pages; /* of the node of setup_data */
        int error;
    } cases[] = {
        {0x0208, 0x56, 128, 0, 0},       {0x0208, 0x56, 129, 0, BATON_E_SEGMENTS},
        {0x0209, 0x56, 128, 0, 0},       {0x0209, 0x56, 129, 1, 0},
        {0x020f, 0x6a, 128 + 204, 1, 0}, {0x020f, 0x6a, 128 + 204 + 1, 2, 0},
        {0x020f, 0x6a, 3000, 15, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bzimage_fields f = bzimage_usual;
        unsigned pages = 0;

        f.protocol = cases[i].protocol;
        f.jump = cases[i].jump;
        start();
        while (j.machine.host.memory_count < cases[i].entries) {
            uint64_t at = 0x100000000ull + j.machine.host.memory_count * 0x10000;

            machine_memory(&j.machine, at, at + 0x8000, BATON_MEM_RESERVED);
        }
        j.request.kernel = bzimage_make(&j.machine, AT, &f);
        int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
        assert_int_equal(error, cases[i].error);
        for (uint32_t k = 0; !error && k < j.payload.segments; k++)
            pages += j.payload.segment[k].role == BATON_ROLE_MEMORY_MAP;
        if (!error)
            assert_int_equal(pages, cases[i].pages);
    }
}

/* ---- cut off --------------------------------------------------------------------------------- */

static int error_of_length(uint64_t size)
{
    const uint64_t setup = 28 * 512, whole = setup + 0x21230;

    if (size == 0)
        return BATON_E_EMPTY;
    if (size < 0x200) /* not even the boot sector's magic number is there */
        return BATON_E_FORMAT;
    if (size < 0x206) /* nor Linux's */
        return BATON_E_REALMODE;
    return size > whole - 16 ? 0 : BATON_E_TRUNCATED; /* syssize counts 16 bytes */
}

static void cut_off(uint64_t size)
{
    start();
    bzimage_make(&j.machine, AT, &bzimage_usual);
    machine_forget_files(&j.machine); /* the file has no more pages than its size says */
    j.request.kernel = machine_file(&j.machine, AT, size);
    int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
    if (error != error_of_length(size))
        print_error("cut to %u bytes: %s\n", (unsigned)size, baton_error_name(error));
    assert_int_equal(error, error_of_length(size));
    assert_string_equal(j.machine.violation, "");
}

static void cut_off_anywhere(void **state)
{
    (void)state;
    for (uint64_t size = 0; size < 0x300; size++)
        cut_off(size);
    for (uint64_t size = 28 * 512 - 20; size < 28 * 512 + 20; size++)
        cut_off(size);
    for (uint64_t size = 28 * 512 + 0x21230 - 40; size <= 28 * 512 + 0x21230; size++)
        cut_off(size);
    for (uint64_t size = 0x300; size < 28 * 512 + 0x21230; size += 509)
        cut_off(size);
}

/* A file that ends with the magic number, at every place in a page. */
static void file_over_page_ends(void **state)
{
    (void)state;
    for (uint64_t pa = 0x300000; pa < 0x301000; pa += 0xff) {
        start();
        j.request.kernel = bzimage_make(&j.machine, pa, &bzimage_usual);
        assert_int_equal(baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why), 0);
        assert_int_equal(j.payload.segment[0].source, pa + 28 * 512);
        assert_string_equal(j.payload.name, "Linux 6.1.0-50-686-pae");
        assert_string_equal(j.machine.violation, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_wants),
        cmocka_unit_test(lower_alignments),
        cmocka_unit_test(old_kernels_see_little),
        cmocka_unit_test(long_mode),
        cmocka_unit_test(old_64_bit_kernels),
        cmocka_unit_test(names),
        cmocka_unit_test(command_line_lengths),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(zero_fields),
        cmocka_unit_test(signature_behind_the_kernel),
        cmocka_unit_test(many_memory_entries),
        cmocka_unit_test(cut_off_anywhere),
        cmocka_unit_test(file_over_page_ends),
    };

    return cmocka_run_group_tests_name("bzimage", tests, NULL, NULL);
}
