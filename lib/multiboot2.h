/* Multiboot 2, of which Baton is a kernel and a loader. [MB2: Multiboot2 Specification 2.0, section 3] */
#ifndef LIB_MULTIBOOT2_H
#define LIB_MULTIBOOT2_H

#define MULTIBOOT2_LOADED_MAGIC 0x36d76289

/* The header in Baton's own file. [MB2 3.1] */
#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6
#define MULTIBOOT2_HEADER_WITHIN 32768 /* bytes of the file that hold the header */
#define MULTIBOOT2_I386 0              /* enter in 32-bit protected mode */
#define MULTIBOOT2_OPTIONAL 1 /* flag of a header tag: a loader that does not know it ignores it */
#define MULTIBOOT2_HEADER_END 0
#define MULTIBOOT2_HEADER_REQUEST 1
#define MULTIBOOT2_HEADER_ADDRESSES 2
#define MULTIBOOT2_HEADER_ENTRY 3
#define MULTIBOOT2_HEADER_CONSOLE 4
#define MULTIBOOT2_HEADER_FRAMEBUFFER 5
#define MULTIBOOT2_HEADER_ALIGN_MODULES 6
#define MULTIBOOT2_HEADER_EFI_SERVICES 7
#define MULTIBOOT2_HEADER_EFI32_ENTRY 8
#define MULTIBOOT2_HEADER_EFI64_ENTRY 9
#define MULTIBOOT2_HEADER_RELOCATABLE 10
#define MULTIBOOT2_CONSOLE_NEEDED 1 /* one of the kinds that the kernel supports */
#define MULTIBOOT2_CONSOLE_EGA_TEXT 2

/* Types of the tags of the loader's information. [MB2 3.6] */
#define MULTIBOOT2_END 0
#define MULTIBOOT2_COMMAND_LINE 1
#define MULTIBOOT2_LOADER_NAME 2
#define MULTIBOOT2_MODULE 3
#define MULTIBOOT2_MEMORY_SIZES 4
#define MULTIBOOT2_BOOT_DEVICE 5
#define MULTIBOOT2_MEMORY_MAP 6
#define MULTIBOOT2_FRAMEBUFFER 8
#define MULTIBOOT2_SECTIONS 9
#define MULTIBOOT2_APM 10
#define MULTIBOOT2_EFI32 11
#define MULTIBOOT2_EFI64 12
#define MULTIBOOT2_SMBIOS 13
#define MULTIBOOT2_ACPI_OLD 14
#define MULTIBOOT2_ACPI_NEW 15
#define MULTIBOOT2_NETWORK 16
#define MULTIBOOT2_EFI_MAP 17
#define MULTIBOOT2_EFI_SERVICES 18
#define MULTIBOOT2_LOAD_BASE 21
#define MULTIBOOT2_TAGS 22

#ifndef __ASSEMBLER__
#include <stdint.h>

struct multiboot2_header {
    uint32_t magic, architecture, header_length, checksum; /* tags follow */
};

/* Header tags begin at multiples of 8 bytes, too. */
struct multiboot2_header_tag {
    uint16_t type, flags;
    uint32_t size; /* with these fields, without the padding */
};

/* load_addr of MULTIBOOT2_HEADER_ADDRESSES: from the start of the file. */
#define MULTIBOOT2_WHOLE_FILE 0xffffffffu

struct multiboot2_start {
    uint32_t total_size; /* bytes, with this field and the end tag */
    uint32_t reserved;
};

/* Tags begin at multiples of 8 bytes. */
struct multiboot2_tag {
    uint32_t type;
    uint32_t size; /* with these two fields, without the padding */
};

struct multiboot2_module {
    struct multiboot2_tag tag;
    uint32_t start, end; /* [start, end); a string follows */
};

struct multiboot2_memory_sizes {
    struct multiboot2_tag tag;
    uint32_t lower, upper; /* KiB, from 0 and from 1 MiB */
};

struct multiboot2_boot_device {
    struct multiboot2_tag tag;
    uint32_t bios_device, partition, sub_partition; /* all bits set: none */
};

struct multiboot2_memory_map {
    struct multiboot2_tag tag;
    uint32_t entry_size, entry_version;
};

struct multiboot2_memory {
    uint64_t base, length;
    uint32_t type;
    uint32_t reserved;
};

struct __attribute__((packed)) multiboot2_framebuffer {
    struct multiboot2_tag tag;
    uint64_t address;
    uint32_t pitch, width, height;
    uint8_t bits, type; /* type 0: palette, 1: RGB, 2: text */
    uint16_t reserved;
    uint8_t colour[6]; /* type 1 only */
};

/* The section headers follow. */
struct multiboot2_sections {
    struct multiboot2_tag tag;
    uint32_t count, entry_size, names;
};

struct multiboot2_smbios {
    struct multiboot2_tag tag;
    uint8_t major, minor, reserved[6]; /* a copy of the tables follows */
};

struct multiboot2_efi_map {
    struct multiboot2_tag tag;
    uint32_t descriptor_size, descriptor_version;
};

struct multiboot2_load_base {
    struct multiboot2_tag tag;
    uint32_t address;
};
#endif

#endif
