/*
 * What the boot loader told us, copied out and checked, whichever protocol it spoke. Nothing here
 * points into the loader's memory, except the modules' contents.
 */
#ifndef BOOT_BOOTINFO_H
#define BOOT_BOOTINFO_H

#include "baton.h"

#define BOOT_MODULES 32
#define BOOT_MEMORY 512 /* map entries as the loader gave them */
#define BOOT_TEXT 16384 /* bytes for all strings together */

struct boot_module {
    struct baton_file file;
    const char *string; /* its arguments; the file name is dropped */
};

struct boot_info {
    char loader[64];  /* "GRUB 2.06" */
    bool names_first; /* the loader puts file names before arguments; they are dropped here */
    const char *command_line;
    struct boot_module module[BOOT_MODULES];
    uint32_t modules;
    struct baton_memory given[BOOT_MEMORY]; /* the map as it was given */
    uint32_t given_count;
    bool has_map;      /* false: `given` is made of mem_lower and mem_upper */
    uint32_t wrapping; /* entries left out, for they reach beyond 2^64 */
    struct baton_memory first_wrapping;
    uint32_t boot_device;
    struct baton_screen screen;
    uint32_t text_used;
    char text[BOOT_TEXT];
};

/* Reads memory of the loader's: n bytes at pa. */
typedef void boot_reader(uint64_t pa, void *to, uint32_t n);

/*
 * Fills info from what a multiboot 1 loader left at pa. 0, or the refusal's sentence: it names the
 * field and what is wrong.
 */
const char *boot_read_multiboot1(uint32_t magic, uint64_t pa, boot_reader *read,
                                 struct boot_info *info);

#endif
