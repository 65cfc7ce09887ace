/*
 * What a multiboot 1 loader left, read through a fake reader: good loaders of several kinds, and
 * bad ones whose counts, lengths and strings lie.
 */
#include "boot/bootinfo.h"
#include "tests/host/paper/bootcheck.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"

#include <inttypes.h>

#define MAGIC 0x2badb002u
#define SMALL 0x8000u

/* The loader's memory: SMALL bytes at `base`; elsewhere every byte is `elsewhere`. */
static uint8_t memory[SMALL];
static uint64_t base;
static uint8_t elsewhere;
static uint64_t reads;
static bool read_beyond_4_gib;

static void fake_read(uint64_t pa, void *to, uint32_t n)
{
    uint8_t *out = to;

    reads++;
    for (uint32_t i = 0; i < n; i++, pa++) {
        if (pa >= 1ull << 32)
            read_beyond_4_gib = true;
        out[i] = pa >= base && pa - base < SMALL ? memory[pa - base] : elsewhere;
    }
}

static struct boot_info info;

static const char *read_at(uint64_t pa)
{
    memset(&info, 0, sizeof(info)); /* it is in .bss */
    reads = 0;
    read_beyond_4_gib = false;
    const char *wrong = boot_read(MAGIC, pa, fake_read, &info);
    assert_false(read_beyond_4_gib);
    assert_true(reads < 100000);
    return wrong;
}

/* ---- a loader's memory, by hand -------------------------------------------------------------- */

/* Offsets of the information structure. [MB1 3.3] */
enum {
    FLAGS = 0,
    MEM_LOWER = 4,
    MEM_UPPER = 8,
    BOOT_DEVICE = 12,
    CMDLINE = 16,
    MODS_COUNT = 20,
    MODS_ADDR = 24,
    MMAP_LENGTH = 44,
    MMAP_ADDR = 48,
    LOADER_NAME = 64,
    FB_ADDR = 88,
    FB_PITCH = 96,
    FB_WIDTH = 100,
    FB_HEIGHT = 104,
    FB_BPP = 108,
    FB_TYPE = 109,
    FB_COLOR = 110,
};
enum {
    HAS_MEM = 1,
    HAS_DEVICE = 2,
    HAS_CMDLINE = 4,
    HAS_MODS = 8,
    HAS_MMAP = 64,
    HAS_NAME = 512,
    HAS_FB = 4096
};

#define INFO 0x10000u
#define MODS 0x10100u
#define MAP 0x10400u
#define NAME 0x11000u
#define LINE 0x11100u
#define STRING 0x12000u

static void put(uint32_t pa, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        memory[pa - base + i] = (uint8_t)(value >> 8 * i);
}

static void put_string(uint32_t pa, const char *string)
{
    memcpy(&memory[pa - base], string, strlen(string) + 1);
}

static void put_entry(unsigned n, uint64_t start, uint64_t length, uint32_t type)
{
    uint32_t at = MAP + 24 * n;

    put(at, 4, 20);
    put(at + 4, 8, start);
    put(at + 12, 8, length);
    put(at + 20, 4, type);
    put(INFO + MMAP_LENGTH, 4, 24 * (n + 1));
}

static void put_module(unsigned n, uint32_t start, uint32_t end, uint32_t string)
{
    uint32_t at = MODS + 16 * n;

    put(at, 4, start);
    put(at + 4, 4, end);
    put(at + 8, 4, string);
    put(INFO + MODS_COUNT, 4, n + 1);
}

/* As GRUB leaves it. */
static void good(const char *name)
{
    base = INFO;
    elsewhere = 0xcc;
    memset(memory, 0xaa, sizeof(memory));
    memset(memory, 0, 0x100);
    put(INFO + FLAGS, 4, HAS_MEM | HAS_DEVICE | HAS_CMDLINE | HAS_MODS | HAS_MMAP | HAS_NAME);
    put(INFO + MEM_LOWER, 4, 639);
    put(INFO + MEM_UPPER, 4, 129920);
    put(INFO + BOOT_DEVICE, 4, 0xe0ffffff);
    put(INFO + CMDLINE, 4, LINE);
    put(INFO + MODS_ADDR, 4, MODS);
    put(INFO + MMAP_ADDR, 4, MAP);
    put(INFO + LOADER_NAME, 4, NAME);
    put_string(NAME, name);
    put_string(LINE, "paging=pae");
    put_string(STRING, "console=ttyS0");
    put_string(STRING + 0x100, "");
    put_module(0, 0x200000, 0x280000, STRING);
    put_module(1, 0x280000, 0x280001, STRING + 0x100);
    put_module(2, 0x300000, 0x300000, 0);
    put_entry(0, 0, 0x9fc00, 1);
    put_entry(1, 0x100000, 0x7ee0000, 1);
    put_entry(2, 0xfffc0000, 0x40000, 2);
}

/* ---- good loaders ---------------------------------------------------------------------------- */

static void a_good_loader(void **state)
{
    (void)state;
    good("GRUB 2.06");
    assert_null(read_at(INFO));
    assert_string_equal(info.loader, "GRUB 2.06");
    assert_string_equal(info.command_line, "paging=pae");
    assert_int_equal(info.boot_device, 0xe0ffffff);
    assert_int_equal(info.modules, 3);
    assert_int_equal(info.module[0].file.pa, 0x200000);
    assert_int_equal(info.module[0].file.size, 0x80000);
    assert_string_equal(info.module[0].string, "console=ttyS0");
    assert_int_equal(info.module[1].file.size, 1);
    assert_string_equal(info.module[1].string, "");
    assert_int_equal(info.module[2].file.size, 0);
    assert_string_equal(info.module[2].string, "");
    assert_true(info.has_map);
    assert_int_equal(info.given_count, 3);
    assert_int_equal(info.given[1].start, 0x100000);
    assert_int_equal(info.given[1].end, 0x7fe0000);
    assert_int_equal(info.given[2].type, 2);
    assert_int_equal(info.given[2].end, 0x100000000);
    assert_int_equal(info.wrapping, 0);
    assert_int_equal(info.screen.kind, BATON_SCREEN_TEXT);
    assert_int_equal(info.screen.columns, 80);
    assert_int_equal(info.screen.rows, 25);
    /* nothing points into the loader's memory */
    memset(memory, 0, sizeof(memory));
    assert_string_equal(info.command_line, "paging=pae");
    assert_string_equal(info.module[0].string, "console=ttyS0");
}

/* Who puts the file's name before the arguments: seen by Baton's own line, for all strings alike. */
static void file_names(void **state)
{
    static const struct {
        const char *loader, *line, *own; /* Baton's line as it is given, and what is left of it */
        const char *given, *taken;       /* a module's */
    } cases[] = {
        {"GRUB 2.06", "paging=pae", "paging=pae", "a b", "a b"},
        {"GRUB 2.06", "", "", "/boot/vmlinuz a", "/boot/vmlinuz a"},
        {"GRUB 2.06", "verbose", "verbose", "  a", "a"},
        {"GRUB 2.06", "", "", "", ""},
        {"GRUB 2.06", "", "", "a\\\"b\\\"", "a\"b\""},
        {"GRUB 2.06", "", "", "a\\\\b", "a\\b"},
        {"GRUB 2.06", "", "", "it\\'s", "it's"},
        {"GRUB 2.06", "", "", "a\\nb", "a\\nb"},
        {"GRUB 2.06", "", "", "end\\", "end\\"},
        {"GNU GRUB 0.97", "/boot/baton.elf paging=pae", "paging=pae", "/boot/vmlinuz a b", "a b"},
        {"GNU GRUB 0.97", "(hd0,0)/boot/baton", "", "(hd0,0)/boot/vmlinuz", ""},
        {"GNU GRUB 0.97", "/baton.elf", "", "/v a\\\"b", "a\\\"b"}, /* it escapes nothing */
        {"kexec 2.0.25", "/tmp/baton.elf shell", "shell", "vmlinuz a", "a"},
        {"qemu", "build/baton.elf a=b", "a=b", "vmlinuz   a", "a"},
        {"qemu", "baton.elf", "", "vmlinuz", ""},
        {"SYSLINUX 6.04", "baton.elf  x", "x", "vmlinuz a", "a"},
        {"ISOLINUX 6.04 ", "/boot/baton.elf", "", "/boot/x a", "a"},
        {"PXELINUX 6.04", "baton", "", "x a", "a"},
        {"iPXE 1.21.1", "http://host/baton.elf a", "a", "http://host/file a", "a"},
        {"some other", "C:\\BATON.ELF x", "x", "VMLINUZ a", "a"},
        {"some other", "\t/baton.elf\t x", "x", "v\ta", "a"},
        {"some other", "b names=first verbose", "names=first verbose", "vmlinuz a", "a"},
        {"some other", "a/b names=none", "a/b names=none", "vmlinuz a", "vmlinuz a"},
        {"some other", "a/b names=none names=first", "names=none names=first", "x a", "a"},
        {"some other", "names=firsts", "names=firsts", "x a", "x a"},
        {"some other", "crash=1 /baton.elf", "crash=1 /baton.elf", "x a", "x a"},
        {"some other", "root=/dev/sda", "root=/dev/sda", "x a", "x a"}, /* no path before "=" */
        {"some other", "batons", "batons", "x a", "x a"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        good(cases[i].loader);
        put_string(LINE, cases[i].line);
        put_string(STRING, cases[i].given);
        assert_null(read_at(INFO));
        assert_string_equal(info.command_line, cases[i].own);
        assert_string_equal(info.module[0].string, cases[i].taken);
    }
}

static void without(uint32_t flag)
{
    good("GRUB 2.06");
    memory[1] &= (uint8_t) ~(flag >> 8);
    memory[0] &= (uint8_t)~flag;
}

static void what_is_not_given(void **state)
{
    (void)state;
    without(HAS_NAME);
    assert_null(read_at(INFO));
    assert_string_equal(info.loader, "an unnamed loader");
    without(HAS_CMDLINE);
    assert_null(read_at(INFO));
    assert_string_equal(info.command_line, "");
    without(HAS_MODS);
    assert_null(read_at(INFO));
    assert_int_equal(info.modules, 0);
    without(HAS_DEVICE);
    assert_null(read_at(INFO));
    assert_int_equal(info.boot_device, 0);
    /* no map: the two sizes make one */
    without(HAS_MMAP);
    assert_null(read_at(INFO));
    assert_false(info.has_map);
    assert_int_equal(info.given_count, 2);
    assert_int_equal(info.given[0].end, 639 * 1024);
    assert_int_equal(info.given[1].start, 0x100000);
    assert_int_equal(info.given[1].end, 0x100000 + 129920ull * 1024);
    good("GRUB");
    put(INFO + MMAP_LENGTH, 4, 0);
    assert_null(read_at(INFO));
    assert_false(info.has_map);
    without(HAS_MMAP);
    put(INFO + MEM_UPPER, 4, 0xffffffff);
    assert_null(read_at(INFO));
    assert_int_equal(info.given[1].end, 0x100000 + (0xffffffffull << 10));
    without(HAS_MMAP | HAS_MEM);
    assert_non_null(read_at(INFO));
}

static void screens(void **state)
{
    (void)state;
    good("GRUB 2.06");
    put(INFO + FLAGS, 4, HAS_MEM | HAS_FB);
    put(INFO + FB_ADDR, 8, 0x12fd000000);
    put(INFO + FB_PITCH, 4, 4096);
    put(INFO + FB_WIDTH, 4, 1024);
    put(INFO + FB_HEIGHT, 4, 768);
    put(INFO + FB_BPP, 1, 32);
    put(INFO + FB_TYPE, 1, 1);
    put(INFO + FB_COLOR, 6, 0x060807080810); /* red at 16, 8 bits; green at 8, 7; blue at 8, 6 */
    assert_null(read_at(INFO));
    assert_int_equal(info.screen.kind, BATON_SCREEN_LINEAR);
    assert_int_equal(info.screen.pa, 0x12fd000000);
    assert_int_equal(info.screen.pitch, 4096);
    assert_int_equal(info.screen.width, 1024);
    assert_int_equal(info.screen.height, 768);
    assert_int_equal(info.screen.bits, 32);
    assert_int_equal(info.screen.red_at, 16);
    assert_int_equal(info.screen.red_size, 8);
    assert_int_equal(info.screen.green_at, 8);
    assert_int_equal(info.screen.green_size, 7);
    assert_int_equal(info.screen.blue_at, 8);
    assert_int_equal(info.screen.blue_size, 6);
    put(INFO + FB_TYPE, 1, 2);
    assert_null(read_at(INFO));
    assert_int_equal(info.screen.kind, BATON_SCREEN_TEXT);
    assert_int_equal(info.notes, 0);
    put(INFO + FB_TYPE, 1, 0); /* a palette: nothing that Linux could be told */
    assert_null(read_at(INFO));
    assert_int_equal(info.screen.kind, BATON_SCREEN_NONE);
    assert_int_equal(info.notes, 1);
    assert_string_equal(info.note[0].why, "the framebuffer has a palette, or its type is unknown");
}

/* Entries of more than 20 bytes, as ACPI 3 has them. */
static void longer_entries(void **state)
{
    (void)state;
    good("GRUB 2.06");
    for (unsigned n = 0; n < 3; n++) {
        put(MAP + 28 * n, 4, 24);
        put(MAP + 28 * n + 4, 8, 0x100000 * n);
        put(MAP + 28 * n + 12, 8, 0x1000);
        put(MAP + 28 * n + 20, 4, n + 1);
    }
    put(INFO + MMAP_LENGTH, 4, 28 * 3);
    assert_null(read_at(INFO));
    assert_int_equal(info.given_count, 3);
    assert_int_equal(info.given[2].start, 0x200000);
    assert_int_equal(info.given[2].type, 3);
}

/* ---- bad loaders ----------------------------------------------------------------------------- */

static void wrong_magic(void **state)
{
    (void)state;
    good("GRUB 2.06");
    memset(&info, 0, sizeof(info));
    assert_non_null(boot_read(0x36d76288, INFO, fake_read, &info));
    assert_string_equal(info.command_line, ""); /* the console can work with what there is */
}

/* What is changed, and a word of the sentence. */
/* clang-format off */
static const struct {
    const char *name;
    uint32_t at;
    unsigned size;
    uint64_t value;
    const char *says;
} lies[] = {
    {"map ends within its first entry", INFO + MMAP_LENGTH, 4, 23, "mmap_length"},
    {"map ends within its last entry", INFO + MMAP_LENGTH, 4, 71, "mmap_length"},
    {"map of one byte", INFO + MMAP_LENGTH, 4, 1, "mmap_length"},
    {"map of 4 GiB", INFO + MMAP_LENGTH, 4, 0xffffffff, "mmap_length"},
    {"map at the end of 4 GiB", INFO + MMAP_ADDR, 4, 0xffffffff, "mmap_addr"},
    {"map reaches over the end of 4 GiB", INFO + MMAP_ADDR, 4, 0xffffffff - 70, "mmap_addr"},
    {"entry of no size", MAP, 4, 0, "size"},
    {"entry too short", MAP + 24, 4, 19, "size"},
    {"too many modules", INFO + MODS_COUNT, 4, 33, "mods_count"},
    {"far too many modules", INFO + MODS_COUNT, 4, 0xffffffff, "mods_count"},
    {"modules' list reaches over 4 GiB", INFO + MODS_ADDR, 4, 0xffffffe0, "mods_addr"},
    {"module ends before it starts", MODS + 4, 4, 0x1fffff, "mod_end"},
    {"module string runs into 4 GiB", MODS + 8, 4, 0xfffffffe, "string"},
    {"module string does not end", MODS + 8, 4, 0x20000, "string"},
    {"command line runs into 4 GiB", INFO + CMDLINE, 4, 0xfffffff0, "cmdline"},
    {"command line does not end", INFO + CMDLINE, 4, 0x20000, "cmdline"},
    {"name runs into 4 GiB", INFO + LOADER_NAME, 4, 0xffffffff, "boot_loader_name"},
    {"name does not end", INFO + LOADER_NAME, 4, 0x20000, "boot_loader_name"},
};
/* clang-format on */

static void lies_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lies); i++) {
        good("GRUB 2.06");
        put(lies[i].at, lies[i].size, lies[i].value);
        const char *wrong = read_at(INFO);
        if (!wrong || !strstr(wrong, lies[i].says))
            print_error("%s: %s\n", lies[i].name, wrong ? wrong : "taken");
        assert_non_null(wrong);
        assert_non_null(strstr(wrong, lies[i].says));
    }
}

static void information_beyond_4_gib(void **state)
{
    (void)state;
    good("GRUB 2.06");
    assert_non_null(read_at((1ull << 32) - 10));
    assert_non_null(read_at(1ull << 32));
    assert_non_null(read_at(UINT64_MAX));
}

/* Strings together fill the text, to the last byte and one more. */
static void strings_fill_the_text(void **state)
{
    (void)state;
    for (uint32_t more = 0; more < 2; more++) {
        good("G");
        uint32_t line = BOOT_TEXT - 2 - 11 - 1 - 1 + more; /* name, "paging=pae", "", NUL */

        memset(&memory[STRING - INFO], 's', line);
        memory[STRING - INFO + line] = '\0';
        put_string(STRING + line + 1, "");
        put(MODS + 16 + 8, 4, STRING + line + 1);
        const char *wrong = read_at(INFO);
        if (more)
            assert_non_null(wrong);
        else
            assert_null(wrong);
        if (!more)
            assert_int_equal(info.text_used, BOOT_TEXT);
    }
}

static void long_loader_name(void **state)
{
    char name[200];

    (void)state;
    memset(name, 'n', sizeof(name));
    name[150] = '\0';
    good(name);
    assert_null(read_at(INFO));
    assert_int_equal(strlen(info.loader), sizeof(info.loader) - 1);
}

static void many_modules_and_entries(void **state)
{
    (void)state;
    good("GRUB 2.06");
    for (unsigned n = 0; n < BOOT_MODULES; n++)
        put_module(n, 0x200000 + n * 0x1000, 0x200800 + n * 0x1000, STRING);
    assert_null(read_at(INFO));
    assert_int_equal(info.modules, BOOT_MODULES);
    assert_int_equal(info.module[31].file.pa, 0x21f000);
    /* 512 entries are taken, 513 are not */
    for (uint32_t count = BOOT_MEMORY; count <= BOOT_MEMORY + 1; count++) {
        without(HAS_MODS);
        put(INFO + CMDLINE, 4, INFO + 0xf0); /* the map takes the strings' room */
        put(INFO + LOADER_NAME, 4, INFO + 0xf8);
        for (uint32_t n = 0; n < count; n++)
            put_entry(n, 0x100000ull * n, 0x1000, 1);
        const char *wrong = read_at(INFO);
        if (count == BOOT_MEMORY) {
            assert_null(wrong);
            assert_int_equal(info.given_count, BOOT_MEMORY);
        } else {
            assert_non_null(wrong);
        }
    }
}

/* Ranges around 2^64 are left out, and counted; any number of them. */
static void wrapping_ranges(void **state)
{
    (void)state;
    good("GRUB 2.06");
    put_entry(0, 0xfffffffffffff000, 0x2000, 1);
    put_entry(1, 0x100000, 0x100000, 1);
    put_entry(2, 0x200000, UINT64_MAX, 1);
    put_entry(3, 0x400000, UINT64_MAX - 0x400000, 2); /* just not */
    assert_null(read_at(INFO));
    assert_int_equal(info.wrapping, 2);
    assert_int_equal(info.first_wrapping.start, 0xfffffffffffff000);
    assert_int_equal(info.given_count, 2);
    assert_int_equal(info.given[1].end, UINT64_MAX);
    without(HAS_MODS);
    put(INFO + CMDLINE, 4, INFO + 0xf0);
    put(INFO + LOADER_NAME, 4, INFO + 0xf8);
    for (uint32_t n = 0; n < 1000; n++)
        put_entry(n, UINT64_MAX - n, 0x1000 + n, 1);
    assert_null(read_at(INFO));
    assert_int_equal(info.wrapping, 1000);
}

/* Random damage: never a read beyond 4 GiB, never a write beyond the struct (ASan), always an end;
 * what is taken ends with NULs and keeps its order. */
static void random_damage(void **state)
{
    static const char *const names[] = {"GRUB 2.06", "qemu", "iPXE"};
    struct dice dice = {dice_seed()};
    uint64_t taken = 0, rounds = dice_rounds(20000);

    (void)state;
    for (uint64_t round = 0; round < rounds; round++) {
        good(names[dice_roll(&dice, COUNT(names))]);
        elsewhere = (uint8_t)dice_bits(&dice);
        for (uint64_t n = 1 + dice_roll(&dice, 6); n > 0; n--) {
            static const uint32_t places[] = {INFO, INFO, MODS, MAP};
            uint32_t at = places[dice_roll(&dice, 4)] + 4 * (uint32_t)dice_roll(&dice, 30);
            uint32_t value = (uint32_t)dice_bits(&dice) >> dice_roll(&dice, 32);

            if (dice_once(&dice, 4))
                value = INFO + (uint32_t)dice_roll(&dice, SMALL + 100);
            put(at, 4, value);
        }
        if (read_at(INFO))
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
        cmocka_unit_test(file_names),
        cmocka_unit_test(what_is_not_given),
        cmocka_unit_test(screens),
        cmocka_unit_test(longer_entries),
        cmocka_unit_test(wrong_magic),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(information_beyond_4_gib),
        cmocka_unit_test(strings_fill_the_text),
        cmocka_unit_test(long_loader_name),
        cmocka_unit_test(many_modules_and_entries),
        cmocka_unit_test(wrapping_ranges),
        cmocka_unit_test(random_damage),
    };

    return cmocka_run_group_tests_name("multiboot1", tests, NULL, NULL);
}
