/* Multiboot 1 kernels: what is loaded, what they are told, and what is refused. */
#include "tests/host/paper/cm.h"
#include "tests/host/multiboot/mbkernel.h"

static struct journey j;
static struct elf_fields fields;

static int each(void **state)
{
    (void)state;
    fields = elf_usual;
    return 0;
}

/* An ELF32 kernel with this header flag word, not read yet. */
static void start(uint64_t size, uint32_t flags)
{
    mb_start(&j);
    mb_file(&j, size, &fields);
    mb_header1(MB_HEADER, flags, NULL, 0);
}

static int read_kernel(void)
{
    int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);

    assert_string_equal(j.machine.violation, "");
    assert_int_equal(j.machine.asked, 0);
    return error;
}

static void end(void)
{
    assert_journey(&j, journey_unload(&j));
}

/* ---- what it is entered with ------------------------------------------------------------------ */

static void the_whole_way(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        start(MB_SIZE, 3);
        if (wide)
            mb_file64(&j, MB_SIZE, &fields, 0xffffffffc0200010ull);
        mb_header1(MB_HEADER, 3, NULL, 0);
        mb_modules(&j);
        assert_int_equal(journey_load(&j), 0);
        assert_string_equal(j.payload.kind, wide ? "multiboot 1, ELF64" : "multiboot 1, ELF32");
        assert_int_equal(j.payload.long_mode, wide);
        mb_run(&j, 1);
        assert_int_equal(j.payload.entry.registers.eip, 0x200010);
        assert_string_equal(mb_told.loader,
                            "Baton " BATON_VERSION " (strings as GRUB 2 gives them)");
        assert_int_equal(mb_told.modules, 2);
        assert_string_equal(mb_told.module[0].string, "first module");
        assert_string_equal(mb_told.module[1].string, "");
        assert_int_equal(mb_told.module[0].file.size, 0x4567);
        assert_int_equal(mb_told.module[1].file.size, 1);
        assert_int_equal(mb_told.module[0].file.pa % BATON_PAGE_SIZE, 0);
        assert_int_equal(mb_told.module[0].file.pa, journey_find(&j, "module 1", 0)->dest);
        assert_int_equal(mb_told.module[1].file.pa, MB_MODULE_2); /* it stays */
        /* memory, command line, modules, map, loader's name; and nothing else */
        assert_int_equal(mb_word(&j, 0), 1 << 0 | 1 << 2 | 1 << 3 | 1 << 6 | 1 << 9);
        assert_int_equal(mb_word(&j, 4), 639);   /* KiB */
        assert_int_equal(mb_word(&j, 8), 31744); /* from 1 MiB to 32 MiB */
        assert_int_equal(machine_word(mb_word(&j, 48)), 20);
        end();
    }
}

static void without_modules(void **state)
{
    (void)state;
    start(MB_SIZE, 0);
    assert_int_equal(journey_load(&j), 0);
    mb_run(&j, 1);
    assert_int_equal(mb_told.modules, 0);
    assert_int_equal(mb_word(&j, 20), 0);
    end();
}

/* As many modules and strings as there can be: more than one page of information. */
static void many_modules(void **state)
{
    static char strings[BATON_MODULES][300];

    (void)state;
    start(MB_SIZE, 1);
    for (uint32_t i = 0; i < BATON_MODULES; i++) {
        memset(strings[i], 'a' + (int)i % 26, sizeof(strings[i]) - 1);
        j.request.module[i] = (struct baton_module){
            machine_file(&j.machine, 0x1000010 + 0x3000 * i, 0x1000 + i), strings[i]};
    }
    assert_int_equal(journey_load(&j), 0);
    assert_int_equal(baton_segment_find(&j.payload, BATON_ROLE_MULTIBOOT, 0)->flags,
                     BATON_SEG_AREA | BATON_SEG_ANYWHERE);
    mb_run(&j, 1);
    assert_int_equal(mb_told.modules, BATON_MODULES);
    for (uint32_t i = 0; i < BATON_MODULES; i++) {
        assert_string_equal(mb_told.module[i].string, strings[i]);
        assert_int_equal(mb_told.module[i].file.size, 0x1000 + i);
        assert_int_equal(mb_told.module[i].file.pa % BATON_PAGE_SIZE, 0);
    }
    end();
}

/* The video request is answered with what there is. */
static void the_screen(void **state)
{
    static const uint32_t video[9] = {0, 0, 0, 0, 0, 0, 1024, 768, 32};
    static const struct baton_screen screens[] = {
        {.kind = BATON_SCREEN_NONE},
        {.kind = BATON_SCREEN_TEXT, .columns = 80, .rows = 25},
        {.kind = BATON_SCREEN_LINEAR,
         .pa = 0xfd000000,
         .pitch = 3200,
         .width = 800,
         .height = 600,
         .bits = 32,
         .red_size = 8,
         .red_at = 16,
         .green_size = 7,
         .green_at = 9,
         .blue_size = 6,
         .blue_at = 1},
    };
    static const uint8_t colours[] = {16, 8, 9, 7, 1, 6};
    static const uint32_t offsets[] = {88, 96, 100, 104, 108};
    static const uint32_t words[][5] = {
        {0},
        {0xb8000, 160, 80, 25, 0x0210},
        {0xfd000000, 3200, 800, 600, 0x0120}}; /* at these offsets */

    (void)state;
    for (size_t i = 0; i < COUNT(screens); i++) {
        start(MB_SIZE, 4);
        mb_header1(MB_HEADER, 4, video, COUNT(video));
        j.request.screen = screens[i];
        assert_int_equal(journey_load(&j), 0);
        mb_run(&j, 1);
        assert_int_equal(mb_word(&j, 0) >> 12 & 1, i != 0);
        assert_int_equal(mb_word(&j, 0) >> 11 & 1, 0); /* VBE */
        for (size_t k = 0; k < COUNT(offsets); k++)
            assert_int_equal(mb_word(&j, offsets[k]) & (k == 4 ? 0xffff : ~0u), words[i][k]);
        if (i == 2)
            assert_memory_equal(machine_at(j.payload.entry.registers.ebx + 110), colours, 6);
        end();
    }
}

/* ---- section headers --------------------------------------------------------------------------- */

static void sections(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        start(MB_SIZE, 0);
        if (wide)
            mb_file64(&j, MB_SIZE, &fields, 0xffffffffc0200010ull);
        mb_header1(MB_HEADER, 0, NULL, 0);
        mb_sections(0x800, wide, 0x8123);
        j.request.place = wide ? BATON_PLACE_ALL : BATON_PLACE_AUTO;
        assert_int_equal(journey_load(&j), 0);
        mb_run(&j, 1);
        assert_int_equal(mb_word(&j, 0) >> 5 & 1, 1);
        assert_int_equal(mb_word(&j, 28), 5);
        assert_int_equal(mb_word(&j, 32), wide ? 64 : 40);
        assert_int_equal(mb_word(&j, 40), 4);
        uint32_t table = mb_word(&j, 36), size = wide ? 64 : 40, at = wide ? 16 : 12;
        assert_int_equal(machine_word(table + size + at), 0xc0200000); /* as it is linked */
        assert_int_equal(machine_word(table + 2 * size + at), 0);      /* it has no bytes */
        for (unsigned i = 0; i < 2; i++) {
            uint32_t there = machine_word(table + (3 + i) * size + at);

            assert_int_equal(there,
                             journey_find(&j, "ELF sections", 0)->dest + 0x123 + (i ? 0x345 : 0));
            for (uint32_t k = 0; k < 0x111; k++) /* before the hand-off it lay in the file */
                assert_int_equal(
                    *machine_at(there + k),
                    machine_before((MB_AT + (i ? 0x8468 : 0x8123) + k) &
                                   ~0xfffull)[(MB_AT + (i ? 0x8468 : 0x8123) + k) & 0xfff]);
        }
        end();
    }
}

/* Damaged section headers are no reason to refuse a kernel: it is told of none. */
static void damaged_sections(void **state)
{
    static const struct {
        uint32_t at, bytes;
        uint64_t value;
    } cases[] = {
        {32, 4, MB_SIZE - 100},
        {32, 4, 0xffffffff},
        {46, 2, 39},
        {46, 2, 64},
        {48, 2, 0},
        {48, 2, 0xffff},
        {50, 2, 5},
        {50, 2, 0xffff},
        {0x800 + 3 * 40 + 16, 4, MB_SIZE - 1}, /* the symbols end behind the file */
        {0x800 + 3 * 40 + 20, 4, 0xffffffff},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        start(MB_SIZE, 0);
        mb_sections(0x800, false, 0x8000);
        machine_write(MB_AT + cases[i].at, &cases[i].value, cases[i].bytes);
        assert_int_equal(journey_load(&j), 0);
        mb_run(&j, 1);
        assert_int_equal(mb_word(&j, 0) >> 5 & 1, 0);
        end();
    }
}

/* All of them are in segments, or have no bytes: their headers are told, and nothing goes along. */
static void only_loaded_sections(void **state)
{
    const uint32_t flags = 2; /* SHF_ALLOC */

    (void)state;
    start(MB_SIZE, 0);
    mb_sections(0x800, false, 0x8000);
    for (uint32_t i = 3; i < 5; i++)
        machine_write(MB_AT + 0x800 + 40 * i + 8, &flags, 4);
    assert_int_equal(journey_load(&j), 0);
    assert_null(journey_find(&j, "ELF sections", 0));
    mb_run(&j, 1);
    assert_int_equal(mb_word(&j, 28), 5);
    for (uint32_t i = 0; i < 5 * 40; i++)
        assert_int_equal((uint8_t)mb_word(&j, mb_word(&j, 36) + i - j.payload.entry.registers.ebx),
                         *machine_at(MB_AT + 0x800 + i));
    end();
}

/* ---- address fields ---------------------------------------------------------------------------- */

#define BASE 0x00300000u

static void address_fields(void **state)
{
    static const struct {
        const char *name;
        uint32_t header, load, load_end, bss_end, entry;
        int error;
        uint64_t file, size; /* of the segment; its bytes */
    } cases[] = {
        {"all", BASE + 0x100, BASE, BASE + 0x2000, BASE + 0x5000, BASE, 0, 0x2000, 0x5000},
        {"no bss", BASE + 0x100, BASE, BASE + 0x2000, 0, BASE + 0x1fff, 0, 0x2000, 0x2000},
        {"all of the file", BASE + 0x100, BASE, 0, 0, BASE, 0, MB_SIZE - 0x100, MB_SIZE - 0x100},
        {"all of the file and bss", BASE + 0x100, BASE, 0, BASE + 0x20000, BASE + 0x1ffff, 0,
         MB_SIZE - 0x100, 0x20000},
        {"from the header on", BASE, BASE, BASE + 0x1000, 0, BASE, 0, 0x1000, 0x1000},
        {"from the file's start", BASE + 0x200, BASE, 0, 0, BASE, 0, MB_SIZE, MB_SIZE},
        {"before the file", BASE + 0x201, BASE, 0, 0, BASE, BATON_E_FIELD, 0, 0},
        {"load behind the header", BASE, BASE + 1, 0, 0, BASE + 1, BATON_E_LEAST, 0, 0},
        {"end before start", BASE, BASE, BASE - 1, 0, BASE, BATON_E_LEAST, 0, 0},
        {"more than the file", BASE + 0x200, BASE, BASE + 0x10001, 0, BASE, BATON_E_TRUNCATED, 0,
         0},
        {"bss before the end", BASE, BASE, BASE + 0x1000, BASE + 0xfff, BASE, BATON_E_LEAST, 0, 0},
        {"entry before it", BASE, BASE, BASE + 0x1000, 0, BASE - 1, BATON_E_FIELD, 0, 0},
        {"entry behind it", BASE, BASE, BASE + 0x1000, 0, BASE + 0x1000, BATON_E_FIELD, 0, 0},
        {"above 4 GiB", 0xfffff000, 0xfffff000, 0, 0, 0xfffff000, BATON_E_TOO_HIGH, 0, 0},
        {"nothing at all", BASE, BASE, BASE, 0, BASE, BATON_E_FIELD, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const uint32_t words[] = {cases[i].header, cases[i].load, cases[i].load_end,
                                  cases[i].bss_end, cases[i].entry};

        mb_start(&j);
        mb_file(&j, MB_SIZE, i % 2 ? &fields : NULL); /* in an ELF file, they go first */
        mb_header1(MB_HEADER, 0x10000, words, COUNT(words));
        int error = journey_load(&j);
        if (error != cases[i].error)
            print_error("%s: %s\n", cases[i].name, baton_error_name(error));
        assert_int_equal(error, cases[i].error);
        assert_string_equal(j.machine.violation, "");
        if (error)
            continue;
        const struct baton_segment *s = journey_find(&j, "image", 0);
        assert_int_equal(s->dest, cases[i].load);
        assert_int_equal(s->file_size, cases[i].file);
        assert_int_equal(s->mem_size, cases[i].size);
        mb_run(&j, 1);
        assert_int_equal(j.payload.entry.registers.eip, cases[i].entry);
        end();
    }
}

/* ---- what is refused --------------------------------------------------------------------------- */

static void flags(void **state)
{
    char text[BATON_SENTENCE], bit[40];

    (void)state;
    for (unsigned n = 0; n < 32; n++) {
        uint32_t rest[9] = {MB_HEADER, 0};

        start(MB_SIZE, 1u << n);
        if (n == 16) /* the address fields: all of the file, to address 0 */
            mb_header1(MB_HEADER, 1u << n, rest, COUNT(rest));
        if (n == 16) {
            assert_int_equal(read_kernel(), 0);
            assert_string_equal(j.payload.kind, "multiboot 1, address fields");
            continue;
        }
        assert_int_equal(read_kernel(), n > 2 && n < 16 ? BATON_E_REQUIRES : 0);
        if (n <= 2 || n > 16)
            continue;
        baton_explain(&j.why, text, sizeof(text));
        snprintf(bit, sizeof(bit), "multiboot header flag, bit %u,", n);
        assert_non_null(strstr(text, bit));
    }
    start(MB_SIZE, 0x10007 | 1 << 15 | 1 << 9); /* the first unknown one is named */
    assert_int_equal(read_kernel(), BATON_E_REQUIRES);
    assert_int_equal(j.why.value, 9);
}

/* The file ends anywhere in its headers: a refusal, and no read behind its end. */
static void cut_anywhere(void **state)
{
    static const uint32_t rest[9] = {MB_HEADER, 0, 0, 0, 0x20, 0, 1024, 768, 32};

    (void)state;
    for (uint64_t size = 1; size < 0x5240; size += size < 0x260 || size > 0x5200 ? 1 : 0x333) {
        start(size, 3);
        int error = read_kernel();
        if (size < 0x5234) /* the end of the second segment */
            assert_int_not_equal(error, 0);
        else
            assert_int_equal(error, 0);
        mb_start(&j);
        mb_file(&j, size, NULL);
        mb_header1(MB_HEADER, 0x10004, rest, COUNT(rest));
        assert_int_equal(read_kernel() == 0, size >= MB_HEADER + 48);
    }
}

/* What loads nothing by itself: it needs an ELF file around it. */
static void neither_elf_nor_addresses(void **state)
{
    char text[BATON_SENTENCE];

    (void)state;
    mb_start(&j);
    mb_file(&j, MB_SIZE, NULL);
    mb_header1(MB_HEADER, 3, NULL, 0);
    assert_int_equal(journey_load(&j), BATON_E_KIND); /* judges that nothing is kept (H7) */
    assert_journey(&j, !j.wrong[0]);
    baton_explain(&j.why, text, sizeof(text));
    assert_non_null(strstr(text, "is no ELF file and has no address fields (flag 16)"));
}

/* The header must end within the first 8 KiB. */
static void far_behind(void **state)
{
    static const struct {
        uint32_t at, flags;
        int error;
    } cases[] = {{8192 - 12, 0, 0},          {8192 - 8, 0, BATON_E_FORMAT},
                 {8192 - 48, 4, 0},          {8192 - 44, 4, BATON_E_MOST},
                 {0x201, 0, BATON_E_FORMAT}, {0x202, 0, BATON_E_FORMAT}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t rest[9] = {0};

        mb_start(&j);
        mb_file(&j, MB_SIZE, &fields);
        *machine_at(MB_AT) = cases[i].error == BATON_E_FORMAT ? 0 : 0x7f; /* no plain ELF, either */
        mb_header1(cases[i].at, cases[i].flags, rest, cases[i].flags ? 9 : 0);
        assert_int_equal(read_kernel(), cases[i].error);
    }
    start(MB_SIZE, 0); /* a wrong sum: a plain ELF kernel */
    *machine_at(MB_AT + MB_HEADER + 8) ^= 1;
    assert_int_equal(read_kernel(), 0);
    assert_string_equal(j.payload.kind, "static ELF32");
}

static void elf_damage(void **state)
{
    static const struct {
        const char *name;
        struct elf_load load;
        uint32_t entry, phoff;
        uint16_t phentsize, machine;
        int error;
    } cases[] = {
        {"first 64 KiB", {1, 0x6000, 0x8000, 0x8000, 0x800, 0x1000}, 0, 0, 0, 0, 0},
        {"entry by its physical address", {0}, 0x200010, 0, 0, 0, 0},
        {"entry in none", {0}, 0x7000000, 0, 0, 0, BATON_E_FIELD},
        {"overlap", {1, 0x6000, 0, 0x205000, 0x10, 0x10}, 0, 0, 0, 0, BATON_E_OVERLAP},
        {"behind the file", {1, MB_SIZE, 0, 0x300000, 1, 1}, 0, 0, 0, 0, BATON_E_TRUNCATED},
        {"offset of 4 GiB", {1, 0xffffffff, 0, 0x300000, 8, 8}, 0, 0, 0, 0, BATON_E_TRUNCATED},
        {"more in the file", {1, 0x1000, 0, 0x300000, 2, 1}, 0, 0, 0, 0, BATON_E_MOST},
        {"above 4 GiB", {1, 0x1000, 0, 0xfffff000, 1, 0x1001}, 0, 0, 0, 0, BATON_E_TOO_HIGH},
        {"no RAM", {1, 0x1000, 0, 0xa0000, 1, 1}, 0, 0, 0, 0, BATON_E_NOT_RAM},
        {"program headers", {0}, 0, MB_SIZE - 63, 0, 0, BATON_E_TRUNCATED},
        {"program headers far away", {0}, 0, 0xfffffff0, 0, 0, BATON_E_TRUNCATED},
        {"short program headers", {0}, 0, 0, 31, 0, BATON_E_LEAST},
        {"of ARM", {0}, 0, 0, 0, 40, BATON_E_KIND},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        each(NULL);
        if (cases[i].load.type)
            fields.load[fields.loads++] = cases[i].load;
        fields.entry = cases[i].entry ? cases[i].entry : fields.entry;
        fields.phoff = cases[i].phoff ? cases[i].phoff : fields.phoff;
        fields.phentsize = cases[i].phentsize ? cases[i].phentsize : fields.phentsize;
        fields.machine = cases[i].machine ? cases[i].machine : fields.machine;
        start(MB_SIZE, 3);
        int error = journey_load(&j);
        if (error != cases[i].error)
            print_error("%s: %s\n", cases[i].name, baton_error_name(error));
        assert_int_equal(error, cases[i].error);
        if (error)
            continue;
        mb_run(&j, 1);
        assert_int_equal(j.payload.entry.registers.eip, 0x200010);
        end();
    }
}

static void elf64_damage(void **state)
{
    static const struct {
        const char *name;
        uint64_t at, value; /* eight bytes of the file */
        int error;
    } cases[] = {
        {"entry", 24, 0x12345678, BATON_E_FIELD},
        {"program headers", 32, UINT64_MAX - 16, BATON_E_TRUNCATED},
        {"offset", 64 + 8, UINT64_MAX - 1, BATON_E_TRUNCATED},
        {"paddr", 64 + 24, 1ull << 32, BATON_E_TOO_HIGH},
        {"paddr at the end of all", 64 + 24, UINT64_MAX - 0xfff, BATON_E_TOO_HIGH},
        {"filesz", 64 + 32, UINT64_MAX, BATON_E_TRUNCATED},
        {"memsz below filesz", 64 + 40, 1, BATON_E_MOST},
        {"memsz", 64 + 40, UINT64_MAX, BATON_E_TOO_HIGH},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        start(MB_SIZE, 0);
        mb_file64(&j, MB_SIZE, &fields, 0xffffffffc0200010ull);
        mb_header1(MB_HEADER, 0, NULL, 0);
        machine_write(MB_AT + cases[i].at, &cases[i].value, 8);
        int error = journey_load(&j);
        if (error != cases[i].error)
            print_error("%s: %s\n", cases[i].name, baton_error_name(error));
        assert_int_equal(error, cases[i].error);
    }
    mb_start(&j);
    mb_file64(&j, MB_SIZE, &fields, 0xffffffffc0200010ull);
    mb_header1(MB_HEADER, 0, NULL, 0);
    j.request.long_mode = false;
    assert_int_equal(read_kernel(), BATON_E_CPU);
}

/* 64 segments are as many as there can be, the one of the information among them. */
static void many_segments(void **state)
{
    (void)state;
    for (uint32_t n = 60; n < 70; n++) {
        fields.loads = n;
        for (uint32_t i = 0; i < n; i++)
            fields.load[i] = (struct elf_load){
                1, 0x2000 + 16 * i, 0xc0200000 + 0x1000 * i, 0x200000 + 0x1000 * i, 16, 0x20};
        mb_start(&j);
        mb_file(&j, MB_SIZE, NULL);
        elf_make(&j.machine, MB_AT, MB_SIZE, &fields);
        mb_header1(0x1000, 3, NULL, 0);
        int error = journey_load(&j);
        assert_int_equal(error, n < 64 ? 0 : BATON_E_SEGMENTS);
        if (error)
            continue;
        mb_run(&j, 1);
        end();
    }
}

/* The modules and the piece of the sections are segments, too. */
static void many_segments_and_more(void **state)
{
    static const struct {
        uint32_t loads, modules;
        bool sections;
        int error;
    } cases[] = {
        {61, 2, false, 0},
        {61, 2, true, BATON_E_SEGMENTS},
        {62, 0, true, 0},
        {63, 0, true, BATON_E_SEGMENTS},
        {64, 0, true, BATON_E_SEGMENTS}, /* of the sections */
        {63, 1, false, BATON_E_SEGMENTS},
        {63, 2, false, BATON_E_SEGMENTS}, /* of a module */
        {62, 2, true, BATON_E_SEGMENTS},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        fields.loads = cases[i].loads;
        for (uint32_t n = 0; n < fields.loads; n++)
            fields.load[n] = (struct elf_load){
                1, 0x3000 + 16 * n, 0xc0200000 + 0x1000 * n, 0x200000 + 0x1000 * n, 16, 0x20};
        mb_start(&j);
        mb_file(&j, MB_SIZE, NULL);
        elf_make(&j.machine, MB_AT, MB_SIZE, &fields);
        mb_header1(0x1800, 0, NULL, 0);
        if (cases[i].sections)
            mb_sections(0x2000, false, 0x8123);
        for (uint32_t n = 0; n < cases[i].modules; n++)
            j.request.module[n].file = machine_file(&j.machine, MB_MODULE_2 + 0x1000 * n, 1);
        int error = journey_load(&j);
        if (error != cases[i].error)
            print_error("case %zu: %s\n", i, baton_error_name(error));
        assert_int_equal(error, cases[i].error);
        assert_journey(&j, !j.wrong[0]);
        if (error) {
            assert_string_equal(j.why.what, "segments");
            assert_int_equal(j.why.value, BATON_SEGMENTS + 1);
            assert_int_equal(j.why.limit, BATON_SEGMENTS);
            continue;
        }
        mb_run(&j, 1);
        end();
    }
}

static void a_long_line(void **state)
{
    static char line[20001];

    (void)state;
    memset(line, 'l', sizeof(line) - 1);
    start(MB_SIZE, 0);
    j.request.command_line = line;
    assert_int_equal(journey_load(&j), BATON_E_COMMAND_LINE);
    line[4095] = '\0';
    start(MB_SIZE, 0);
    j.request.command_line = line;
    assert_int_equal(journey_load(&j), 0);
    mb_run(&j, 1);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_whole_way, each),
        cmocka_unit_test_setup(without_modules, each),
        cmocka_unit_test_setup(many_modules, each),
        cmocka_unit_test_setup(the_screen, each),
        cmocka_unit_test_setup(sections, each),
        cmocka_unit_test_setup(damaged_sections, each),
        cmocka_unit_test_setup(only_loaded_sections, each),
        cmocka_unit_test_setup(address_fields, each),
        cmocka_unit_test_setup(flags, each),
        cmocka_unit_test_setup(cut_anywhere, each),
        cmocka_unit_test_setup(neither_elf_nor_addresses, each),
        cmocka_unit_test_setup(far_behind, each),
        cmocka_unit_test_setup(elf_damage, each),
        cmocka_unit_test_setup(elf64_damage, each),
        cmocka_unit_test_setup(many_segments, each),
        cmocka_unit_test_setup(many_segments_and_more, each),
        cmocka_unit_test_setup(a_long_line, each),
    };

    return cmocka_run_group_tests_name("multiboot 1 kernels", tests, NULL, NULL);
}
