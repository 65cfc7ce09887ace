/*
 * Where the firmware's ACPI root pointer is found: by the EFI system table of 32 or 64 bits, or by a
 * search for the loader's copy. What lies in usable memory, or has a wrong checksum, is not taken.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/loader2.h"

#define info loader2_info
#define OLD (LOADER2_FIRMWARE + 0x1014)
#define NEW (LOADER2_FIRMWARE + 0x2024)
#define OTHER (LOADER2_FIRMWARE + 0x3000) /* none that the loader has a copy of */

static void hide(uint32_t type)
{
    loader2_put(loader2_find(type), 4, 0x1000 + type);
}

static void forget(uint64_t pa)
{
    loader2_copy(pa, "rsd ptr ", 8);
}

static void by_the_system_table(void **state)
{
    (void)state;
    for (unsigned bits = 32; bits <= 64; bits += 32)
        for (unsigned others = 0; others < 12; others += 3) {
            loader2_grub();
            if (bits == 32) {
                hide(12);
                loader2_reopen();
                loader2_tag(11, "\0\0\xf0\x7f", 4);
                loader2_end();
            }
            loader2_efi(bits, others, NEW, OLD);
            assert_null(loader2_read());
            assert_int_equal(info.efi.bits, bits);
            assert_int_equal(info.acpi_rsdp, NEW);
            /* the old one alone, or if the new one is broken */
            loader2_efi(bits, others, 0, OLD);
            assert_null(loader2_read());
            assert_int_equal(info.acpi_rsdp, OLD);
            loader2_efi(bits, others, NEW, OLD);
            loader2_put(NEW + 33, 1, 0x77);
            assert_null(loader2_read());
            assert_int_equal(info.acpi_rsdp, OLD);
        }
}

/* The tags 14 and 15 are not needed if there is a system table. */
static void without_copies(void **state)
{
    (void)state;
    loader2_grub();
    hide(14);
    hide(15);
    assert_null(loader2_read());
    assert_int_equal(info.acpi_rsdp, NEW);
}

/* The system table leads to another root pointer than the copies; it is believed. */
static void with_another(void)
{
    loader2_grub();
    loader2_rsdp(OTHER, 36, 0x7ff04000);
    loader2_efi(64, 3, OTHER, 0);
}

/* Each way in which the system table cannot be used: then the copy is searched. */
static void a_bad_system_table(void **state)
{
    static const struct {
        uint32_t at;
        unsigned size;
        uint64_t value;
    } cases[] = {
        {0, 1, 'X'},                           /* signature */
        {104, 8, 257},                         /* more tables than any firmware has */
        {104, 8, UINT64_MAX},                  /* times 24: wraps around */
        {104, 8, 0x2000},                      /* the list leaves the firmware's memory */
        {112, 8, 0},                           /* the list is at 0, in usable memory */
        {112, 8, 0x10000000},                  /* the list is in usable memory */
        {112, 8, LOADER2_FIRMWARE + 0xfffa},   /* the list ends outside */
        {112, 8, 0x17ff00200},                 /* above 4 GiB */
        {112, 8, UINT64_MAX},                  /* */
        {0x200 + 3 * 24 + 16, 8, 0},           /* the new root pointer at 0 */
        {0x200 + 3 * 24 + 16, 8, 0x17ff02024}, /* above 4 GiB */
        {0x200 + 3 * 24 + 16, 8, 0x7ff0fff0},  /* it ends outside the firmware's memory */
        {0x200 + 3 * 24 + 16, 8, 0x00100000},  /* in usable memory */
        {0x200 + 3 * 24 + 16, 8, UINT64_MAX - 3},
        {0x200 + 3 * 24, 1, 0}, /* another GUID */
    };

    (void)state;
    with_another();
    assert_null(loader2_read());
    assert_int_equal(info.acpi_rsdp, OTHER);
    for (size_t i = 0; i < COUNT(cases); i++) {
        with_another();
        loader2_put(LOADER2_FIRMWARE + cases[i].at, cases[i].size, cases[i].value);
        assert_null(loader2_read());
        if (info.acpi_rsdp != NEW)
            print_error("case %zu: 0x%llx\n", i, (unsigned long long)info.acpi_rsdp);
        assert_int_equal(info.acpi_rsdp, NEW);
    }
    /* the table itself: outside the firmware's memory, above 4 GiB, nowhere */
    for (int i = 0; i < 4; i++) {
        static const uint64_t places[] = {0x10000000, 0x7ff00000ull + (1ull << 32), 0, UINT64_MAX};

        with_another();
        loader2_put(loader2_find(12) + 8, 8, places[i]);
        assert_null(loader2_read());
        assert_int_equal(info.acpi_rsdp, NEW); /* found by its copy */
    }
}

/* A kernel overwrites usable memory: a root pointer there is none, whatever else the map calls it. */
static void in_usable_memory(void **state)
{
    (void)state;
    for (int both = 0; both < 2; both++) {
        loader2_grub();
        loader2_rsdp(0x17010, 36, 0x7ff04000);
        loader2_efi(64, 3, 0x17010, 0);
        if (both) {
            loader2_put(loader2_find(6) + 16 + 3 * 24, 8, 0x10000);
            loader2_put(loader2_find(6) + 16 + 3 * 24 + 8, 8, 0x10000);
            loader2_put(loader2_find(6) + 16 + 3 * 24 + 16, 4, BATON_MEM_ACPI);
        }
        assert_null(loader2_read());
        assert_int_equal(info.acpi_rsdp, NEW);
    }
    loader2_put(loader2_find(6) + 16, 8, 0); /* the usable one is gone */
    loader2_put(loader2_find(6) + 16 + 8, 8, 0);
    assert_null(loader2_read());
    assert_int_equal(info.acpi_rsdp, 0x17010);
}

/* As on a BIOS machine: no system table. */
static void bios(void)
{
    loader2_grub();
    hide(12);
    hide(17);
    forget(OLD);
    forget(NEW);
    loader2_put(0x40e, 2, 0);
}

static void searched(void **state)
{
    (void)state;
    bios();
    assert_null(loader2_read());
    assert_int_equal(info.acpi_rsdp, 0);
    assert_int_equal(info.notes, 0);
    /* the old one in the BIOS area, at its ends and between; the copy in tag 14 has its bytes */
    for (uint32_t at = 0xe0000; at < 0x100000; at += 0xfff0) {
        bios();
        loader2_rsdp(at, 20, 0x7ff01000);
        assert_null(loader2_read());
        assert_int_equal(info.acpi_rsdp, at + 20 <= 0x100000 ? at : 0);
    }
    bios();
    loader2_rsdp(0xfffe0, 20, 0x7ff01000);
    assert_null(loader2_read());
    assert_int_equal(info.acpi_rsdp, 0xfffe0);
    /* not at a multiple of 16 there; in the map's ACPI ranges it may be anywhere */
    bios();
    loader2_rsdp(0xf0008, 20, 0x7ff01000);
    assert_null(loader2_read());
    assert_int_equal(info.acpi_rsdp, 0);
    loader2_rsdp(OLD, 20, 0x7ff01000);
    assert_null(loader2_read());
    assert_int_equal(info.acpi_rsdp, OLD);
    /* the new one first, wherever it is */
    loader2_rsdp(0xf0000, 20, 0x7ff01000);
    loader2_rsdp(NEW, 36, 0x7ff02000);
    assert_null(loader2_read());
    assert_int_equal(info.acpi_rsdp, NEW);
    /* another one is not the loader's */
    bios();
    loader2_rsdp(0xf0000, 20, 0x7ff01001);
    assert_null(loader2_read());
    assert_int_equal(info.acpi_rsdp, 0);
}

/* The extended BIOS data area, if the map reserves it. */
static void in_the_ebda(void **state)
{
    (void)state;
    for (uint32_t type = 1; type <= 2; type++) {
        bios();
        /* [0, 0xa0000) usable becomes [0x10000, 0x18000), where the information is, of this type */
        loader2_put(loader2_find(6) + 16, 8, 0x10000);
        loader2_put(loader2_find(6) + 24, 8, 0x8000);
        loader2_put(loader2_find(6) + 32, 4, type);
        loader2_put(0x40e, 2, 0x1700);
        loader2_rsdp(0x17010, 20, 0x7ff01000);
        assert_null(loader2_read());
        assert_int_equal(info.acpi_rsdp, type == 2 ? 0x17010 : 0);
    }
}

static void wrong_checksums(void **state)
{
    (void)state;
    bios();
    loader2_rsdp(NEW, 36, 0x7ff02000);
    loader2_rsdp(OLD, 20, 0x7ff01000);
    loader2_put(loader2_find(15) + 8 + 32, 1, 0x55);
    assert_null(loader2_read());
    assert_int_equal(info.acpi_rsdp, OLD);
    assert_int_equal(info.notes, 1);
    assert_int_equal(info.note[0].tag, 15);
    assert_non_null(strstr(info.note[0].why, "checksum"));
    loader2_put(loader2_find(14) + 8 + 16, 1, 0x55);
    assert_null(loader2_read());
    assert_int_equal(info.acpi_rsdp, 0);
    assert_int_equal(info.notes, 2);
    assert_int_equal(info.note[1].tag, 14);
}

/* Each field of a root pointer that must be right. */
static void what_is_no_root_pointer(void **state)
{
    static const struct {
        uint32_t at;
        uint8_t value;
        bool mended; /* the checksums are right all the same */
    } cases[] = {{0, 'r', true}, {7, 0, true},   {9, 0, false}, {15, 1, true},
                 {20, 35, true}, {20, 37, true}, {23, 1, true}, {35, 1, false}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        loader2_grub();
        loader2_put(NEW + cases[i].at, 1, cases[i].value);
        if (cases[i].mended)
            loader2_sum(NEW);
        loader2_put(loader2_find(15), 4, 0x100f);
        assert_null(loader2_read());
        assert_int_equal(info.acpi_rsdp, OLD);
    }
}

/* A lie about the map does not make the search long. */
static void the_search_is_bounded(void **state)
{
    (void)state;
    bios();
    loader2_put(loader2_find(6) + 16 + 24, 8, 0x20000000);
    loader2_put(loader2_find(6) + 16 + 24 + 8, 8, 0x50000000);
    loader2_put(loader2_find(6) + 16 + 24 + 16, 4, 4);
    loader2_put(loader2_find(6) + 16 + 3 * 24 + 16, 4, 4);
    assert_null(loader2_read());
    assert_true(loader2_reads > 500000); /* a mebibyte for each copy, and no more: loader2_read() */
    assert_int_equal(info.acpi_rsdp, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_the_system_table),
        cmocka_unit_test(without_copies),
        cmocka_unit_test(a_bad_system_table),
        cmocka_unit_test(in_usable_memory),
        cmocka_unit_test(searched),
        cmocka_unit_test(in_the_ebda),
        cmocka_unit_test(wrong_checksums),
        cmocka_unit_test(what_is_no_root_pointer),
        cmocka_unit_test(the_search_is_bounded),
    };

    return cmocka_run_group_tests_name("rsdp", tests, NULL, NULL);
}
