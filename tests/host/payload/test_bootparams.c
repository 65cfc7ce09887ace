/*
 * What a Linux kernel finds at its entry: boot_params byte by byte against a page put together
 * here from the protocol's description, the command line, the chain of setup_data, the registers.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"

#include <inttypes.h>

#define AT 0x00300000ull
#define INITRD 0x00800123ull
#define PAGE BATON_PAGE_SIZE

static struct journey j;
static uint8_t expected[PAGE];

static void put(unsigned offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        expected[offset + i] = (uint8_t)(value >> 8 * i);
}

static void stage(const struct bzimage_fields *f, bool initrd, uint32_t entries)
{
    journey_start(&j, 0xc0105000, 0x105000);
    machine_memory(&j.machine, 0, 0x9fc00, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0xf0000, 0x100000, BATON_MEM_RESERVED);
    machine_memory(&j.machine, 0x100000, 0x4000000, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0x4000000, 0x4010000, BATON_MEM_ACPI);
    machine_memory(&j.machine, 0xfffc0000, 0x100000000, BATON_MEM_RESERVED);
    while (j.machine.host.memory_count < entries) {
        uint64_t at = 0x100000000ull + j.machine.host.memory_count * 0x100000;

        machine_memory(&j.machine, at, at + 0x81234, 1 + j.machine.host.memory_count % 7);
    }
    machine_ready(&j.machine);
    j.request.kernel = bzimage_make(&j.machine, AT, f);
    if (initrd)
        j.request.module[0].file = machine_file(&j.machine, INITRD, 0x45678);
    j.request.command_line = "console=ttyS0 quiet";
    j.request.loader = "GRUB 2.06";
    j.request.live = (struct baton_live){0x00123000, 1, 11, 0x5f3c09ab};
}

/* The page as the protocol describes it. [LBP: zero-page; the real-mode kernel header] */
static void expect(const struct bzimage_fields *f)
{
    uint32_t header_end = 0x202 + f->jump, n = j.machine.host.memory_count;
    const struct baton_segment *initrd = journey_find(&j, "initrd", 0),
                               *record = journey_find(&j, "record", 0);

    memset(expected, 0, sizeof(expected));
    machine_read(AT + 0x1f1, expected + 0x1f1, header_end - 0x1f1);
    put(0x210, 1, 0xff);                                /* type_of_loader: undefined */
    expected[0x211] &= 0x7f;                            /* loadflags: no heap */
    put(0x214, 4, journey_find(&j, "kernel", 0)->dest); /* code32_start */
    put(0x218, 4, initrd ? initrd->dest : 0);           /* ramdisk_image, ramdisk_size */
    put(0x21c, 4, initrd ? 0x45678 : 0);
    put(0x228, 4, journey_find(&j, "command line", 0)->dest);
    if (record)
        put(0x250, 8,
            journey_find(&j, "memory map", 0) ? 0 : record->dest); /* setup_data; 0: seen later */
    put(0x070, 8, j.request.acpi_rsdp);
    put(0x002, 2, 0xfc00);            /* ext_mem_k: 63 MiB */
    put(0x1e0, 4, 0xfc00);            /* alt_mem_k */
    put(0x1e8, 1, n < 128 ? n : 128); /* e820_entries */
    for (uint32_t i = 0; i < n && i < 128; i++) {
        put(0x2d0 + 20 * i, 8, j.machine.memory[i].start);
        put(0x2d0 + 20 * i + 8, 8, j.machine.memory[i].end - j.machine.memory[i].start);
        put(0x2d0 + 20 * i + 16, 4, j.machine.memory[i].type);
    }
}

static void assert_params(const char *name)
{
    const uint8_t *page = machine_at(journey_find(&j, "boot_params", 0)->dest);

    for (unsigned i = 0; i < PAGE; i++)
        if (page[i] != expected[i]) {
            print_error("%s: boot_params 0x%03x is 0x%02x, should be 0x%02x\n", name, i, page[i],
                        expected[i]);
            fail();
        }
}

static void load(const char *name)
{
    if (journey_load(&j)) {
        print_error("%s\n", name);
        assert_journey(&j, false);
    }
}

/* ---- the page -------------------------------------------------------------------------------- */

static void every_protocol(void **state)
{
    static const struct {
        uint32_t protocol, jump;
    } cases[] = {{0x0202, 0x2a}, {0x0203, 0x2e}, {0x0205, 0x36}, {0x0206, 0x3a}, {0x0207, 0x46},
                 {0x0208, 0x4e}, {0x0209, 0x56}, {0x020a, 0x62}, {0x020b, 0x66}, {0x020c, 0x66},
                 {0x020d, 0x66}, {0x020e, 0x66}, {0x020f, 0x6a}, {0x020f, 0x8e}, {0x0300, 0x6a}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int initrd = 0; initrd < 2; initrd++)
            for (int pae = 0; pae < 2; pae++) {
                struct bzimage_fields f = bzimage_usual;

                f.protocol = cases[i].protocol;
                f.jump = cases[i].jump;
                stage(&f, initrd, 0);
                j.request.live.kind = pae;
                load("every protocol");
                expect(&f);
                assert_params("every protocol");
                assert_int_equal(j.payload.entry.registers.eip,
                                 journey_find(&j, "kernel", 0)->dest);
                assert_int_equal(j.payload.entry.registers.esi,
                                 journey_find(&j, "boot_params", 0)->dest);
                assert_int_equal(j.payload.entry.registers.eax | j.payload.entry.registers.ebx |
                                     j.payload.entry.registers.ecx | j.payload.entry.registers.edx |
                                     j.payload.entry.registers.edi | j.payload.entry.registers.ebp,
                                 0);
                assert_string_equal((char *)machine_at(journey_find(&j, "command line", 0)->dest),
                                    "console=ttyS0 quiet");
                assert_journey(&j, journey_finish(&j));
            }
}

/* Before the protocol knew setup_data, its place in the header belongs to nobody. */
static void no_setup_data_before_2_09(void **state)
{
    struct bzimage_fields f = bzimage_usual;

    (void)state;
    f.protocol = 0x0208;
    f.jump = 0x56;
    stage(&f, true, 0);
    load("2.08");
    assert_null(journey_find(&j, "record", 0));
    expect(&f);
    assert_params("2.08");
}

static void acpi_root_pointer(void **state)
{
    (void)state;
    stage(&bzimage_usual, false, 0);
    j.request.acpi_rsdp = 0x00000001000f6a20;
    load("ACPI");
    expect(&bzimage_usual);
    assert_params("ACPI");
    assert_int_equal(expected[0x70], 0x20);
}

/* ---- UEFI --------------------------------------------------------------------------------------- */

#define EFI_MAP 0x00901238ull

static void stage_efi(const struct bzimage_fields *f, unsigned bits, uint64_t size)
{
    stage(f, true, 0);
    j.request.efi = (struct baton_efi){bits, 48, 1, 0x3f123018, {0, 0}};
    if (size)
        j.request.efi.map = machine_file(&j.machine, EFI_MAP, size);
}

/* efi_info, the map's bytes moved to a page's start, and a node that keeps Linux off them. */
static void efi(void **state)
{
    static const uint64_t sizes[] = {48, 4080, 48 * 150};

    (void)state;
    for (unsigned bits = 32; bits <= 64; bits += 32)
        for (size_t i = 0; i < COUNT(sizes); i++) {
            stage_efi(&bzimage_usual, bits, sizes[i]);
            load("EFI");
            const struct baton_segment *map = journey_find(&j, "EFI memory map", 0);
            uint64_t node = journey_find(&j, "EFI node", 0)->dest;
            const uint64_t *words = (uint64_t *)machine_at(node);

            expect(&bzimage_usual);
            put(0x1c0, 4, bits == 64 ? 0x34364c45 : 0x32334c45); /* "EL64", "EL32" */
            put(0x1c4, 4, 0x3f123018);
            put(0x1c8, 4, 48);
            put(0x1cc, 4, 1);
            put(0x1d0, 4, map->dest);
            put(0x1d4, 4, sizes[i]);
            put(0x250, 8, node);
            assert_params("EFI");
            assert_int_equal(map->dest % PAGE, 0);
            assert_int_equal(words[0], journey_find(&j, "record", 0)->dest); /* next */
            assert_int_equal(words[1], 0x80000000u | 24ull << 32);           /* SETUP_INDIRECT */
            assert_int_equal(words[2], 0x80000000u | 0x50414d45u);
            assert_int_equal(words[3], sizes[i]);
            assert_int_equal(words[4], map->dest);
            assert_journey(&j, journey_finish(&j));
        }
    /* above 4 GiB, a system table that Linux for x86-64 can use */
    stage_efi(&bzimage_usual, 64, 48);
    j.request.efi.system_table = 0x123456789ull;
    load("EFI above 4 GiB");
    assert_int_equal(((uint32_t *)machine_at(journey_find(&j, "boot_params", 0)->dest))[0x1d8 / 4],
                     1);
}

static void no_efi(void **state)
{
    struct bzimage_fields f = bzimage_usual;

    (void)state;
    stage_efi(&f, 64, 0); /* without a map */
    load("no EFI map");
    expect(&f);
    assert_params("no EFI map");
    f.protocol = 0x0208; /* a kernel that has no nodes */
    f.jump = 0x4e;
    stage_efi(&f, 64, 48);
    load("EFI, 2.08");
    expect(&f);
    assert_params("EFI, 2.08");
    assert_null(journey_find(&j, "EFI memory map", 0));
}

/* The alignment that was taken is written into the header handed over. [LBP min_alignment] */
static void the_alignment_taken(void **state)
{
    struct bzimage_fields f = bzimage_usual;

    (void)state;
    f.min_alignment = 13;
    f.init_size = 0x1700000;
    for (int lowered = 0; lowered < 2; lowered++) {
        stage(&f, false, 0);
        if (lowered) /* 23 MiB in one piece, but not from a multiple of 16 MiB on */
            machine_keep(&j.machine, 0x1100000, 0x1101000),
                machine_keep(&j.machine, 0x2900000, 0x2901000);
        load("aligned");
        expect(&f);
        put(0x230, 4, lowered ? 0x200000 : 0x1000000);
        assert_params("aligned");
        assert_int_equal(journey_find(&j, "kernel", 0)->used.start,
                         lowered ? 0x1200000 : 0x1000000);
        assert_journey(&j, journey_finish(&j));
    }
}

static void odd_setups(void **state)
{
    (void)state;
    for (uint32_t sects = 1; sects < 64; sects++) {
        struct bzimage_fields f = bzimage_usual;

        f.setup_sects = sects;
        f.version = NULL;
        stage(&f, true, 0);
        j.request.place = BATON_PLACE_PREFER;
        load("odd setup");
        expect(&f);
        assert_params("odd setup");
        /* its pages stay pages: congruent, at most a page below the preferred address */
        const struct baton_segment *s = journey_find(&j, "kernel", 0);
        assert_int_equal(s->dest % PAGE, s->source % PAGE);
        assert_true(s->dest <= 0x1000000 && s->dest + PAGE > 0x1000000);
        /* the initrd does not lie at a page's start: all of it is put together */
        assert_int_equal(j.image.counts.bounce, (s->source % PAGE ? 2 : 1) + 0x46);
        assert_journey(&j, journey_finish(&j));
    }
}

/* ---- the screen ------------------------------------------------------------------------------ */

static void screen_text(void **state)
{
    (void)state;
    stage(&bzimage_usual, false, 0);
    j.request.screen = (struct baton_screen){
        .kind = BATON_SCREEN_TEXT, .columns = 80, .rows = 25, .cursor_x = 3, .cursor_y = 17};
    load("text");
    expect(&bzimage_usual);
    put(0x00, 1, 3); /* orig_x, orig_y */
    put(0x01, 1, 17);
    put(0x06, 1, 3);  /* orig_video_mode */
    put(0x07, 1, 80); /* orig_video_cols */
    put(0x0e, 1, 25); /* orig_video_lines */
    put(0x0f, 1, 1);  /* orig_video_isVGA: VGA text */
    put(0x10, 2, 16); /* orig_video_points */
    assert_params("text");
}

static void screen_linear(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool high = i & 1, uefi = i & 2;

        stage(&bzimage_usual, false, 0);
        j.request.screen = (struct baton_screen){.kind = BATON_SCREEN_LINEAR,
                                                 .columns = 80,
                                                 .cursor_x = 9,
                                                 .pa = high ? 0x12fd000000 : 0xfd000000,
                                                 .pitch = 4096,
                                                 .width = 1024,
                                                 .height = high ? 770 : 768,
                                                 .bits = 32,
                                                 .red_size = 8,
                                                 .red_at = 16,
                                                 .green_size = 7,
                                                 .green_at = 8,
                                                 .blue_size = 6,
                                                 .blue_at = 1};
        j.request.efi.bits = uefi ? 64 : 0;
        load("linear");
        expect(&bzimage_usual);
        put(0x0f, 1, uefi ? 0x70 : 0x23); /* EFI, VESA linear */
        put(0x12, 2, 1024);
        put(0x14, 2, high ? 770 : 768);
        put(0x16, 2, 32);
        put(0x18, 4, 0xfd000000);
        /* in bytes, or in units of 64 KiB, the last one begun */
        put(0x1c, 4, uefi ? (high ? 770 : 768) * 4096 : high ? 49 : 48);
        put(0x32, 2, uefi);
        put(0x24, 2, 4096);
        put(0x26, 1, 8); /* size and position: red, green, blue */
        put(0x27, 1, 16);
        put(0x28, 1, 7);
        put(0x29, 1, 8);
        put(0x2a, 1, 6);
        put(0x2b, 1, 1);
        if (high) {
            put(0x36, 4, 2); /* capabilities: a 64-bit base */
            put(0x3a, 4, 0x12);
        }
        assert_params("linear");
    }
}

static void screen_none(void **state)
{
    (void)state;
    stage(&bzimage_usual, false, 0);
    j.request.screen = (struct baton_screen){.kind = BATON_SCREEN_NONE,
                                             .columns = 80,
                                             .rows = 25,
                                             .cursor_x = 1,
                                             .cursor_y = 2,
                                             .width = 3,
                                             .pa = 4};
    load("none");
    expect(&bzimage_usual);
    assert_params("none");
}

/* ---- setup_data ------------------------------------------------------------------------------ */

static uint64_t get(uint64_t pa, unsigned size)
{
    uint64_t value = 0;

    machine_read(pa, &value, size);
    return value;
}

/* The chain: next (8), type (4), length (4), bytes. Memory entries from 128 on, and the record: of several
 * pages where they are many, and then only the list brings them there. */
static void setup_data_chain(void **state)
{
    static const uint32_t counts[] = {6, 127, 128, 129, 130, 331, 332, 333, 536, 537, 2000};

    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        uint32_t entries = counts[i], seen = 0, records = 0, traces = 0, nodes = 0;
        static bool found[MACHINE_MEMORY];
        bool whole = true;

        memset(found, 0, sizeof(found));
        stage(&bzimage_usual, true, entries);
        load("many entries");
        expect(&bzimage_usual);
        assert_true(journey_judge(&j) && journey_run(&j));
        uint64_t params = journey_find(&j, "boot_params", 0)->dest;
        put(0x250, 8, get(params + 0x250, 8));
        assert_params("many entries");
        for (uint64_t at = get(params + 0x250, 8); at; at = get(at, 8)) {
            uint32_t type = (uint32_t)get(at + 8, 4), length = (uint32_t)get(at + 12, 4);

            nodes++;
            assert_true(length);
            if (type == 0x54544142) { /* in the control page, and the last */
                traces++;
                assert_int_equal(at, j.image.control + 0x9d0);
                assert_int_equal(get(at, 8), 0);
                continue;
            }
            assert_int_equal(at % PAGE, 0);
            if (type == 0x4e544142) {
                records++;
                continue;
            }
            assert_int_equal(type, 1); /* SETUP_E820_EXT */
            assert_int_equal(length % 20, 0);
            for (uint64_t e = at + 16; e < at + 16 + length; e += 20)
                for (uint32_t k = 128; k < entries; k++) {
                    const struct baton_memory *m = &j.machine.memory[k];

                    if (get(e, 8) == m->start && get(e + 8, 8) == m->end - m->start &&
                        get(e + 16, 4) == m->type && !found[k]) {
                        found[k] = true;
                        seen++;
                    }
                }
        }
        for (uint32_t k = 128; k < entries; k++)
            whole = whole && found[k];
        assert_true(whole);
        assert_int_equal(seen, entries > 128 ? entries - 128 : 0);
        assert_int_equal(records, 1);
        assert_int_equal(traces, 1);
        assert_int_equal(nodes, 2 + (entries > 128));
        assert_true(journey_unload(&j));
    }
}

/* The record, letter by letter. */
static void the_record(void **state)
{
    char text[4096];
    int n;

    (void)state;
    stage(&bzimage_usual, true, 0);
    load("record");
    n = snprintf(text, sizeof(text),
                 "baton " BATON_VERSION "\nloader GRUB 2.06\n"
                 "tables PAE root 0x00123000 pages 11 checksum 0x5f3c09ab\n"
                 "trampoline 0xc0105000 0x%08" PRIx64 "\n"
                 "map 0x00000000 0x0009fc00 1\n"
                 "map 0x000f0000 0x00100000 2\n"
                 "map 0x00100000 0x04000000 1\n"
                 "map 0x04000000 0x04010000 3\n"
                 "map 0xfffc0000 0x100000000 2\n",
                 j.image.control);
    uint64_t record = journey_find(&j, "record", 0)->dest;
    assert_int_equal(get(record, 8), j.image.control + 0x9d0);
    assert_int_equal(get(record + 8, 4), 0x4e544142);
    assert_int_equal(get(record + 12, 4), n);
    assert_memory_equal(machine_at(record + 16), text, (size_t)n);

    stage(&bzimage_usual, true, 0);
    j.request.live = (struct baton_live){0x7000, 0, 3, 1};
    load("record");
    record = journey_find(&j, "record", 0)->dest;
    const char *tables = "baton " BATON_VERSION "\nloader GRUB 2.06\n"
                         "tables legacy root 0x00007000 pages 3 checksum 0x00000001\n";
    assert_memory_equal(machine_at(record + 16), tables, strlen(tables));
}

/* Every entry of the map is in the record, whether its text needs one page or several. */
static void the_record_has_every_entry(void **state)
{
    static const char *const loaders[] = {"x", "a loader with quite a long name, version 1.2.3"};
    static char text[40 * PAGE];
    bool one_page = false, more = false;

    (void)state;
    for (uint32_t entries = 100; entries < 700; entries += entries < 160 ? 1 : 100)
        for (size_t k = 0; k < COUNT(loaders); k++) {
            unsigned maps = 0;

            stage(&bzimage_usual, false, entries);
            j.request.loader = loaders[k];
            load("long record");
            assert_true(journey_judge(&j) && journey_run(&j));
            const struct baton_segment *record =
                baton_segment_find(&j.payload, BATON_ROLE_RECORD, 0);
            uint32_t length = (uint32_t)get(record->dest + 12, 4);
            assert_true(length < sizeof(text));
            memset(text, 0, sizeof(text));
            machine_read(record->dest + 16, text, length);
            assert_int_equal(strlen(text), length);
            assert_int_equal(text[length - 1], '\n');
            for (const char *at = text; (at = strstr(at, "\nmap ")); at++, maps++) {
                uint64_t start, end;
                uint32_t type;

                assert_int_equal(
                    sscanf(at, "\nmap 0x%" SCNx64 " 0x%" SCNx64 " %u\n", &start, &end, &type), 3);
                assert_int_equal(start, j.machine.memory[maps].start);
                assert_int_equal(end, j.machine.memory[maps].end);
                assert_int_equal(type, j.machine.memory[maps].type);
            }
            assert_int_equal(maps, entries);
            if (record->flags & BATON_SEG_GENERATED)
                one_page = true;
            else
                more = true;
            assert_true(journey_unload(&j));
        }
    assert_true(one_page && more);
}

/* The pages may be filled again when the cursor has moved: nothing else changes. */
static void filled_again(void **state)
{
    static uint8_t first[8][PAGE];
    unsigned pages = 0;

    (void)state;
    stage(&bzimage_usual, false, 130); /* a node of setup_data for the map */
    j.request.screen = (struct baton_screen){.kind = BATON_SCREEN_TEXT, .columns = 80, .rows = 25};
    load("first");
    for (uint32_t i = 0; i < j.payload.segments; i++)
        if (j.payload.segment[i].flags & BATON_SEG_GENERATED)
            machine_read(j.payload.segment[i].dest, first[pages++], PAGE);
    j.request.screen.cursor_y = 7;
    memset(machine_at(journey_find(&j, "boot_params", 0)->dest), 0xee,
           PAGE); /* nothing of it stays */
    baton_payload_finish(&j.request, &j.payload, &j.image);
    assert_false(j.image.armed); /* what was written has not been checked */
    assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why), 0);
    assert_int_equal(get(journey_find(&j, "boot_params", 0)->dest + 1, 1),
                     7); /* [zero page: orig_y] */
    first[0][1] = 7;
    pages = 0;
    for (uint32_t i = 0; i < j.payload.segments; i++)
        if (j.payload.segment[i].flags & BATON_SEG_GENERATED)
            assert_memory_equal(machine_at(j.payload.segment[i].dest), first[pages++], PAGE);
}

/* A loader's name of any length breaks nothing. */
static void long_loader_name(void **state)
{
    static char name[6000];

    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    stage(&bzimage_usual, false, 200);
    j.request.loader = name;
    load("long name");
    uint64_t record = journey_find(&j, "record", 0)->dest;
    assert_true(journey_judge(&j) && journey_run(&j));
    assert_true(get(record + 12, 4) < 512 + 200 * 53); /* it is cut */
    assert_true(journey_unload(&j));
}

/* ---- mem_upper's heirs ----------------------------------------------------------------------- */

static void extended_memory(void **state)
{
    static const struct {
        const char *name;
        struct baton_memory memory[3];
        uint32_t alt;
        uint32_t ext;
    } cases[] = {
        {"one range from 1 MiB", {{0x100000, 0x2000000, 1}}, 0x7c00, 0x7c00},
        {"from below 1 MiB", {{0x8000, 0x2000000, 1}}, 0x7c00, 0x7c00},
        {"up to 3 GiB", {{0x100000, 0xc0000000, 1}}, 0x2ffc00, 0xffff},
        {"nothing at 1 MiB", {{0x200000, 0x4000000, 1}}, 0, 0},
        {"reserved at 1 MiB", {{0x100000, 0x200000, 2}, {0x200000, 0x4000000, 1}}, 0, 0},
        {"beyond 4 TiB", {{0x100000, 0x50000000000, 1}}, 0xffffffff, 0xffff},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct bzimage_fields f = bzimage_usual;

        journey_start(&j, 0xc0105000, 0x105000);
        for (unsigned k = 0; k < 3 && cases[i].memory[k].end; k++)
            machine_memory(&j.machine, cases[i].memory[k].start, cases[i].memory[k].end,
                           cases[i].memory[k].type);
        machine_ready(&j.machine);
        j.request.kernel = bzimage_make(&j.machine, AT, &f);
        load(cases[i].name);
        uint64_t params = journey_find(&j, "boot_params", 0)->dest;
        assert_int_equal(get(params + 0x1e0, 4), cases[i].alt);
        assert_int_equal(get(params + 0x002, 2), cases[i].ext);
    }
}

/* The longest command line there can be: a page with its NUL. */
static void longest_command_line(void **state)
{
    static char line[4096];
    struct bzimage_fields f = bzimage_usual;

    (void)state;
    memset(line, 'c', 4095);
    f.cmdline_size = 4095;
    stage(&f, false, 0);
    j.request.command_line = line;
    load("long line");
    assert_memory_equal(machine_at(journey_find(&j, "command line", 0)->dest), line, 4096);
    assert_journey(&j, journey_finish(&j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_protocol),
        cmocka_unit_test(no_setup_data_before_2_09),
        cmocka_unit_test(acpi_root_pointer),
        cmocka_unit_test(odd_setups),
        cmocka_unit_test(efi),
        cmocka_unit_test(no_efi),
        cmocka_unit_test(the_alignment_taken),
        cmocka_unit_test(screen_text),
        cmocka_unit_test(screen_linear),
        cmocka_unit_test(screen_none),
        cmocka_unit_test(setup_data_chain),
        cmocka_unit_test(the_record),
        cmocka_unit_test(the_record_has_every_entry),
        cmocka_unit_test(filled_again),
        cmocka_unit_test(long_loader_name),
        cmocka_unit_test(extended_memory),
        cmocka_unit_test(longest_command_line),
    };

    return cmocka_run_group_tests_name("bootparams", tests, NULL, NULL);
}
