/* Multiboot 1, of which Baton is a kernel and a loader. [MB1: Multiboot Specification 0.6.96, section 3] */
#ifndef LIB_MULTIBOOT1_H
#define LIB_MULTIBOOT1_H

#define MULTIBOOT_HEADER_MAGIC 0x1badb002
#define MULTIBOOT_HEADER_WITHIN 8192 /* bytes of the file that hold the header */
#define MULTIBOOT_PAGE_ALIGN 1       /* modules begin at page boundaries */
#define MULTIBOOT_MEMORY_INFO 2      /* the mem_ fields, and the memory map if there is one */
#define MULTIBOOT_VIDEO 4            /* what is known of the video mode */
#define MULTIBOOT_REQUIRED 0xffff    /* a loader that does not know one of these bits must fail */
#define MULTIBOOT_ADDRESSES 0x10000  /* the address fields say what to load */
#define MULTIBOOT_LOADED_MAGIC 0x2badb002

#ifndef __ASSEMBLER__
#include <stdint.h>

/* The header in a kernel's file. [MB1 3.1] */
struct multiboot_header {
    uint32_t magic, flags, checksum;
    uint32_t header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr; /* ADDRESSES */
    uint32_t mode_type, width, height, depth;                                 /* VIDEO */
};

enum { MULTIBOOT_FRAMEBUFFER_RGB = 1, MULTIBOOT_FRAMEBUFFER_TEXT = 2 };

/* Bits of flags: which fields are valid. */
enum {
    MULTIBOOT_HAS_MEM = 1 << 0,
    MULTIBOOT_HAS_BOOT_DEVICE = 1 << 1,
    MULTIBOOT_HAS_CMDLINE = 1 << 2,
    MULTIBOOT_HAS_MODULES = 1 << 3,
    MULTIBOOT_HAS_SECTIONS = 1 << 5,
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
    uint32_t section_count, section_size, sections, section_names; /* of an ELF file */
    uint32_t mmap_length, mmap_addr;                               /* bytes */
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
