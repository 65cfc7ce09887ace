/* Multiboot 2 kernels: the tags of their header, what they are told, and what is refused. */
#include "tests/host/paper/cm.h"
#include "tests/host/multiboot/mbkernel.h"

#define OPTIONAL (1u << 16) /* in a tag's first word */

static struct journey j;
static struct elf_fields fields;
static uint32_t tags[512]; /* of the header */
static uint32_t used;      /* bytes of them */

/* Appends a tag of n words behind its head, padded. */
static void tag(uint32_t type, const uint32_t *words, unsigned n)
{
    tags[used / 4] = type;
    tags[used / 4 + 1] = 8 + 4 * n;
    for (unsigned i = 0; i < n; i++)
        tags[used / 4 + 2 + i] = words[i];
    used += (8 + 4 * n + 7) & ~7u;
}

static int each(void **state)
{
    (void)state;
    fields = elf_usual;
    memset(tags, 0, sizeof(tags));
    used = 0;
    return 0;
}

static void start(uint64_t size)
{
    mb_start(&j);
    mb_file(&j, size, &fields);
    mb_header2(MB_HEADER, tags, used);
}

static int read_kernel(void)
{
    int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);

    assert_string_equal(j.machine.violation, "");
    return error;
}

static void end(void)
{
    assert_journey(&j, journey_unload(&j));
}

/* ---- what it is entered with ------------------------------------------------------------------ */

static const uint8_t root[36] = "RSD PTR \1BATON \2abcdABCDEFGHIJKLMNO";

static size_t root_size; /* how much of it the firmware has */

static void give_root(void *ctx, uint8_t copy[BATON_RSDP_SIZE])
{
    (void)ctx;
    memcpy(copy, root, root_size);
}

static void the_whole_way(void **state)
{
    (void)state;
    start(MB_SIZE);
    mb_modules(&j);
    root_size = sizeof(root);
    j.machine.host.root_pointer = give_root;
    assert_int_equal(journey_load(&j), 0);
    assert_string_equal(j.payload.kind, "multiboot 2, ELF32");
    mb_run(&j, 2);
    assert_int_equal(j.payload.entry.registers.eip, 0x200010);
    assert_string_equal(mb_told.loader, "Baton " BATON_VERSION " (strings as GRUB 2 gives them)");
    assert_int_equal(mb_told.modules, 2);
    assert_string_equal(mb_told.module[0].string, "first module");
    assert_string_equal(mb_told.module[1].string, "");
    assert_int_equal(mb_told.module[0].file.size, 0x4567);
    assert_int_equal(mb_told.module[0].file.pa % BATON_PAGE_SIZE, 0);
    assert_int_equal(mb_told.module[1].file.pa, MB_MODULE_2);
    assert_int_equal(mb_word(&j, mb_tag(&j, 4, 0) + 8), 639);
    assert_int_equal(mb_word(&j, mb_tag(&j, 4, 0) + 12), 31744);
    assert_int_equal(mb_word(&j, mb_tag(&j, 14, 0) + 4), 8 + 20);
    assert_int_equal(mb_word(&j, mb_tag(&j, 15, 0) + 4), 8 + 36);
    for (unsigned i = 0; i < 2; i++)
        assert_memory_equal(machine_at(j.payload.entry.registers.ebx + mb_tag(&j, 14 + i, 0) + 8),
                            root, i ? 36 : 20);
    for (unsigned type = 1; type < 23; type++) /* what there is, once; and nothing else */
        assert_int_equal(mb_tag(&j, type, 0) != 0, 0xc05e >> type & 1); /* 1 2 3 4 6, 14 15 */
    uint32_t total = mb_word(&j, 0);
    assert_int_equal(mb_word(&j, total - 8), 0); /* the end tag is the end */
    assert_int_equal(mb_word(&j, total - 4), 8);
    end();
    start(MB_SIZE); /* an older root pointer, and none */
    root_size = 15;
    j.machine.host.root_pointer = give_root;
    assert_int_equal(journey_load(&j), 0);
    mb_run(&j, 2);
    assert_true(mb_tag(&j, 14, 0) && !mb_tag(&j, 15, 0) && !mb_tag(&j, 3, 0));
    end();
    start(MB_SIZE);
    root_size = 0;
    j.machine.host.root_pointer = give_root;
    assert_int_equal(journey_load(&j), 0);
    mb_run(&j, 2);
    assert_true(!mb_tag(&j, 14, 0) && !mb_tag(&j, 15, 0));
    end();
}

static struct baton_smbios smbios;

static void give_smbios(void *ctx, struct baton_smbios *found)
{
    assert_ptr_equal(ctx, &j.machine);
    *found = smbios;
}

static void of_uefi(void **state)
{
    (void)state;
    for (uint32_t bits = 32; bits <= 64; bits += 32) {
        start(MB_SIZE);
        j.request.efi = (struct baton_efi){bits, 48, 1, 0x1f00000,
                                           machine_file(&j.machine, 0x1800010, 48 * 200)};
        smbios = (struct baton_smbios){machine_file(&j.machine, 0x1810003, 0x233), 3, 2};
        j.machine.host.smbios = give_smbios;
        j.request.screen = (struct baton_screen){.kind = BATON_SCREEN_LINEAR,
                                                 .pa = 0x180000000,
                                                 .pitch = 4096,
                                                 .width = 1024,
                                                 .height = 768,
                                                 .bits = 32};
        assert_int_equal(journey_load(&j), 0);
        assert_int_equal(journey_find(&j, "multiboot info", 0)->flags & BATON_SEG_AREA,
                         BATON_SEG_AREA);
        mb_run(&j, 2);
        uint32_t at = mb_tag(&j, bits == 64 ? 12 : 11, 0), map = mb_tag(&j, 17, 0);
        assert_int_equal(mb_word(&j, at + 4), 8 + bits / 8);
        assert_int_equal(mb_word(&j, at + 8), 0x1f00000);
        assert_int_equal(mb_word(&j, map + 4), 16 + 48 * 200);
        assert_int_equal(mb_word(&j, map + 8), 48);
        assert_int_equal(mb_word(&j, map + 12), 1);
        for (uint32_t i = 0; i < 48 * 200; i++)
            assert_int_equal(*machine_at(j.payload.entry.registers.ebx + map + 16 + i),
                             machine_before((0x1800010 + i) & ~0xfffu)[(0x1800010 + i) & 0xfff]);
        at = mb_tag(&j, 13, 0);
        assert_int_equal(mb_word(&j, at + 4), 16 + 0x233);
        assert_int_equal(mb_word(&j, at + 8), 0x0203);
        assert_int_equal(mb_word(&j, at + 12), 0);
        for (uint32_t i = 0; i < 0x233; i++)
            assert_int_equal(*machine_at(j.payload.entry.registers.ebx + at + 16 + i),
                             machine_before((0x1810003 + i) & ~0xfffu)[(0x1810003 + i) & 0xfff]);
        at = mb_tag(&j, 8, 0);
        assert_int_equal(mb_word(&j, at + 4), 38);
        assert_int_equal(mb_word(&j, at + 8), 0x80000000);
        assert_int_equal(mb_word(&j, at + 12), 1);
        assert_int_equal(mb_word(&j, at + 28) & 0xffff, 0x120);
        assert_false(mb_tag(&j, 18, 0)); /* boot services that still run */
        end();
    }
}

static void text_and_sections(void **state)
{
    (void)state;
    start(MB_SIZE);
    mb_sections(0x800, false, 0x8123);
    j.request.screen = (struct baton_screen){.kind = BATON_SCREEN_TEXT, .columns = 80, .rows = 25};
    assert_int_equal(journey_load(&j), 0);
    mb_run(&j, 2);
    uint32_t at = mb_tag(&j, 8, 0);
    assert_int_equal(mb_word(&j, at + 4), 32);
    assert_int_equal(mb_word(&j, at + 8), 0xb8000);
    assert_int_equal(mb_word(&j, at + 28), 0x210);
    at = mb_tag(&j, 9, 0);
    assert_int_equal(mb_word(&j, at + 4), 20 + 5 * 40);
    assert_int_equal(mb_word(&j, at + 8), 5);
    assert_int_equal(mb_word(&j, at + 12), 40);
    assert_int_equal(mb_word(&j, at + 16), 4);
    assert_int_equal(mb_word(&j, at + 20 + 3 * 40 + 12),
                     journey_find(&j, "ELF sections", 0)->dest + 0x123);
    end();
}

/* ---- a relocatable kernel ---------------------------------------------------------------------- */

static void relocatable(void **state)
{
    static const struct {
        const char *name;
        uint32_t min, max, align, preference;
        uint64_t blocked; /* a page that is no RAM */
        uint64_t dest;    /* 0: elsewhere */
        int error;
    } cases[] = {
        {"where it is linked", 0x100000, 0xffffffff, 0x1000, 0, 0, 0x200000, 0},
        {"not where it is linked", 0x100000, 0xffffffff, 0x200000, 0, 0x208000, 0, 0},
        {"above", 0x1000000, 0xffffffff, 0x1000, 1, 0, 0, 0},
        {"alignment of 4 MiB", 0x100000, 0xffffffff, 0x400000, 2, 0, 0, 0},
        {"alignment 0", 0x100000, 0xffffffff, 0, 0, 0, 0x200000, 0},
        {"just enough", 0x1000000, 0x100c000, 0x1000, 0, 0, 0x1000000, 0},
        {"too little", 0x1000000, 0x100bfff, 0x1000, 0, 0, 0, BATON_E_NO_ROOM},
        {"contradiction", 0x1000000, 0xffffff, 0x1000, 0, 0, 0, BATON_E_LEAST},
        {"no power of two", 0x100000, 0xffffffff, 0x3000, 0, 0, 0, BATON_E_FIELD},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const uint32_t words[] = {cases[i].min, cases[i].max, cases[i].align, cases[i].preference};
        each(NULL);
        tag(10, words, 4);
        start(MB_SIZE);
        if (cases[i].blocked)
            machine_keep(&j.machine, cases[i].blocked, cases[i].blocked + BATON_PAGE_SIZE);
        mb_modules(&j);
        int error = journey_load(&j);
        if (error != cases[i].error)
            print_error("%s: %s\n", cases[i].name, baton_error_name(error));
        assert_int_equal(error, cases[i].error);
        if (error)
            continue;
        const struct baton_segment *s = journey_find(&j, "PT_LOAD 0", 0);
        if (cases[i].dest)
            assert_int_equal(s->dest, cases[i].dest);
        else
            assert_int_not_equal(s->dest, 0x200000);
        if (cases[i].align)
            assert_int_equal(s->dest % cases[i].align, 0);
        assert_true(s->dest >= cases[i].min && s->dest + 0xc000 <= cases[i].max);
        assert_int_equal(journey_find(&j, "PT_LOAD 1", 0)->dest, s->dest + 0x3000);
        mb_run(&j, 2);
        assert_int_equal(j.payload.entry.registers.eip, s->dest + 0x10);
        assert_int_equal(mb_word(&j, mb_tag(&j, 21, 0) + 8), s->dest);
        end();
    }
}

/* Segments in any order, with a gap between them, keep their distance; they may not overlap. */
static void relocatable_segments(void **state)
{
    static const uint32_t words[] = {0x1000000, 0xffffffff, 0x1000, 0};

    (void)state;
    tag(10, words, 4);
    fields.load[2] = fields.load[0];
    fields.load[0] = (struct elf_load){1, 0x6000, 0xc0240000, 0x240000, 0x100, 0x100};
    fields.loads = 3;
    start(MB_SIZE);
    assert_int_equal(journey_load(&j), 0);
    uint64_t base = journey_find(&j, "PT_LOAD 2", 0)->dest;
    assert_int_equal(journey_find(&j, "PT_LOAD 1", 0)->dest, base + 0x3000);
    assert_int_equal(journey_find(&j, "PT_LOAD 0", 0)->dest, base + 0x40000);
    mb_run(&j, 2);
    assert_int_equal(j.payload.entry.registers.eip, base + 0x10);
    assert_int_equal(*machine_at(base + 0x30000), 0); /* the gap */
    end();
    fields.load[0].paddr = 0x202fff;
    start(MB_SIZE);
    assert_int_equal(journey_load(&j), BATON_E_OVERLAP);
}

/* ---- the other tags ---------------------------------------------------------------------------- */

static void address_tags(void **state)
{
    static const struct {
        const char *name;
        uint32_t words[4]; /* header, load, load end, bss end */
        uint32_t entry;    /* 0: no tag */
        uint64_t dest, file, size;
        int error;
    } cases[] = {
        {"all", {0x300200, 0x300000, 0x302000, 0x305000}, 0x301000, 0x300000, 0x2000, 0x5000, 0},
        {"zeros",
         {0x300000, 0x300000, 0, 0},
         0x300008,
         0x300000,
         MB_SIZE - 0x200,
         MB_SIZE - 0x200,
         0},
        {"whole file", {0x300200, 0xffffffff, 0, 0}, 0x300000, 0x300000, MB_SIZE, MB_SIZE, 0},
        {"whole, before 0", {0x1ff, 0xffffffff, 0, 0}, 0x300000, 0, 0, 0, BATON_E_FIELD},
        {"no entry", {0x300200, 0x300000, 0, 0}, 0, 0, 0, 0, BATON_E_KIND},
        {"entry behind", {0x300200, 0x300000, 0x301000, 0}, 0x301000, 0, 0, 0, BATON_E_FIELD},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        each(NULL);
        tag(2, cases[i].words, 4);
        if (cases[i].entry)
            tag(3, &cases[i].entry, 1);
        start(MB_SIZE);
        int error = journey_load(&j);
        if (error != cases[i].error)
            print_error("%s: %s\n", cases[i].name, baton_error_name(error));
        assert_int_equal(error, cases[i].error);
        if (error)
            continue;
        assert_string_equal(j.payload.kind, "multiboot 2, address fields");
        assert_int_equal(journey_find(&j, "image", 0)->dest, cases[i].dest);
        assert_int_equal(journey_find(&j, "image", 0)->file_size, cases[i].file);
        assert_int_equal(journey_find(&j, "image", 0)->mem_size, cases[i].size);
        mb_run(&j, 2);
        assert_int_equal(j.payload.entry.registers.eip, cases[i].entry);
        end();
    }
    each(NULL); /* an entry of its own, in an ELF file */
    tag(3, (uint32_t[]){0x204000}, 1);
    start(MB_SIZE);
    assert_int_equal(read_kernel(), 0);
    each(NULL);
    tag(3, (uint32_t[]){0x20c000}, 1);
    start(MB_SIZE);
    assert_int_equal(read_kernel(), BATON_E_FIELD);
}

static void what_is_required(void **state)
{
    static const struct {
        const char *name;
        uint32_t type, words[4];
        unsigned n;
        uint32_t screen;
        int error;
        const char *sentence;
    } cases[] = {
        {"known information", 1, {1, 3, 21}, 3, 0, 0, ""},
        {"information that is not there", 1, {10, 18, 7, 16}, 4, 0, 0, ""},
        {"unknown information", 1, {6, 22}, 2, 0, BATON_E_REQUIRES, "information of type 22,"},
        {"unknown information, optional", 1 | OPTIONAL, {6, 99}, 2, 0, 0, ""},
        {"flags", 4, {3}, 1, BATON_SCREEN_TEXT, 0, ""},
        {"text that is not supported",
         4,
         {1},
         1,
         BATON_SCREEN_TEXT,
         BATON_E_REQUIRES,
         "another console"},
        {"no screen", 4, {3}, 1, BATON_SCREEN_NONE, BATON_E_REQUIRES, "header tag 4,"},
        {"no screen, none needed", 4, {2}, 1, BATON_SCREEN_NONE, 0, ""},
        {"no screen, optional", 4 | OPTIONAL, {3}, 1, BATON_SCREEN_NONE, 0, ""},
        {"framebuffer", 5, {1024, 768, 32}, 3, 0, 0, ""},
        {"module alignment", 6, {0}, 0, 0, 0, ""},
        {"boot services", 7, {0}, 0, 0, BATON_E_REQUIRES, "boot services, which have ended"},
        {"boot services, optional", 7 | OPTIONAL, {0}, 0, 0, 0, ""},
        {"entries of boot services", 8, {0x100}, 1, 0, 0, ""},
        {"the other one", 9, {0x100}, 1, 0, 0, ""},
        {"unknown", 11, {0}, 0, 0, BATON_E_REQUIRES, "header tag of type 11,"},
        {"far unknown", 0xffff, {0}, 0, 0, BATON_E_REQUIRES, "header tag of type 65535,"},
        {"unknown, optional", 11 | OPTIONAL, {0}, 0, 0, 0, ""},
        {"a short address tag", 2, {0, 0, 0}, 3, 0, BATON_E_LEAST, "size of a"},
        {"a short entry tag", 3, {0}, 0, 0, BATON_E_LEAST, "size of a"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[BATON_SENTENCE];

        each(NULL);
        tag(cases[i].type, cases[i].words, cases[i].n);
        start(MB_SIZE);
        j.request.screen.kind = cases[i].screen;
        int error = read_kernel();
        if (error != cases[i].error)
            print_error("%s: %s\n", cases[i].name, baton_error_name(error));
        assert_int_equal(error, cases[i].error);
        baton_explain(&j.why, text, sizeof(text));
        assert_non_null(strstr(text, cases[i].sentence));
    }
    each(NULL);
    tag(4, (uint32_t[]){1}, 1); /* the framebuffer tag says that it can draw */
    tag(5, (uint32_t[]){0, 0, 0}, 3);
    start(MB_SIZE);
    j.request.screen.kind = BATON_SCREEN_LINEAR;
    assert_int_equal(read_kernel(), 0);
}

static void damaged_headers(void **state)
{
    static const struct {
        const char *name;
        uint32_t word, value; /* of the header, which has an alignment tag and an end tag */
        int error;
    } cases[] = {
        {"whole", 0, 0xe85250d6, 0},
        {"MIPS", 1, 4, BATON_E_FIELD},
        {"no length", 2, 0, BATON_E_FIELD},
        {"no end tag", 2, 24, BATON_E_FIELD},
        {"half an end tag", 2, 31, BATON_E_FIELD},
        {"longer", 2, 40, 0},
        {"behind the file", 2, MB_SIZE, BATON_E_MOST},
        {"behind all", 2, 0xffffffff, BATON_E_MOST},
        {"tag without size", 5, 0, BATON_E_LEAST},
        {"tag of 7 bytes", 5, 7, BATON_E_LEAST},
        {"tag over the end", 5, 17, BATON_E_MOST},
        {"tag over everything", 5, 0xffffffff, BATON_E_MOST},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t head[4];

        each(NULL);
        tag(6, NULL, 0);
        start(MB_SIZE);
        mb_words(MB_HEADER + 4 * cases[i].word, &cases[i].value, 1);
        machine_read(MB_AT + MB_HEADER, head, sizeof(head));
        head[3] = 0 - (head[0] + head[1] + head[2]);
        mb_words(MB_HEADER, head, 4);
        int error = read_kernel();
        if (error != cases[i].error)
            print_error("%s: %s\n", cases[i].name, baton_error_name(error));
        assert_int_equal(error, cases[i].error);
    }
    each(NULL);
    tag(6, NULL, 0);
    tag(6, NULL, 0);
    start(MB_SIZE);
    assert_int_equal(read_kernel(), BATON_E_FIELD);
}

static void cut_anywhere(void **state)
{
    (void)state;
    tag(1, (uint32_t[]){1, 2, 3}, 3);
    tag(6, NULL, 0);
    for (uint64_t size = 1; size < 0x5240; size += size < 0x260 || size > 0x5200 ? 1 : 0x333) {
        start(size);
        assert_int_equal(read_kernel() == 0, size >= 0x5234);
    }
}

/* What loads nothing by itself: it needs an ELF file around it. */
static void neither_elf_nor_addresses(void **state)
{
    char text[BATON_SENTENCE];

    (void)state;
    mb_start(&j);
    mb_file(&j, MB_SIZE, NULL);
    mb_header2(MB_HEADER, tags, used);
    assert_int_equal(journey_load(&j), BATON_E_KIND); /* judges that nothing is kept (H7) */
    assert_journey(&j, !j.wrong[0]);
    baton_explain(&j.why, text, sizeof(text));
    assert_non_null(strstr(text, "is no ELF file and has no address tag; link it as an ELF file"));
}

/* Of two headers, multiboot 2's counts. */
static void both_headers(void **state)
{
    (void)state;
    start(MB_SIZE);
    mb_header1(0x400, 3, NULL, 0);
    assert_int_equal(read_kernel(), 0);
    assert_string_equal(j.payload.kind, "multiboot 2, ELF32");
    start(MB_SIZE);
    mb_header1(0x400, 3, NULL, 0);
    *machine_at(MB_AT + MB_HEADER) ^= 1;
    assert_int_equal(read_kernel(), 0);
    assert_string_equal(j.payload.kind, "multiboot 1, ELF32");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_whole_way, each),
        cmocka_unit_test_setup(of_uefi, each),
        cmocka_unit_test_setup(text_and_sections, each),
        cmocka_unit_test_setup(relocatable, each),
        cmocka_unit_test_setup(relocatable_segments, each),
        cmocka_unit_test_setup(address_tags, each),
        cmocka_unit_test_setup(what_is_required, each),
        cmocka_unit_test_setup(damaged_headers, each),
        cmocka_unit_test_setup(cut_anywhere, each),
        cmocka_unit_test_setup(neither_elf_nor_addresses, each),
        cmocka_unit_test_setup(both_headers, each),
    };

    return cmocka_run_group_tests_name("multiboot 2 kernels", tests, NULL, NULL);
}
