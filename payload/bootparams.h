/*
 * Linux's own structures, as far as Baton reads and writes them: the setup header of a bzImage and
 * the boot_params page ("zero page"). [LBP: The Linux/x86 Boot Protocol; zero-page]
 *
 * Fields are named by offset, since the header's length depends on the protocol's version.
 */
#ifndef PAYLOAD_BOOTPARAMS_H
#define PAYLOAD_BOOTPARAMS_H

#include "payload/common/payload.h"

/* The setup header: offsets both in the file and in boot_params. */
enum {
    HDR_SETUP_SECTS = 0x1f1,
    HDR_SYSSIZE = 0x1f4, /* 16-byte units of protected-mode code */
    HDR_BOOT_FLAG = 0x1fe,
    HDR_JUMP = 0x201, /* the header ends at 0x202 + this byte */
    HDR_MAGIC = 0x202,
    HDR_VERSION = 0x206,
    HDR_KERNEL_VERSION = 0x20e,
    HDR_TYPE_OF_LOADER = 0x210,
    HDR_LOADFLAGS = 0x211,
    HDR_CODE32_START = 0x214,
    HDR_RAMDISK_IMAGE = 0x218,
    HDR_RAMDISK_SIZE = 0x21c,
    HDR_HEAP_END_PTR = 0x224, /* 2.01; from the setup's start, 0x200 less */
    HDR_CMD_LINE_PTR = 0x228,
    HDR_INITRD_ADDR_MAX = 0x22c,  /* 2.03 */
    HDR_KERNEL_ALIGNMENT = 0x230, /* 2.05 */
    HDR_RELOCATABLE = 0x234,      /* 2.05 */
    HDR_MIN_ALIGNMENT = 0x235,    /* 2.10 */
    HDR_XLOADFLAGS = 0x236,       /* 2.12 */
    HDR_CMDLINE_SIZE = 0x238,     /* 2.06 */
    HDR_SETUP_DATA = 0x250,       /* 2.09 */
    HDR_PREF_ADDRESS = 0x258,     /* 2.10 */
    HDR_INIT_SIZE = 0x260,        /* 2.10 */
    HDR_END_MAX = 0x290,          /* the table of boot_params leaves no more room */
};

#define HDR_FIRST HDR_SETUP_SECTS
#define HDR_MAGIC_VALUE 0x53726448u /* "HdrS" */
#define HDR_BOOT_FLAG_VALUE 0xaa55u
#define HDR_SECTOR 512u
#define HDR_SETUP_SECTS_DEFAULT 4 /* what 0 means */

enum { LOADFLAG_LOADED_HIGH = 1, LOADFLAG_CAN_USE_HEAP = 0x80 };
enum { XLOADFLAG_KERNEL_64 = 1 };

#define LOADER_UNDEFINED 0xff

/* boot_params. */
enum {
    BP_SCREEN_INFO = 0x000,
    BP_ACPI_RSDP = 0x070, /* 64 bits; kernels since 5.0 */
    BP_EFI_INFO = 0x1c0,  /* as it is here since 2.08 */
    BP_ALT_MEM_K = 0x1e0,
    BP_E820_ENTRIES = 0x1e8,
    BP_E820_TABLE = 0x2d0,
    BP_E820_MAX = 128,
};

/* screen_info */
enum {
    SCREEN_X = 0x00,
    SCREEN_Y = 0x01,
    SCREEN_EXT_MEM_K = 0x02,
    SCREEN_MODE = 0x06,
    SCREEN_COLUMNS = 0x07,
    SCREEN_ROWS = 0x0e,
    SCREEN_IS_VGA = 0x0f,
    SCREEN_POINTS = 0x10,
    SCREEN_WIDTH = 0x12,
    SCREEN_HEIGHT = 0x14,
    SCREEN_DEPTH = 0x16,
    SCREEN_BASE = 0x18,
    SCREEN_SIZE = 0x1c, /* VESA: in units; EFI: bytes, whole pages */
    SCREEN_PITCH = 0x24,
    SCREEN_COLOURS = 0x26, /* size and position, a byte each: red, green, blue, reserved */
    SCREEN_PAGES = 0x32,
    SCREEN_CAPABILITIES = 0x36,
    SCREEN_BASE_HIGH = 0x3a,
};

enum {
    SCREEN_KIND_VGA_TEXT = 0x01,
    SCREEN_KIND_LINEAR = 0x23, /* VESA linear framebuffer */
    SCREEN_KIND_EFI = 0x70,    /* the firmware's framebuffer, of UEFI's graphics output protocol */
    SCREEN_MODE_TEXT_80X25 = 3,
    SCREEN_CAP_64BIT_BASE = 2,
    SCREEN_SIZE_UNIT = 1 << 16,
};

struct __attribute__((packed)) e820_entry {
    uint64_t start, size;
    uint32_t type;
};

/* A node of setup_data, followed by its bytes. */
struct setup_data {
    uint64_t next; /* pa of the next node, 0: none */
    uint32_t type;
    uint32_t length;
};

enum { SETUP_E820_EXT = 1 };

/* A node whose bytes say where others are. Linux keeps those free, too, also when it chooses a random
 * address for itself. [LBP setup_indirect] */
#define SETUP_INDIRECT 0x80000000u

struct setup_indirect {
    uint32_t type, reserved;
    uint64_t length, address;
};

#define INITRD_ADDR_MAX_DEFAULT                                                                    \
    0x37ffffffu /* where a kernel does not say: before 2.03, or no header */
#define KERNEL_ADDRESS_DEFAULT 0x100000u

/* "Linux " and the word at `at` in the file, which ends at `end` at the latest: the version. */
void bootparams_name(const struct baton_host *host, const struct baton_file *file, uint64_t at,
                     uint64_t end, struct baton_payload *payload);

/* The pages that the kernel reads at its entry must lie where every Linux sees them, on tables
 * of its own: below 640 KiB, or in the first 4 MiB that the oldest one maps. */
void bootparams_low(struct baton_payload *payload);

/* The segments that a kernel finds by its boot_params: boot_params itself, command line, and from
 * 2.09 on the nodes of setup_data and the EFI memory map. 0 or an error. */
int bootparams_add(const struct baton_host *host, const struct baton_request *request,
                   uint32_t protocol, struct baton_payload *payload, struct baton_refusal *why);

/* Bytes of the record's node for this memory map, at most. (linux_record.c) */
uint64_t linux_record_size(struct payload_map map);

/* Writes the record's node; `next` is the pa of the node after it. */
void linux_record_write(const struct baton_image *image, const struct baton_request *request,
                        const struct baton_payload *payload, uint64_t next);

/* Fills them, and the entry registers. payload->header is the setup header; entry: the physical
 * address of its 32-bit entry. */
void bootparams_finish(const struct baton_image *image, const struct baton_request *request,
                       struct baton_payload *payload, uint32_t entry);

#endif
