/* Chooses the boot protocol by the number that the loader left in eax. */
#include "boot/bootinfo.h"
#include "lib/multiboot1.h"
#include "lib/multiboot2.h"

const char *boot_read(uint32_t magic, uint64_t pa, boot_reader *read, struct boot_info *info)
{
    static const char unnamed[] = "an unnamed loader";

    /* the console needs these even if the rest is refused */
    __builtin_memcpy(info->loader, unnamed, sizeof(unnamed));
    info->command_line = "";
    switch (magic) {
    case MULTIBOOT_LOADED_MAGIC:
        info->protocol = 1;
        return boot_read_multiboot1(pa, read, info);
    case MULTIBOOT2_LOADED_MAGIC:
        info->protocol = 2;
        return boot_read_multiboot2(pa, read, info);
    default:
        return "not entered by a multiboot loader (eax is neither 0x2badb002 nor 0x36d76289)";
    }
}
