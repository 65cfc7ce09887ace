/* The parts of multiboot 1 that Baton uses. [MB1: Multiboot Specification 0.6.96, section 3] */
#ifndef BOOT_MULTIBOOT1_H
#define BOOT_MULTIBOOT1_H

#define MULTIBOOT_HEADER_MAGIC 0x1badb002
#define MULTIBOOT_PAGE_ALIGN 1  /* modules begin at page boundaries */
#define MULTIBOOT_MEMORY_INFO 2 /* the mem_ fields, and the memory map if there is one */
#define MULTIBOOT_LOADED_MAGIC 0x2badb002

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Bits of flags: which fields are valid. */
enum {
    MULTIBOOT_HAS_MEM = 1 << 0,
    MULTIBOOT_HAS_BOOT_DEVICE = 1 << 1,
    MULTIBOOT_HAS_CMDLINE = 1 << 2,
    MULTIBOOT_HAS_MODULES = 1 << 3,
    MULTIBOOT_HAS_MMAP = 1 << 6,
    MULTIBOOT_HAS_LOADER_NAME = 1 << 9,
    MULTIBOOT_HAS_FRAMEBUFFER = 1 << 12,
};

struct multiboot_info {
    uint32_t flags;
    uint32_t mem_lower, mem_upper; /* KiB, from 0 and from 1 MiB */
    uint32_t boot_device;
    uint32_t cmdline; /* pa of a string */
    uint32_t mods_count, mods_addr;
    uint32_t syms[4];
    uint32_t mmap_length, mmap_addr; /* bytes */
    uint32_t drives_length, drives_addr;
    uint32_t config_table;
    uint32_t boot_loader_name; /* pa of a string */
    uint32_t apm_table;
    uint32_t vbe[4];
    uint32_t framebuffer_addr[2];
    uint32_t framebuffer_pitch, framebuffer_width, framebuffer_height;
    uint8_t framebuffer_bpp, framebuffer_type; /* type 1: RGB, 2: text */
    uint8_t color_info[6];
};

struct multiboot_module {
    uint32_t start, end; /* [start, end) */
    uint32_t string;     /* pa, 0: none */
    uint32_t reserved;
};

struct __attribute__((packed)) multiboot_mmap_entry {
    uint32_t size; /* of the rest of the entry: the next one is size + 4 further on */
    uint64_t base, length;
    uint32_t type;
};
#endif

#endif
