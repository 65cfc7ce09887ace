/* What a file is that cannot be started: each kind by its magic number, and what the refusal says. */
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"
#include "tests/host/random/journey.h"

#include <stdlib.h>

#define AT 0x400321ull /* any byte address will do */
#define SIZE 0x9000u

static struct journey j;
static uint8_t file[SIZE];

static void put(uint32_t at, const void *bytes, size_t n)
{
    memcpy(file + at, bytes, n);
}

/* What the core says of the first `size` bytes of the file. */
static int read_file(uint32_t size)
{
    journey_start(&j, 0xc0300000, 0x300000);
    machine_memory(&j.machine, 0x100000, 0x800000, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    j.request.kernel = machine_file(&j.machine, AT, size);
    machine_write(AT, file, size);
    return baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
}

static void assert_kind(const char *what, uint32_t size)
{
    int error = read_file(size);

    if (error != BATON_E_KIND || strncmp(j.why.what, what, strlen(what)))
        print_error("\"%s\": %s \"%s\"\n", what, baton_error_name(error),
                    j.why.what ? j.why.what : "");
    assert_int_equal(error, BATON_E_KIND);
    assert_int_equal(strncmp(j.why.what, what, strlen(what)), 0);
}

/* clang-format off */
static const struct {
    uint32_t at, n;
    const char *bytes, *what;
} kinds[] = {
    {0, 2, "\x1f\x8b", "packed with gzip: an initrd, or a kernel that is packed once more; GRUB "},
    {0, 6, "\xfd" "7zXZ\0", "packed with xz; GRUB unpacks a kernel after a line \"insmod xzio\", "},
    {0, 4, "\x28\xb5\x2f\xfd", "packed with zstd, which GRUB does not unpack; use zstd -d"},
    {0, 4, "\x04\x22\x4d\x18", "packed with lz4, which GRUB does not unpack; use lz4 -d"},
    {0, 4, "\x02\x21\x4c\x18", "packed with lz4, which GRUB does not unpack; use lz4 -d"},
    {0, 3, "BZh", "packed with bzip2, which GRUB does not unpack; use bzip2 -d"},
    {0, 4, "\x89LZO", "packed with lzop; GRUB unpacks a kernel after a line \"insmod lzopio\", "},
    {0, 3, "\x5d\0\0", "packed with lzma, which GRUB does not unpack; use xz -d"},
    {0, 6, "070701", "a cpio archive, so an initrd"},
    {0, 6, "070702", "a cpio archive, so an initrd"},
    {0, 6, "070707", "a cpio archive of an old kind"},
    {0, 2, "\xc7\x71", "a cpio archive of an old kind"},
    {0, 8, "!<arch>\n", "an ar archive"},
    {0, 4, "PK\3\4", "a zip archive"},
    {257, 5, "ustar", "a tar archive"},
    {0, 4, "hsqs", "a squashfs file system"},
    {0x8001, 5, "CD001", "a CD image"},
    {0, 4, "QFI\xfb", "a disk image of QEMU's"},
    {0, 8, "ANDROID!", "an Android boot image"},
    {0, 4, "\x27\x05\x19\x56", "an image of U-Boot's"},
    {0, 4, "\xd0\x0d\xfe\xed", "a device tree"},
    {56, 4, "ARM\x64", "a Linux kernel for AArch64"},
    {0x24, 4, "\x18\x28\x6f\x01", "a Linux kernel for ARM"},
    {0, 4, "\xce\xfa\xed\xfe", "a Mach-O program"},
    {0, 4, "\xcf\xfa\xed\xfe", "a Mach-O program"},
    {0, 2, "MZ", "a program for EFI, Windows or DOS"},
    {0, 2, "#!", "a script"},
    {0x438, 2, "\x53\xef", "an ext file system"},
};
/* clang-format on */

static void each_by_its_magic_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        memset(file, 0, sizeof(file));
        put(kinds[i].at, kinds[i].bytes, kinds[i].n);
        assert_kind(kinds[i].what, SIZE);
        assert_kind(kinds[i].what, kinds[i].at + kinds[i].n); /* nothing has to follow */
        assert_int_equal(read_file(kinds[i].at + kinds[i].n - 1) == BATON_E_KIND, false);
        file[kinds[i].at + kinds[i].n - 1] ^= 0x80;
        assert_int_equal(read_file(SIZE), BATON_E_FORMAT);
    }
}

/* An installer's CD has a boot sector, too. */
static void the_stronger_one_counts(void **state)
{
    (void)state;
    memset(file, 0, sizeof(file));
    put(0x1fe, "\x55\xaa", 2);
    put(0x8001, "CD001", 5);
    assert_kind("a CD image", SIZE);
    put(0, "\x1f\x8b", 2);
    assert_kind("packed with gzip", SIZE);
}

static void elf(uint8_t class, uint8_t data, uint16_t type, uint16_t machine)
{
    bool big = data == 2;

    memset(file, 0, sizeof(file));
    put(0,
        "\x7f"
        "ELF",
        4);
    file[4] = class;
    file[5] = data;
    file[16 + big] = (uint8_t)type;
    file[17 - big] = (uint8_t)(type >> 8);
    file[18 + big] = (uint8_t)machine;
    file[19 - big] = (uint8_t)(machine >> 8);
}

static void elf_files(void **state)
{
    static const struct {
        uint8_t class, data;
        uint16_t type, machine;
        const char *what;
    } files[] = {
        {1, 2, 2, 2, "an ELF file for SPARC"},
        {1, 2, 2, 4, "an ELF file for the 68000"},
        {1, 2, 2, 8, "an ELF file for MIPS"},
        {1, 1, 2, 8, "an ELF file for MIPS"},
        {1, 2, 2, 15, "an ELF file for PA-RISC"},
        {1, 2, 2, 20, "an ELF file for PowerPC"},
        {2, 1, 3, 21, "an ELF file for 64-bit PowerPC"},
        {2, 2, 2, 22, "an ELF file for S/390"},
        {1, 1, 2, 40, "an ELF file for ARM"},
        {1, 1, 2, 42, "an ELF file for SuperH"},
        {2, 2, 2, 43, "an ELF file for 64-bit SPARC"},
        {2, 1, 2, 50, "an ELF file for Itanium"},
        {2, 1, 2, 183, "an ELF file for AArch64"},
        {2, 1, 2, 243, "an ELF file for RISC-V"},
        {2, 1, 2, 258, "an ELF file for LoongArch"},
        {2, 1, 2, 0x9026, "an ELF file for Alpha"},
        {1, 1, 2, 0x1234, "an ELF file for a machine that Baton does not know"},
        {1, 2, 2, 3, "an ELF file for x86 in an order of bytes"},
        {1, 0, 2, 3, "an ELF file for x86 in an order of bytes"},
        {1, 1, 1, 3, "an ELF object file"},
        {2, 1, 1, 62, "an ELF object file"},
        {1, 1, 3, 3, "a position-independent ELF program"},
        {2, 1, 3, 62, "a position-independent ELF program"},
        {1, 1, 4, 3, "an ELF core dump"},
        {1, 1, 0, 3, "an ELF file of no type"},
        {1, 1, 0xff00, 3, "an ELF file of no type"},
        {1, 1, 2, 62, "a 32-bit ELF file for x86-64"}, /* x32 */
        {2, 1, 2, 3, "a 64-bit ELF file for a 32-bit machine"},
        {0, 1, 2, 3, "an ELF file of neither"},
        {3, 1, 2, 3, "an ELF file of neither"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        elf(files[i].class, files[i].data, files[i].type, files[i].machine);
        assert_kind(files[i].what, SIZE);
    }
    elf(1, 1, 2, 3);
    assert_int_equal(read_file(SIZE) == BATON_E_KIND, false); /* that is the kind that is started */
    elf(2, 1, 2, 183);
    assert_int_equal(read_file(19), BATON_E_TRUNCATED); /* e_machine is not there */
}

/* Every kind's sentence fits the buffer that the header promises, and says what to do. */
static void sentences_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        char text[BATON_SENTENCE];

        memset(file, 0, sizeof(file));
        put(kinds[i].at, kinds[i].bytes, kinds[i].n);
        read_file(SIZE);
        assert_true(baton_explain(&j.why, text, sizeof(text)) < sizeof(text) - 1);
        assert_non_null(strchr(text, ';'));
    }
}

/* Whatever stands in it and however long it is: an answer, and no read behind its end. */
static void random_files(void **state)
{
    struct dice dice = {dice_seed()};

    (void)state;
    for (uint64_t round = 0; round < dice_rounds(2000); round++) {
        uint32_t size = 1 + (uint32_t)dice_roll(&dice, 200);

        memset(file, 0, sizeof(file));
        for (unsigned n = 0; n < 8; n++) {
            size_t k = dice_roll(&dice, sizeof(kinds) / sizeof(*kinds));
            uint32_t at = dice_once(&dice, 2) ? kinds[k].at : (uint32_t)dice_roll(&dice, 180);

            put(at, kinds[k].bytes, kinds[k].n);
        }
        assert_int_not_equal(read_file(size), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_by_its_magic_number),
        cmocka_unit_test(the_stronger_one_counts),
        cmocka_unit_test(elf_files),
        cmocka_unit_test(sentences_fit),
        cmocka_unit_test(random_files),
    };

    return cmocka_run_group_tests_name("identify", tests, NULL, NULL);
}
