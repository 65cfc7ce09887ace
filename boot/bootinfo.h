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
#define BOOT_NOTES 8
#define BOOT_EFI_KEPT 32

struct boot_module {
    struct baton_file file;
    const char *string; /* its arguments, without the file name */
};

/* A framebuffer with direct colours, as the loader describes it. */
struct boot_framebuffer {
    uint64_t pa;
    uint32_t pitch, width, height;
    uint8_t bits;
    uint8_t colour[6]; /* red, green, blue: the lowest bit of each, and its number of bits */
};

/* Something in the loader's information that is not used. */
struct boot_note {
    const char *why;
    uint32_t tag; /* multiboot 2: the type of the tag; multiboot 1: 0 */
};

struct boot_info {
    uint32_t protocol; /* 1 or 2: the version of multiboot; 0: no multiboot loader */
    char loader[64];   /* "GRUB 2.06" */
    bool names_first;  /* the loader puts file names before arguments; they are removed here */
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
    struct baton_efi efi; /* its map lies in the loader's memory */
    /* Usable memory that holds tables of the firmware: Linux reads them, and then frees it. */
    struct baton_range efi_kept[BOOT_EFI_KEPT];
    uint32_t efi_kept_count;
    uint64_t acpi_rsdp; /* pa of the firmware's own ACPI root pointer; 0: not known */
    struct baton_smbios smbios; /* tables of size 0: the version alone is known */
    uint32_t load_base; /* pa of Baton, as the loader says; 0: it does not */
    struct boot_note note[BOOT_NOTES];
    uint32_t notes; /* may be more than BOOT_NOTES: those are not stored */
    uint32_t text_used;
    char text[BOOT_TEXT];
};

/* Reads the loader's memory: n bytes at pa. */
typedef void boot_reader(uint64_t pa, void *to, uint32_t n);

/*
 * Fills info from the information of a multiboot loader: magic is what was in eax, pa what was in
 * ebx. info must be all zeros. Returns NULL, or an error message: it names the field and the error.
 */
const char *boot_read(uint32_t magic, uint64_t pa, boot_reader *read, struct boot_info *info);

/* The same for one protocol. boot_read() calls these. */
const char *boot_read_multiboot1(uint64_t pa, boot_reader *read, struct boot_info *info);
const char *boot_read_multiboot2(uint64_t pa, boot_reader *read, struct boot_info *info);

#endif
