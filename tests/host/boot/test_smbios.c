/*
 * Where the SMBIOS tables are found: by the EFI system table, or by a search of the BIOS's segment; and
 * the entry points that are not believed.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/loader2.h"

#define info loader2_info
#define IN_BIOS 0xf1230u
#define TABLES 0xf4321u
#define IN_FIRMWARE (LOADER2_FIRMWARE + 0x4000)
#define TABLES_OF_FIRMWARE (LOADER2_FIRMWARE + 0x5000)

static void put_sum(uint64_t pa, uint64_t start, unsigned n)
{
    uint8_t sum = 0;

    loader2_put(pa, 1, 0);
    for (unsigned i = 0; i < n; i++)
        sum = (uint8_t)(sum + *loader2_byte(start + i));
    loader2_put(pa, 1, (uint8_t)-sum);
}

/* [SMBIOS 5.2.1] */
static void put_old(uint64_t pa, uint32_t tables, uint32_t size)
{
    loader2_copy(pa, "_SM_\0\x1f\2\10", 8);
    loader2_copy(pa + 0x10, "_DMI_", 5);
    loader2_put(pa + 0x16, 2, size);
    loader2_put(pa + 0x18, 4, tables);
    put_sum(pa + 0x15, pa + 0x10, 15);
    put_sum(pa + 4, pa, 0x1f);
}

/* [SMBIOS 5.2.2] */
static void put_new(uint64_t pa, uint64_t tables, uint32_t size)
{
    loader2_copy(pa, "_SM3_\0\x18\3\2\0\1", 11);
    loader2_put(pa + 0xc, 4, size);
    loader2_put(pa + 0x10, 8, tables);
    put_sum(pa + 5, pa, 0x18);
}

static void assert_found(unsigned major, uint64_t pa, uint64_t size)
{
    assert_null(loader2_read());
    if (!info.efi.bits)
        loader2_find_smbios();
    assert_int_equal(info.smbios.tables.pa, pa);
    assert_int_equal(info.smbios.tables.size, size);
    if (size) {
        assert_int_equal(info.smbios.major, major);
        assert_int_equal(info.smbios.minor, major == 3 ? 2 : 8);
    }
}

/* A BIOS: what GRUB leaves, without the tags of UEFI. */
static void on_a_bios(void)
{
    loader2_grub();
    loader2_put(loader2_find(12), 4, 0x1000);
    loader2_put(loader2_find(17), 4, 0x1001);
}

static void in_the_segment(void **state)
{
    (void)state;
    on_a_bios();
    assert_found(0, 0, 0);
    put_old(IN_BIOS, TABLES, 0x123);
    assert_found(2, TABLES, 0x123);
    put_new(IN_BIOS + 0x400, TABLES + 1, 0x456); /* behind it, but newer */
    assert_found(3, TABLES + 1, 0x456);
    loader2_put(IN_BIOS + 0x400, 1, 'x');
    put_old(IN_BIOS + 0x40, TABLES + 2, 0x20); /* the first one is taken */
    assert_found(2, TABLES, 0x123);
    on_a_bios();
    put_old(0xfffe0, TABLES, 0x123); /* at the end */
    assert_found(2, TABLES, 0x123);
    on_a_bios();
    put_old(IN_BIOS + 8, TABLES, 0x123); /* at no multiple of 16 */
    assert_found(0, 0, 0);
}

/* One byte of an entry point is another one: it is not believed. */
static void damaged(void **state)
{
    (void)state;
    for (unsigned new = 0; new < 2; new ++)
        for (unsigned at = 0; at < (new ? 0x18u : 0x1fu); at++) {
            on_a_bios();
            new ? put_new(IN_BIOS, TABLES, 0x123) : put_old(IN_BIOS, TABLES, 0x123);
            *loader2_byte(IN_BIOS + at) ^= 0x40;
            assert_found(0, 0, 0);
        }
}

static void tables_that_are_not_taken(void **state)
{
    static const struct {
        uint64_t pa;
        uint32_t size;
    } cases[] = {
        {TABLES, 0},
        {TABLES, 0x10001},
        {0x1000, 0x100},      /* usable memory */
        {0xfff80, 0x81},      /* it leaves the segment */
        {0x100000000, 0x100}, /* above 4 GiB */
        {UINT64_MAX - 0x80, 0x100},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        on_a_bios();
        put_new(IN_BIOS, cases[i].pa, cases[i].size);
        assert_found(0, 0, 0);
    }
}

/* The list of tables gets the two entry points in place of ACPI's, which have other GUIDs. */
static void on_uefi(void **state)
{
    static const uint8_t old[16] = {0x31, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11,
                                    0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d};
    static const uint8_t new[16] = {0x44, 0x15, 0xfd, 0xf2, 0x94, 0x97, 0x2c, 0x4a,
                                    0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94};
    uint64_t list = 0;

    (void)state;
    loader2_grub();
    loader2_efi(64, 0, IN_FIRMWARE, IN_FIRMWARE + 0x100);
    for (unsigned i = 0; i < 8; i++)
        list |= (uint64_t)*loader2_byte(LOADER2_FIRMWARE + 112 + i) << 8 * i;
    loader2_copy(list, new, 16);
    loader2_copy(list + 24, old, 16);
    put_new(IN_FIRMWARE, TABLES_OF_FIRMWARE, 0x321);
    put_old(IN_FIRMWARE + 0x100, TABLES_OF_FIRMWARE + 0x1000, 0x123);
    put_old(IN_BIOS, TABLES, 0x77); /* no one looks there */
    assert_found(3, TABLES_OF_FIRMWARE, 0x321);
    loader2_put(IN_FIRMWARE, 1, 'x');
    assert_found(2, TABLES_OF_FIRMWARE + 0x1000, 0x123);
    loader2_put(IN_FIRMWARE + 0x100, 1, 'x');
    assert_found(0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_the_segment),
        cmocka_unit_test(damaged),
        cmocka_unit_test(tables_that_are_not_taken),
        cmocka_unit_test(on_uefi),
    };

    return cmocka_run_group_tests_name("smbios", tests, NULL, NULL);
}
