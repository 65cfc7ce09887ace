/*
 * What a multiboot 2 loader left: good information of several kinds, and tags that are truncated, out
 * of order, given twice, unknown, of no size, or longer than the information.
 */
#include "boot/tags.h"
#include "tests/host/paper/bootcheck.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"
#include "tests/host/paper/loader2.h"

#define info loader2_info

/* ---- good loaders ---------------------------------------------------------------------------- */

static void assert_grubs(void)
{
    assert_int_equal(info.protocol, 2);
    assert_string_equal(info.loader, "GRUB 2.06");
    assert_string_equal(info.command_line, "paging=pae");
    assert_int_equal(info.modules, 2);
    assert_int_equal(info.module[0].file.pa, 0x200000);
    assert_int_equal(info.module[0].file.size, 0x80000);
    assert_string_equal(info.module[0].string, "console=ttyS0");
    assert_int_equal(info.module[1].file.size, 1);
    assert_string_equal(info.module[1].string, "");
    assert_true(info.has_map);
    assert_int_equal(info.given_count, 4);
    assert_int_equal(info.given[1].start, 0x100000);
    assert_int_equal(info.given[1].end, 0x7ff00000);
    assert_int_equal(info.given[1].type, BATON_MEM_USABLE);
    assert_int_equal(info.given[2].type, BATON_MEM_ACPI);
    assert_int_equal(info.given[3].type, BATON_MEM_RESERVED); /* 20 is unknown */
    assert_int_equal(info.boot_device, 0xe0ffffff);
    assert_int_equal(info.screen.kind, BATON_SCREEN_LINEAR);
    assert_int_equal(info.screen.pa, 0xc0000000);
    assert_int_equal(info.screen.pitch, 4096);
    assert_int_equal(info.screen.width, 1024);
    assert_int_equal(info.screen.height, 768);
    assert_int_equal(info.screen.bits, 32);
    assert_int_equal(info.screen.red_at, 16);
    assert_int_equal(info.screen.red_size, 8);
    assert_int_equal(info.screen.green_at, 8);
    assert_int_equal(info.screen.green_size, 7);
    assert_int_equal(info.screen.blue_at, 0);
    assert_int_equal(info.screen.blue_size, 6);
    assert_int_equal(info.efi.bits, 64);
    assert_int_equal(info.efi.system_table, LOADER2_FIRMWARE);
    assert_int_equal(info.efi.map.size, 2 * LOADER2_DESCRIPTOR);
    assert_int_equal(info.efi.descriptor_size, LOADER2_DESCRIPTOR);
    assert_int_equal(info.efi.descriptor_version, 1);
    assert_int_equal(info.acpi_rsdp, LOADER2_FIRMWARE + 0x2024);
    assert_int_equal(info.smbios.major, 3);
    assert_int_equal(info.smbios.minor, 1);
    assert_int_equal(info.load_base, 0x100000);
    assert_int_equal(info.notes, 0);
}

static void a_good_loader(void **state)
{
    (void)state;
    loader2_grub();
    assert_null(loader2_read());
    assert_grubs();
}

/* The strings and modules behind everything that their meaning depends on, and in front of it. */
static void any_order(void **state)
{
    struct {
        uint32_t type, size;
        uint8_t body[256];
    } tags[16];
    uint32_t count = 0;

    (void)state;
    loader2_grub();
    for (uint32_t at = LOADER2_INFO + 8; count < COUNT(tags); count++) {
        memcpy(&tags[count].type, loader2_byte(at), 4);
        memcpy(&tags[count].size, loader2_byte(at + 4), 4);
        if (!tags[count].type)
            break;
        memcpy(tags[count].body, loader2_byte(at + 8), tags[count].size - 8);
        at += (tags[count].size + 7) & ~7u;
    }
    assert_in_range(count, 10, COUNT(tags) - 1);
    loader2_restart();
    for (uint32_t n = count; n > 0; n--)
        if (tags[n - 1].type != 3)
            loader2_tag(tags[n - 1].type, tags[n - 1].body, tags[n - 1].size - 8);
        else if (tags[n - 1].size == 8 + 8 + 1) /* the modules' own order has a meaning */
            for (uint32_t m = 0; m < count; m++)
                if (tags[m].type == 3)
                    loader2_tag(3, tags[m].body, tags[m].size - 8);
    loader2_end();
    assert_null(loader2_read());
    assert_grubs();
}

static void unknown_tags_are_ignored(void **state)
{
    static const uint32_t types[] = {7, 9, 10, 16, 19, 20, 22, 0x1234, UINT32_MAX};

    (void)state;
    loader2_grub();
    loader2_reopen();
    for (size_t i = 0; i < COUNT(types); i++) {
        loader2_tag(types[i], "", 0);
        loader2_tag(types[i], "12345678901234567890", 20);
    }
    loader2_end();
    assert_null(loader2_read());
    assert_grubs();
}

/* The first one counts, and a line says that there was another. */
static void given_twice(void **state)
{
    static const uint32_t types[] = {1, 2, 4, 5, 6, 8, 12, 13, 14, 15, 17, 21};
    uint8_t body[64] = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(types); i++) {
        loader2_grub();
        loader2_reopen();
        loader2_tag(types[i], body, sizeof(body));
        loader2_end();
        assert_null(loader2_read());
        assert_int_equal(info.notes, 1);
        assert_int_equal(info.note[0].tag, types[i]);
        info.notes = 0;
        assert_grubs();
    }
    /* more than there is room to tell */
    loader2_reopen();
    for (int i = 0; i < 20; i++)
        loader2_tag(5, body, 12);
    loader2_end();
    assert_null(loader2_read());
    assert_int_equal(info.notes, 21);
}

static void hide(uint32_t type)
{
    loader2_put(loader2_find(type), 4, 0x1000 + type);
}

static void what_is_not_given(void **state)
{
    (void)state;
    loader2_grub();
    hide(1);
    hide(2);
    hide(5);
    hide(13);
    hide(21);
    hide(3);
    hide(3);
    assert_null(loader2_read());
    assert_string_equal(info.loader, "an unnamed loader");
    assert_string_equal(info.command_line, "");
    assert_int_equal(info.boot_device, 0);
    assert_int_equal(info.smbios.major, 0);
    assert_int_equal(info.load_base, 0);
    assert_int_equal(info.modules, 0);
    /* no map, or an empty one: the two sizes make one */
    for (int empty = 0; empty < 2; empty++) {
        loader2_grub();
        hide(6);
        if (empty) {
            loader2_reopen();
            loader2_tag(6, "\x18\0\0\0\0\0\0", 8);
            loader2_end();
        }
        assert_null(loader2_read());
        assert_false(info.has_map);
        assert_int_equal(info.given_count, 2);
        assert_int_equal(info.given[0].end, 640 * 1024);
        assert_int_equal(info.given[1].end, 0x100000 + 0x1f8000ull * 1024);
    }
    loader2_grub();
    hide(6);
    hide(4);
    assert_non_null(loader2_read());
    /* nothing but the end tag */
    loader2_begin();
    loader2_end();
    assert_non_null(loader2_read());
}

/* File names before the arguments, and GRUB's backslashes, as with multiboot 1. */
static void strings(void **state)
{
    (void)state;
    loader2_grub();
    hide(1);
    hide(2);
    loader2_reopen();
    loader2_string(1, "/boot/baton.elf verbose");
    loader2_module(0x300000, 0x300000, "/boot/vmlinuz a b");
    loader2_end();
    assert_null(loader2_read());
    assert_string_equal(info.command_line, "verbose");
    assert_string_equal(info.module[2].string, "a b");
    loader2_grub();
    loader2_reopen();
    loader2_module(0x300000, 0x300000, " a\\\"b\\\\");
    loader2_end();
    assert_null(loader2_read());
    assert_string_equal(info.module[2].string, "a\"b\\");
}

/* Entries of more than 24 bytes; their number need not be a multiple of 8. */
static void other_entry_sizes(void **state)
{
    (void)state;
    for (uint32_t size = 20; size <= 44; size += 4) {
        uint8_t body[8 + 3 * 44] = {0};

        loader2_grub();
        hide(6);
        memcpy(body, &size, 4);
        for (uint32_t n = 0; n < 3; n++) {
            uint64_t start = 0x100000ull * n, length = 0x1000;
            uint32_t type = n + 1;

            memcpy(&body[8 + n * size], &start, 8);
            memcpy(&body[8 + n * size + 8], &length, 8);
            memcpy(&body[8 + n * size + 16], &type, 4);
        }
        loader2_reopen();
        loader2_tag(6, body, 8 + 3 * size);
        loader2_end();
        assert_null(loader2_read());
        assert_int_equal(info.given_count, 3);
        assert_int_equal(info.given[2].start, 0x200000);
        assert_int_equal(info.given[2].end, 0x201000);
        assert_int_equal(info.given[2].type, 3);
    }
}

/* Only the types of the specification mean what Baton thinks that they mean. */
static void unknown_memory_is_reserved(void **state)
{
    static const uint32_t types[] = {0, 6, 7, 12, 20, 0xefffffff, UINT32_MAX};

    (void)state;
    for (uint32_t type = 1; type <= 5; type++) {
        loader2_grub();
        loader2_put(loader2_find(6) + 16 + 24 + 16, 4, type);
        assert_null(loader2_read());
        assert_int_equal(info.given[1].type, type);
    }
    for (size_t i = 0; i < COUNT(types); i++) {
        loader2_grub();
        loader2_put(loader2_find(6) + 16 + 24 + 16, 4, types[i]);
        assert_null(loader2_read());
        assert_int_equal(info.given[1].type, BATON_MEM_RESERVED);
    }
}

/* ---- screens --------------------------------------------------------------------------------- */

enum { SCREEN_PA = 8, PITCH = 16, WIDTH = 20, HEIGHT = 24, BITS = 28, TYPE = 29 };

static void screens(void **state)
{
    static const struct {
        uint32_t at;
        unsigned size;
        uint64_t value;
        const char *says; /* NULL: taken */
    } cases[] = {
        {SCREEN_PA, 8, 0x4000000000, NULL}, /* above 4 GiB: Linux can use it */
        {SCREEN_PA, 8, 0, "no address"},
        {SCREEN_PA, 8, UINT64_MAX - 0x1000, "wraps"},
        {PITCH, 4, 0, "no size"},
        {PITCH, 4, 4095, "pitch"},
        {PITCH, 4, UINT32_MAX, NULL},
        {WIDTH, 4, 0, "no size"},
        {WIDTH, 4, 1025, "pitch"},
        {WIDTH, 4, 0x10001, "65535"},
        {WIDTH, 4, 0x40000001, "65535"},
        {HEIGHT, 4, 0, "no size"},
        {HEIGHT, 4, 0x10000, "65535"},
        {BITS, 1, 0, "bits per pixel"},
        {BITS, 1, 8, "bits per pixel"},
        {BITS, 1, 15, NULL},
        {BITS, 1, 16, NULL},
        {BITS, 1, 24, NULL},
        {BITS, 1, 33, "bits per pixel"},
        {TYPE, 1, 0, "palette"},
        {TYPE, 1, 3, "colours"},
        {4, 4, 37, "colours"}, /* the tag ends within them */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        loader2_grub();
        loader2_put(loader2_find(8) + cases[i].at, cases[i].size, cases[i].value);
        assert_null(loader2_read());
        if (cases[i].says) {
            assert_int_equal(info.screen.kind, BATON_SCREEN_NONE);
            assert_int_equal(info.notes, 1);
            assert_int_equal(info.note[0].tag, 8);
            if (!strstr(info.note[0].why, cases[i].says))
                print_error("case %zu: %s\n", i, info.note[0].why);
            assert_non_null(strstr(info.note[0].why, cases[i].says));
        } else {
            assert_int_equal(info.notes, 0);
            assert_int_equal(info.screen.kind, BATON_SCREEN_LINEAR);
        }
    }
    loader2_grub();
    loader2_put(loader2_find(8) + TYPE, 1, 2);
    assert_null(loader2_read());
    assert_int_equal(info.screen.kind, BATON_SCREEN_TEXT);
    assert_int_equal(info.screen.columns, 80);
    /* no tag: text on a BIOS, nothing on UEFI */
    loader2_grub();
    hide(8);
    assert_null(loader2_read());
    assert_int_equal(info.screen.kind, BATON_SCREEN_NONE);
    hide(12);
    assert_null(loader2_read());
    assert_int_equal(info.screen.kind, BATON_SCREEN_TEXT);
    assert_int_equal(info.efi.bits, 0);
}

/* ---- UEFI's memory map ------------------------------------------------------------------------ */

static void efi_maps(void **state)
{
    static const struct {
        uint32_t size, descriptor; /* of the tag, and what it says */
        const char *says;          /* NULL: taken */
    } cases[] = {
        {16 + 40, 40, NULL},
        {16 + 3 * 64, 64, NULL},
        {16 + 3 * 44, 44, NULL},
        {16 + 5 * 2000, 2000, NULL},
        {16, 48, "empty"},
        {16 + 39, 39, "shorter than 40"},
        {16 + 48, 0, "shorter than 40"},
        {16 + 48, UINT32_MAX, "within a descriptor"},
        {16 + 47, 48, "within a descriptor"},
        {16 + 97, 48, "within a descriptor"},
    };
    static uint8_t body[5 * 2000 + 8];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        loader2_grub();
        hide(17);
        loader2_reopen();
        memcpy(body, &cases[i].descriptor, 4);
        uint32_t at = loader2_tag(17, body, cases[i].size - 8);
        loader2_end();
        assert_null(loader2_read());
        assert_int_equal(info.notes, cases[i].says ? 1 : 0);
        assert_int_equal(info.efi.bits, 64); /* all the same */
        if (cases[i].says) {
            assert_int_equal(info.efi.map.size, 0);
            assert_int_equal(info.note[0].tag, 17);
            assert_non_null(strstr(info.note[0].why, cases[i].says));
        } else {
            assert_int_equal(info.efi.map.pa, at + 16);
            assert_int_equal(info.efi.map.size, cases[i].size - 16);
            assert_int_equal(info.efi.descriptor_size, cases[i].descriptor);
        }
    }
}

static void efi_maps_without_their_firmware(void **state)
{
    (void)state;
    loader2_grub();
    hide(12);
    assert_null(loader2_read());
    assert_int_equal(info.efi.map.size, 0);
    assert_non_null(strstr(info.note[0].why, "no EFI system table"));
    loader2_grub(); /* a system table at 0 */
    loader2_put(loader2_find(12) + 8, 8, 0);
    assert_null(loader2_read());
    assert_int_equal(info.efi.map.size, 0);
    loader2_grub(); /* of 32 bits */
    loader2_put(loader2_find(12), 4, 11);
    assert_null(loader2_read());
    assert_int_equal(info.efi.bits, 32);
    assert_int_equal(info.efi.system_table, LOADER2_FIRMWARE);
    assert_int_equal(info.efi.map.size, 2 * LOADER2_DESCRIPTOR);
    loader2_reopen(); /* and the boot services still run */
    loader2_tag(18, "", 0);
    loader2_end();
    assert_null(loader2_read());
    assert_int_equal(info.efi.map.size, 0);
    assert_non_null(strstr(info.note[0].why, "boot services"));
}

/* Memory of the boot services with tables that the system table names: kept. */
static void efi_kept(void **state)
{
    static const struct {
        uint32_t type;
        uint64_t start, pages;
        bool kept;
    } cases[] = {
        {4, 0x7e000000, 16, true},          {3, 0x7e000000, 16, true},
        {4, 0x7e001000, 1, true}, /* the table is in its last bytes */
        {4, 0x7e002000, 1, false},          {4, 0x7e000000, 1, false},
        {7, 0x7e000000, 16, false},         /* free memory */
        {6, 0x7e000000, 16, false},         /* the firmware's for ever: reserved anyway */
        {4, 0x7e000000, UINT64_MAX, false}, /* longer than memory */
        {4, 0x7e000000, 0, false},          {4, 0x10000000000, 16, false},
    };

    (void)state;
    for (unsigned bits = 32; bits <= 64; bits += 32)
        for (size_t i = 0; i < COUNT(cases); i++) {
            loader2_grub();
            loader2_put(loader2_find(12), 4, bits == 64 ? 12 : 11);
            loader2_efi(bits, 3, LOADER2_FIRMWARE + 0x2024, 0x7e001fff);
            uint32_t second = loader2_find(17) + 16 + LOADER2_DESCRIPTOR;
            loader2_put(second, 4, cases[i].type);
            loader2_put(second + 8, 8, cases[i].start);
            loader2_put(second + 24, 8, cases[i].pages);
            assert_null(loader2_read());
            assert_int_equal(info.efi_kept_count, cases[i].kept);
            if (cases[i].kept) {
                assert_int_equal(info.efi_kept[0].start, cases[i].start);
                assert_int_equal(info.efi_kept[0].end, cases[i].start + cases[i].pages * 4096);
            }
            assert_int_equal(info.notes, 0);
        }
}

/* More of them than there is room for. */
static void many_efi_kept(void **state)
{
    static uint8_t body[8 + 40 * (BOOT_EFI_KEPT + 1)] = {40};

    (void)state;
    for (uint32_t count = BOOT_EFI_KEPT; count <= BOOT_EFI_KEPT + 1; count++) {
        loader2_grub();
        loader2_efi(64, 3, LOADER2_FIRMWARE + 0x2024, 0x7e001fff);
        hide(17);
        loader2_reopen();
        uint32_t at = loader2_tag(17, body, 8 + 40 * count) + 16;
        loader2_end();
        for (uint32_t i = 0; i < count; i++, at += 40) {
            loader2_put(at, 4, 4);
            loader2_put(at + 8, 8, 0x7e000000 - 0x1000ull * i);
            loader2_put(at + 24, 8, 2 + i);
        }
        assert_null(loader2_read());
        assert_int_equal(info.efi_kept_count, BOOT_EFI_KEPT);
        assert_int_equal(info.notes, count - BOOT_EFI_KEPT);
    }
}

/* ---- bad loaders ----------------------------------------------------------------------------- */

/* What is changed in a tag (type 0: in the start), and a word of the sentence. */
/* clang-format off */
static const struct {
    const char *name;
    uint32_t type, at;
    unsigned size;
    uint64_t value;
    const char *says;
} lies[] = {
    {"no size", 0, 0, 4, 0, "total_size"},
    {"seven bytes", 0, 0, 4, 7, "total_size"},
    {"only the start", 0, 0, 4, 8, "end tag"},
    {"ends within a tag's size", 0, 0, 4, 14, "end tag"},
    {"ends within the first tag", 0, 0, 4, 24, "longer"},
    {"more than 1 MiB", 0, 0, 4, (1 << 20) + 1, "1 MiB"},
    {"4 GiB", 0, 0, 4, UINT32_MAX, "1 MiB"},
    {"tag of no size", 2, 4, 4, 0, "shorter than 8"},
    {"tag of seven bytes", 4, 4, 4, 7, "shorter than 8"},
    {"tag of 4 GiB", 4, 4, 4, UINT32_MAX, "longer"},
    {"tag whose padding wraps around", 4, 4, 4, UINT32_MAX - 6, "longer"},
    {"tag longer than the information", 15, 4, 4, 0x1000, "longer"},
    {"module whose string does not end", 3, 4, 4, 29, "string"},
    {"module ends before it starts", 3, 12, 4, 0x1fffff, "mod_end"},
    {"command line that does not end", 1, 4, 4, 18, "tag 1"},
    {"name that does not end", 2, 4, 4, 17, "tag 2"},
    {"map of entries of no size", 6, 8, 4, 0, "entry_size"},
    {"map of entries of 19 bytes", 6, 8, 4, 19, "entry_size"},
    {"map ends within its last entry", 6, 4, 4, 16 + 24 * 4 - 1, "within an entry"},
    {"map of entries of 4 GiB", 6, 8, 4, UINT32_MAX, "within an entry"},
};
/* clang-format on */

static void lies_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lies); i++) {
        loader2_grub();
        uint32_t tag = lies[i].type ? loader2_find(lies[i].type) : LOADER2_INFO;
        loader2_put(tag + lies[i].at, lies[i].size, lies[i].value);
        const char *wrong = loader2_read();
        if (!wrong || !strstr(wrong, lies[i].says))
            print_error("%s: %s\n", lies[i].name, wrong ? wrong : "taken");
        assert_non_null(wrong);
        assert_non_null(strstr(wrong, lies[i].says));
    }
}

/* The same for tags that are too short for what the rest of them says. */
static void short_tags_are_refused(void **state)
{
    static const struct {
        uint32_t type, size;
        const char *says;
    } cases[] = {
        {1, 0, "tag 1"},
        {2, 0, "tag 2"},
        {3, 0, "module"},
        {3, 7, "module"},
        {3, 8, "string"},
        {6, 7, "memory map"},
        {6, 8 + 23, "within an entry"},
    };
    static const uint8_t body[64] = {24, 0, 0, 0, 24}; /* a module, or a map's entry size */

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        loader2_grub();
        hide(cases[i].type);
        loader2_reopen();
        loader2_tag(cases[i].type, body, cases[i].size);
        loader2_end();
        const char *wrong = loader2_read();
        if (!wrong || !strstr(wrong, cases[i].says))
            print_error("case %zu: %s\n", i, wrong ? wrong : "taken");
        assert_non_null(wrong);
        assert_non_null(strstr(wrong, cases[i].says));
    }
}

/* Cut anywhere, it is refused; what is needed to report that is known if it was before the cut. */
static void cut(void **state)
{
    uint32_t total;

    (void)state;
    loader2_grub();
    total = loader2_find(0) + 8 - LOADER2_INFO;
    for (uint32_t size = 0; size < total; size++) {
        loader2_put(LOADER2_INFO, 4, size);
        assert_non_null(loader2_read());
        assert_non_null(info.command_line);
    }
    assert_string_equal(info.command_line, "paging=pae");
    loader2_put(LOADER2_INFO, 4, total);
    assert_null(loader2_read());
}

/* A tag that only describes more of the machine is left out if it is too short for that. */
static void too_short_to_use(void **state)
{
    static const struct {
        uint32_t type, size;
    } cases[] = {{4, 15},  {5, 19},  {8, 8},   {12, 15}, {13, 15},
                 {14, 27}, {15, 43}, {17, 15}, {21, 11}};
    static const uint8_t body[64];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        loader2_grub();
        hide(17); /* without a system table there would be a note about it, too */
        if (cases[i].type != 17)
            hide(cases[i].type);
        loader2_reopen();
        loader2_tag(cases[i].type, body, cases[i].size - 8);
        loader2_end();
        assert_null(loader2_read());
        assert_int_equal(info.notes, 1);
        assert_int_equal(info.note[0].tag, cases[i].type);
        assert_non_null(strstr(info.note[0].why, "too short"));
    }
}

static void information_beyond_4_gib(void **state)
{
    (void)state;
    loader2_grub();
    assert_non_null(loader2_read_at((1ull << 32) - 4));
    assert_non_null(loader2_read_at(1ull << 32));
    assert_non_null(loader2_read_at(UINT64_MAX));
    loader2_elsewhere = 0x10; /* its size is too large by far */
    assert_non_null(loader2_read_at((1ull << 32) - 8));
}

/* Information at the end of the 4 GiB: nothing but its size and end tags. */
#define LAST ((1ull << 32) - 16)
static uint32_t size_told;

static void read_last(uint64_t pa, void *to, uint32_t n)
{
    const uint32_t start[] = {size_told, 0}, tag[] = {0, 8};

    assert_true(pa >= LAST && pa + n <= 1ull << 32 && n == 8);
    memcpy(to, pa == LAST ? start : tag, n);
}

static void information_up_to_4_gib(void **state)
{
    (void)state;
    size_told = 16;
    assert_null(tags_walk(read_last, LAST, NULL, NULL));
    for (size_told = 17; size_told <= 1 << 20; size_told += 0x1001)
        assert_string_equal(tags_walk(read_last, LAST, NULL, NULL),
                            "the loader's information reaches beyond 4 GiB (total_size)");
}

static void many_modules_and_entries(void **state)
{
    (void)state;
    for (unsigned count = BOOT_MODULES; count <= BOOT_MODULES + 1; count++) {
        loader2_grub();
        loader2_reopen();
        for (unsigned n = 2; n < count; n++)
            loader2_module(0x300000 + n * 0x1000, 0x300800 + n * 0x1000, "x");
        loader2_end();
        const char *wrong = loader2_read();
        if (count == BOOT_MODULES) {
            assert_null(wrong);
            assert_int_equal(info.module[31].file.pa, 0x31f000);
        } else {
            assert_non_null(strstr(wrong, "32 modules"));
        }
    }
    for (unsigned count = BOOT_MEMORY; count <= BOOT_MEMORY + 1; count++) {
        static uint8_t body[8 + 24 * (BOOT_MEMORY + 1)];

        loader2_grub();
        hide(6);
        body[0] = 24;
        for (uint32_t n = 0; n < count; n++)
            body[8 + 24 * n + 4] = (uint8_t)n;
        loader2_reopen();
        loader2_tag(6, body, 8 + 24 * count);
        loader2_end();
        const char *wrong = loader2_read();
        if (count == BOOT_MEMORY)
            assert_null(wrong);
        else
            assert_non_null(strstr(wrong, "512 entries"));
    }
}

/* Strings together fill the text, to the last byte and one more. */
static void strings_fill_the_text(void **state)
{
    static char line[BOOT_TEXT];

    (void)state;
    for (uint32_t more = 0; more < 2; more++) {
        uint32_t used = sizeof("paging=pae") + sizeof("GRUB 2.06") + sizeof("console=ttyS0") + 1;

        memset(line, 's', sizeof(line));
        line[BOOT_TEXT - used - 1 + more] = '\0';
        loader2_grub();
        loader2_reopen();
        loader2_module(0x300000, 0x300000, line);
        loader2_end();
        if (more) {
            assert_non_null(strstr(loader2_read(), "16 KiB"));
        } else {
            assert_null(loader2_read());
            assert_int_equal(info.text_used, BOOT_TEXT);
        }
    }
}

/* Random damage: never a read beyond 4 GiB, never a write beyond the struct (ASan), always an end. */
static void random_damage(void **state)
{
    struct dice dice = {dice_seed()};
    uint64_t taken = 0, rounds = dice_rounds(20000);

    (void)state;
    for (uint64_t round = 0; round < rounds; round++) {
        loader2_grub();
        loader2_elsewhere = (uint8_t)dice_bits(&dice);
        for (uint64_t n = 1 + dice_roll(&dice, 4); n > 0; n--) {
            uint32_t at = LOADER2_INFO + 4 * (uint32_t)dice_roll(&dice, 140);

            if (dice_once(&dice, 4))
                at = LOADER2_FIRMWARE + 4 * (uint32_t)dice_roll(&dice, 200);
            loader2_put(at, 4, (uint32_t)dice_bits(&dice) >> dice_roll(&dice, 32));
        }
        if (loader2_read())
            continue;
        taken++;
        bootcheck_bounds(&info);
    }
    assert_true(taken > rounds / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_loader),
        cmocka_unit_test(any_order),
        cmocka_unit_test(unknown_tags_are_ignored),
        cmocka_unit_test(given_twice),
        cmocka_unit_test(what_is_not_given),
        cmocka_unit_test(strings),
        cmocka_unit_test(other_entry_sizes),
        cmocka_unit_test(unknown_memory_is_reserved),
        cmocka_unit_test(screens),
        cmocka_unit_test(efi_maps),
        cmocka_unit_test(efi_maps_without_their_firmware),
        cmocka_unit_test(efi_kept),
        cmocka_unit_test(many_efi_kept),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(short_tags_are_refused),
        cmocka_unit_test(cut),
        cmocka_unit_test(too_short_to_use),
        cmocka_unit_test(information_beyond_4_gib),
        cmocka_unit_test(information_up_to_4_gib),
        cmocka_unit_test(many_modules_and_entries),
        cmocka_unit_test(strings_fill_the_text),
        cmocka_unit_test(random_damage),
    };

    return cmocka_run_group_tests_name("multiboot2", tests, NULL, NULL);
}
