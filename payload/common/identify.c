/*
 * Magic numbers of files that a user may name by mistake. The source of each row is the format's
 * specification, or the list of magic numbers of file(1).
 */
#include "payload/common/identify.h"

#define MAGIC_MAX 8

/* GRUB's filters for files are its modules gzio, which its menu loads by itself, xzio and lzopio. */
#define BY_GRUB(line, command)                                                                     \
    "; GRUB unpacks a kernel " line "if its line \"module\" has no --nounzip; else use " command
#define UNPACK(command) ", which GRUB does not unpack; use " command
#define KERNEL_FIRST "; the first module must be the kernel, and the initrd follows it"
#define DISK "; give the kernel in it as the module"
#define LINUX_X86 "; give a Linux bzImage for x86 (vmlinuz)"

struct magic {
    uint32_t at; /* offset in the file */
    uint8_t length;
    uint8_t bytes[MAGIC_MAX];
    const char *what;
};

/* The first row that matches counts, so short magic numbers come last. */
static const struct magic magics[] = {
    {0,
     2,
     {0x1f, 0x8b},
     "packed with gzip: an initrd, or a kernel that is packed once more" BY_GRUB("", "gzip -d")},
    {0,
     6,
     {0xfd, '7', 'z', 'X', 'Z', 0},
     "packed with xz" BY_GRUB("after a line \"insmod xzio\", ", "xz -d")},
    {0, 4, {0x28, 0xb5, 0x2f, 0xfd}, "packed with zstd" UNPACK("zstd -d")},
    {0, 4, {0x04, 0x22, 0x4d, 0x18}, "packed with lz4" UNPACK("lz4 -d")},
    {0, 4, {0x02, 0x21, 0x4c, 0x18}, "packed with lz4" UNPACK("lz4 -d")},
    {0, 3, {'B', 'Z', 'h'}, "packed with bzip2" UNPACK("bzip2 -d")},
    {0,
     4,
     {0x89, 'L', 'Z', 'O'},
     "packed with lzop" BY_GRUB("after a line \"insmod lzopio\", ", "lzop -d")},
    {0, 3, {0x5d, 0, 0}, "packed with lzma" UNPACK("xz -d")},
    {0, 6, {'0', '7', '0', '7', '0', '1'}, "a cpio archive, so an initrd" KERNEL_FIRST},
    {0, 6, {'0', '7', '0', '7', '0', '2'}, "a cpio archive, so an initrd" KERNEL_FIRST},
    {0, 6, {'0', '7', '0', '7', '0', '7'}, "a cpio archive of an old kind, no kernel" KERNEL_FIRST},
    {0, 2, {0xc7, 0x71}, "a cpio archive of an old kind, no kernel" KERNEL_FIRST},
    {0,
     8,
     {'!', '<', 'a', 'r', 'c', 'h', '>', '\n'},
     "an ar archive, such as a Debian package; give the kernel in it"},
    {0, 4, {'P', 'K', 3, 4}, "a zip archive; give the kernel in it"},
    {257, 5, {'u', 's', 't', 'a', 'r'}, "a tar archive; give the kernel in it"},
    {0, 4, {'h', 's', 'q', 's'}, "a squashfs file system" DISK},
    {0x8001, 5, {'C', 'D', '0', '0', '1'}, "a CD image (ISO 9660)" DISK},
    {0, 4, {'Q', 'F', 'I', 0xfb}, "a disk image of QEMU's (qcow2)" DISK},
    {0, 8, {'A', 'N', 'D', 'R', 'O', 'I', 'D', '!'}, "an Android boot image" DISK},
    {0, 4, {0x27, 0x05, 0x19, 0x56}, "an image of U-Boot's (uImage)" LINUX_X86},
    {0, 4, {0xd0, 0x0d, 0xfe, 0xed}, "a device tree" LINUX_X86},
    {56, 4, {'A', 'R', 'M', 0x64}, "a Linux kernel for AArch64" LINUX_X86},
    {0x24, 4, {0x18, 0x28, 0x6f, 0x01}, "a Linux kernel for ARM" LINUX_X86},
    {0, 4, {0xce, 0xfa, 0xed, 0xfe}, "a Mach-O program; give an ELF kernel"},
    {0, 4, {0xcf, 0xfa, 0xed, 0xfe}, "a Mach-O program; give an ELF kernel"},
    {0,
     2,
     {'M', 'Z'},
     "a program for EFI, Windows or DOS; start it with the boot loader's own command for such "
     "files"},
    {0, 2, {'#', '!'}, "a script; give the kernel itself"},
    {0x438, 2, {0x53, 0xef}, "an ext file system" DISK},
};

static bool fits(const struct baton_host *host, const struct baton_file *file,
                 const struct magic *magic)
{
    uint8_t bytes[MAGIC_MAX];

    return baton_file_read(host, file, magic->at, bytes, magic->length) &&
           !__builtin_memcmp(bytes, magic->bytes, magic->length);
}

const char *identify(const struct baton_host *host, const struct baton_file *file)
{
    static const uint8_t elf[4] = {0x7f, 'E', 'L', 'F'};
    struct identify_elf header;
    const char *what = NULL;

    if (baton_file_read(host, file, 0, &header, sizeof(header)) &&
        !__builtin_memcmp(header.ident, elf, sizeof(elf)))
        return identify_elf(&header);
    for (size_t i = 0; i < sizeof(magics) / sizeof(*magics) && !what; i++)
        if (fits(host, file, &magics[i]))
            what = magics[i].what;
    return what;
}
