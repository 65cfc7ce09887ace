/* What a capture kernel needs of its region: the sizes that an initrd says of itself, and the sum. */
#include "kernel/crash/room.h"
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"

#define MIB 0x100000ull
#define AT 0x400003ull /* a file may begin at any byte */

static struct journey j;

/* Bytes, in memory that is not zero before them. */
static struct baton_file file_of(const void *bytes, uint64_t size, uint64_t whole)
{
    struct baton_file file;

    journey_start(&j, 0xc0105000, 0x8000);
    machine_memory(&j.machine, MIB, 256 * MIB, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    file = machine_file(&j.machine, AT, whole);
    machine_write(AT, bytes, size);
    return file;
}

/* One member of a cpio archive: a header, its name, its bytes. Returns where the next one begins. */
static uint64_t member(uint8_t *at, uint64_t from, const char *name, uint32_t size)
{
    char header[111];
    size_t named = strlen(name) + 1;

    snprintf(header, sizeof(header), "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
             1, 0x81a4, 0, 0, 1, 0, size, 0, 0, 0, 0, (unsigned)named, 0);
    memcpy(at + from, header, 110);
    memcpy(at + from + 110, name, named);
    from = (from + 110 + named + 3) / 4 * 4;
    memset(at + from, 0xaa, size);
    return (from + size + 3) / 4 * 4;
}

static uint64_t archive(uint8_t *at, uint64_t from)
{
    from = member(at, from, "early/microcode", 999);
    from = member(at, from, "kernel", 0);
    return member(at, from, "TRAILER!!!", 0);
}

static uint64_t gzip(uint8_t *at, uint64_t from, uint64_t size, uint32_t length)
{
    memset(at + from, 0x55, size);
    at[from] = 0x1f;
    at[from + 1] = 0x8b;
    memcpy(at + from + size - 4, &length, 4);
    return from + size;
}

static uint64_t unpacked(const void *bytes, uint64_t size)
{
    struct baton_file file = file_of(bytes, size, size);
    uint64_t said = room_unpacked(&j.machine.host, &file);

    assert_string_equal(j.machine.violation, "");
    return said;
}

static void of_gzip(void **state)
{
    static uint8_t at[0x10000];

    (void)state;
    assert_int_equal(unpacked(at, gzip(at, 0, 5000, 123456)), 123456);
    assert_int_equal(unpacked(at, gzip(at, 0, 5000, UINT32_MAX)), UINT32_MAX);
    assert_int_equal(unpacked(at, gzip(at, 0, 5000, 4990)), 4990); /* bytes that nothing packs */
    assert_int_equal(unpacked(at, gzip(at, 0, 5000, 0)), 20000);   /* zeros behind it: not said */
    assert_int_equal(unpacked(at, gzip(at, 0, 5000, 100)), 20000); /* cannot be */
    assert_int_equal(unpacked("\x1f\x8b", 2), 8);                  /* cut off */
}

static void of_others(void **state)
{
    static const struct {
        const char *begin;
        size_t n;
        unsigned times;
    } kinds[] = {
        {"\xfd\x37zXZ", 6, 4}, {"\x28\xb5\x2f\xfd", 4, 4}, {"\x02\x21\x4c\x18", 4, 4},
        {"BZh91AY", 7, 4},     {"\x5d\0\0\x80", 4, 4},     {"\x89LZO", 4, 4},
        {"#!/bin/sh", 9, 1},   {"070701", 6, 1},           {"0707", 4, 1},
    };
    uint8_t at[3000];

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        memset(at, 0x77, sizeof(at));
        memcpy(at, kinds[i].begin, kinds[i].n);
        if (unpacked(at, sizeof(at)) != sizeof(at) * kinds[i].times)
            print_error("%.6s\n", kinds[i].begin);
        assert_int_equal(unpacked(at, sizeof(at)), sizeof(at) * kinds[i].times);
    }
}

/* Archives as they are, one or two, with zeros between; and what is packed behind them. */
static void of_archives(void **state)
{
    static uint8_t at[0x10000];
    uint64_t one, two, end;

    (void)state;
    one = archive(at, 0);
    assert_int_equal(unpacked(at, one), one);
    memset(at + one, 0, 512);
    two = archive(at, one + 512);
    assert_int_equal(unpacked(at, two), two);
    end = gzip(at, two, 700, 90000);
    assert_int_equal(unpacked(at, end), two + 90000);
    memset(at + two, 0, 64);
    end = gzip(at, two + 64, 700, 90000);
    assert_int_equal(unpacked(at, end), two + 64 + 90000);
    for (uint64_t size = 1; size < one; size++) /* cut off anywhere: it is what it is */
        assert_int_equal(unpacked(at, size), size);
}

/* Sizes that lie lead nowhere. */
static void of_lies(void **state)
{
    static uint8_t at[0x1000];
    static const char *const sizes[] = {"FFFFFFFF", "7fffffff", "0000000G", "        ", "-0000001"};

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (unsigned where = 54; where <= 94; where += 40) {
            uint64_t size = archive(at, 0);

            memcpy(at + where, sizes[i], 8);
            assert_int_equal(unpacked(at, size), size);
        }
}

/* ---- the sum ----------------------------------------------------------------------------------- */

static struct room of_kernel(uint64_t init_size, uint32_t initrd, uint64_t start)
{
    struct bzimage_fields f = bzimage_usual;

    journey_start(&j, 0xc0105000, 0x8000);
    machine_memory(&j.machine, MIB, 256 * MIB, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    f.init_size = (uint32_t)init_size;
    j.request.kernel = bzimage_make(&j.machine, 2 * MIB, &f); /* not congruent with 16 MiB */
    if (initrd) {
        j.request.module[0].file = machine_file(&j.machine, AT, initrd);
        machine_write(AT, "\x1f\x8b", 2);
        machine_write(AT + initrd - 4, &(uint32_t){3 * initrd}, 4);
    }
    assert_int_equal(baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why), 0);
    return room_needed(&j.machine.host, &j.payload, start, MIB);
}

static void of_a_region(void **state)
{
    struct room room;

    (void)state;
    room = of_kernel(17 * MIB, MIB, 48 * MIB); /* as Debian's 686-pae */
    assert_int_equal(room.kernel, 17 * MIB);
    assert_int_equal(room.initrd, MIB);
    assert_int_equal(room.unpacked, 3 * MIB);
    assert_int_equal(room.work, 20 * MIB);
    assert_int_equal(room.all, (17 + 1 + 3 + 20 + 1) * MIB);
    assert_int_equal(room.take, 48);
    room =
        of_kernel(17 * MIB, 9 * MIB, 48 * MIB); /* a large initrd: half of the rest for its files */
    assert_int_equal(room.work, (27 + 4) * MIB);
    assert_int_equal(room.all, (17 + 9 + 27 + 31 + 1) * MIB);
    assert_int_equal(room.take, 96);
    room = of_kernel(64 * MIB, 0, 48 * MIB);
    assert_int_equal(room.all, (64 + 20 + 1) * MIB);
    assert_int_equal(room.take, 96);
    room = of_kernel(MIB, 0, 48 * MIB); /* a small one needs little, but a place at 16 MiB */
    assert_int_equal(room.all, 3 * MIB + MIB / 4);
    assert_int_equal(room.take, 32);
    room = of_kernel(20 * MIB, 0, 63 * MIB); /* from 64 MiB on */
    assert_int_equal(room.take, 48);
    room = of_kernel(20 * MIB, 0, 64 * MIB + BATON_PAGE_SIZE); /* from 80 MiB on */
    assert_int_equal(room.take, 48);
    room = of_kernel(34 * MIB, 0, 64 * MIB + BATON_PAGE_SIZE);
    assert_int_equal(room.all, (34 + 20 + 1) * MIB);
    assert_int_equal(room.take, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_gzip), cmocka_unit_test(of_others),   cmocka_unit_test(of_archives),
        cmocka_unit_test(of_lies), cmocka_unit_test(of_a_region),
    };

    return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
