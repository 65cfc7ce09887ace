/*
 * The information from the boot loader, copied and checked; it does not depend on the boot
 * protocol. Nothing here points into the loader's memory, except to the modules' contents.
 */
#ifndef BOOT_BOOTINFO_H
#define BOOT_BOOTINFO_H

#include "baton.h"

#define BOOT_MODULES 32
#define BOOT_MEMORY 512 /* entries of the loader's map */
#define BOOT_TEXT 16384 /* bytes for all strings */

struct boot_module {
    struct baton_file file;
    const char *string; /* its arguments, without the file name */
};

struct boot_info {
    char loader[64];  /* "GRUB 2.06" */
    bool names_first; /* the loader puts file names before arguments; they are removed here */
    const char *command_line;
    struct boot_module module[BOOT_MODULES];
    uint32_t modules;
    struct baton_memory given[BOOT_MEMORY]; /* the map as it was given */
    uint32_t given_count;
    bool has_map;      /* false: `given` is made from mem_lower and mem_upper */
    uint32_t wrapping; /* entries ignored because they reach beyond 2^64 */
    struct baton_memory first_wrapping;
    uint32_t boot_device;
    struct baton_screen screen;
    uint32_t text_used;
    char text[BOOT_TEXT];
};

/* Reads the loader's memory: n bytes at pa. */
typedef void boot_reader(uint64_t pa, void *to, uint32_t n);

/*
 * Fills info from the information of a multiboot 1 loader at pa. Returns NULL, or an error message:
 * it names the field and the error.
 */
const char *boot_read_multiboot1(uint32_t magic, uint64_t pa, boot_reader *read,
                                 struct boot_info *info);

#endif
