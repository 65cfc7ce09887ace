/*
 * The library: load a kernel into memory, check the result, hand the machine over.
 *
 * A load, one function per step (each may be called alone; baton_load() calls all but the last):
 *
 *     baton_payload_read    what the file needs            reads the file
 *     baton_place           where every segment goes       computes only
 *     baton_image_begin     pages for what is generated    may allocate
 *     baton_payload_finish  boot_params or record filled   writes only those pages, cannot fail
 *     baton_image_build     control pages, tables, list    may allocate
 *     baton_image_check     the dry run                    may allocate, gives it back
 *     baton_handoff         the trampoline                 does not return
 *     baton_call            or, for a payload that returns
 *
 * The core has no console and no allocator. The host kernel provides an allocator and the memory
 * map in one struct baton_host. The core keeps no global state. No function needs more than
 * BATON_STACK bytes of stack, in addition to what the host's functions need.
 *
 * Words: pa is a physical address, va a virtual one; sizes are bytes unless named pages; ranges are
 * half-open, [start, end). H1..H10 are the invariants of ARCHITECTURE.md.
 */
#ifndef BATON_H
#define BATON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "baton/elfcore.h"
#include "baton/record.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The layout of these structs is part of the contract. A compiler that uses
 * another layout (-malign-double) stops here. */
#ifdef __i386__
#define BATON_LAYOUT(type, bytes)                                                                  \
    typedef char type##_layout[sizeof(struct type) == (bytes) ? 1 : -1]
#else
#define BATON_LAYOUT(type, bytes) typedef char type##_layout[1]
#endif

#define BATON_VERSION "0.1"
#define BATON_VERSION_NUMBER                                                                       \
    0x000100u /* major, minor and patch, a byte each, as a number to test */

#define BATON_STACK 1536 /* bytes; compiled by GCC with -O2 */

#define BATON_PAGE_SHIFT 12
#define BATON_PAGE_SIZE 4096u
#define BATON_PAGE_MASK 0xfffu

/* ---- memory ---------------------------------------------------------------------------- */

struct baton_range {
    uint64_t start, end; /* [start, end) */
};
BATON_LAYOUT(baton_range, 16);

/* Kinds of memory: the numbers that E820, multiboot and ACPI agree on. [ACPI 15] */
enum baton_memory_type {
    BATON_MEM_USABLE = 1,
    BATON_MEM_RESERVED = 2,
    BATON_MEM_ACPI = 3, /* reclaimable after the tables are read */
    BATON_MEM_NVS = 4,
    BATON_MEM_BAD = 5,
    /* RAM that no destination may take, where files may lie: of a host that is to stay as it is,
     * as a dead kernel is. No number of a boot loader's. */
    BATON_MEM_KEPT = 0x4b454550,
};

struct baton_memory {
    uint64_t start, end; /* [start, end), any byte address */
    uint32_t type;       /* enum baton_memory_type; an unknown number counts as reserved */
};
BATON_LAYOUT(baton_memory, 20);

/* Do two ranges overlap? Empty ranges overlap nothing. */
static inline bool baton_overlap(uint64_t a_start, uint64_t a_end, uint64_t b_start, uint64_t b_end)
{
    return a_start < b_end && b_start < a_end && a_start < a_end && b_start < b_end;
}

static inline uint64_t baton_page_down(uint64_t x)
{
    return x & ~(uint64_t)BATON_PAGE_MASK;
}

/* x <= 2^64 - 4096 */
static inline uint64_t baton_page_up(uint64_t x)
{
    return baton_page_down(x + BATON_PAGE_MASK);
}

/* ---- what the host kernel supplies ------------------------------------------------------ */

/*
 * Memory is accessed one page at a time, through windows. A pointer from map() is valid until the
 * next call of map() for the same window; a host that maps all of memory ignores the window.
 */
enum baton_window {
    BATON_WINDOW_TABLE,  /* page tables */
    BATON_WINDOW_LIST,   /* indirection pages */
    BATON_WINDOW_SOURCE, /* bytes of a payload's file, source pages */
    BATON_WINDOW_PAGE,   /* control pages and generated pages */
    BATON_WINDOW_LEDGER, /* the image's ledger, bitmaps */
    BATON_WINDOW_WORK,   /* a page of working memory, during one step */
    BATON_WINDOWS
};

/* A file as it lies in memory: physically contiguous, below 4 GiB, from any byte address. Its
 * pages stay the host's until the hand-off; no step writes to them. size 0: no such file. */
struct baton_file {
    uint64_t pa;
    uint64_t size;
};
BATON_LAYOUT(baton_file, 16);

/* The firmware's description of the machine: tables in memory that stays as it is. [SMBIOS] */
struct baton_smbios {
    struct baton_file tables; /* size 0: there are none, and nothing of this is handed on */
    uint8_t major, minor;
};

#define BATON_RSDP_OLD 20      /* bytes of ACPI's root pointer that revision 0 has */
#define BATON_RSDP_SIZE 36     /* since revision 2 */
#define BATON_RSDP_REVISION 15 /* offset of the revision */

/* It, and all that it points to, must exist as long as an image that was made with it: images keep
 * its address. */
struct baton_host {
    uint32_t size; /* sizeof(struct baton_host): a library of another version refuses it */
    void *ctx;     /* passed to each function */

    /*
     * One free page that ends at or below `below` (a multiple of 4096: 3 or 4 GiB; for a Linux up
     * to 2.6.13 640 KiB or 4 MiB), by its pa. 0, or a negative number when there is none. It must
     * be RAM, and not be in use: not by the host, nor by any payload file; nor is it the page at 0.
     * Each page is checked before it is mapped (E_HOST). The core frees it with free_page, in any
     * order.
     */
    int (*alloc_page)(void *ctx, uint64_t below, uint64_t *pa);
    void (*free_page)(void *ctx, uint64_t pa);

    /* A pointer to the byte at pa, good to the end of its page. Never fails for pages of
     * alloc_page or for the payload's files. */
    void *(*map)(void *ctx, enum baton_window window, uint64_t pa);

    /* The machine's memory: sorted, no two overlapping, none empty. Unchanged while an image is
     * loaded. */
    const struct baton_memory *memory;
    uint32_t memory_count;

    /* Ranges that no destination may cover: the host's live page tables (H1). */
    const struct baton_range *keep;
    uint32_t keep_count;

    /* pa of baton_trampoline_page. That page must be mapped at its own address, executable and
     * writable, from the first load on: a load writes to it. */
    uint64_t trampoline_pa;

    /* The formats to be tried, in this order, NULL at the end; NULL: baton_formats. */
    const struct baton_format *const *formats;

    /* A long load calls it from time to time, if it is not NULL: `done` of `all` bytes are read.
     * It may feed a watchdog or print; it must not call the core. */
    void (*progress)(void *ctx, uint64_t done, uint64_t all);

    /* Fills `copy` with the ACPI root pointer as it lies in memory, all of it or its first
     * BATON_RSDP_OLD bytes, or leaves it, zeros, where there is none. Called by
     * baton_payload_finish(), only for a payload that gets a copy (multiboot 2). It must not call
     * the core. NULL: not known. [ACPI 5] */
    void (*root_pointer)(void *ctx, uint8_t copy[BATON_RSDP_SIZE]);

    /* Fills *smbios, which is all zeros, if there are such tables. Only a multiboot 2 payload gets a
     * copy of them: called when it is read, and each time baton_payload_finish() is, with the same
     * answer. It must not call the core. NULL: not known. */
    void (*smbios)(void *ctx, struct baton_smbios *smbios);
};
BATON_LAYOUT(baton_host, 60);

struct baton_refusal;
struct baton_request;

/*
 * Checks what the host says, as the comments of the structs require it: sizes, pointers, the
 * memory map's order, files in RAM below 4 GiB, the kind of the live tables, the trampoline's
 * page. baton_payload_read() calls it first. 0 or BATON_E_HOST.
 */
int baton_host_check(const struct baton_host *host, const struct baton_request *request,
                     struct baton_refusal *why);

/* Is every byte of [start, end) usable RAM in the host's map? */
bool baton_is_ram(const struct baton_host *host, uint64_t start, uint64_t end);

/* ---- errors ------------------------------------------------------------------------------ */

/*
 * Every refusal has a name and a sentence (relocate/errors.c; docs/refusals.md lists them).
 */
enum baton_error {
    BATON_OK = 0,
    BATON_E_EMPTY = -1,
    BATON_E_FORMAT = -2,
    BATON_E_TRUNCATED = -3,
    BATON_E_FIELD = -4,
    BATON_E_PROTOCOL = -5,
    BATON_E_COMMAND_LINE = -6,
    BATON_E_SEGMENTS = -7,
    BATON_E_OVERLAP = -8,
    BATON_E_NOT_RAM = -9,
    BATON_E_LIVE_TABLES = -10,
    BATON_E_NO_ROOM = -11,
    BATON_E_NO_PAGES = -12,
    BATON_E_TOO_HIGH = -13,
    BATON_E_CPU = -14,
    BATON_E_CHECK = -15,
    BATON_E_REALMODE = -16,
    BATON_E_REACH = -17,
    BATON_E_KIND = -18,
    BATON_E_LEAST = -19,
    BATON_E_MOST = -20,
    BATON_E_HOST = -21,
    BATON_E_FIXED = -22,
    BATON_E_REQUIRES = -23,
    BATON_E_TYPE = -24,
    BATON_E_NO_TYPE = -25,
    BATON_E_FLAT = -26,
    BATON_E_CALL = -27,
    BATON_ERRORS = 28, /* how many there are, BATON_OK included */
};

struct baton_refusal {
    int error;         /* enum baton_error */
    const char *what;  /* the field, segment or invariant; static text, or lies in the payload */
    uint64_t value;    /* what was found */
    uint64_t limit;    /* what was allowed, or the address where */
    const char *asked; /* E_TYPE, E_NO_TYPE: the request's type; else NULL */
};

/* The name of an error, such as "E_TRUNCATED". */
const char *baton_error_name(int error);

/* Bytes that any sentence fits into, its NUL included, where what is in `what` has at most 160, and
 * `asked` at most 32. */
#define BATON_SENTENCE 400

/* The sentence for a refusal, at most size - 1 characters and a NUL. Returns its length. */
size_t baton_explain(const struct baton_refusal *why, char *text, size_t size);

/* ---- payloads ------------------------------------------------------------------------------ */

/* Copies n bytes at `offset` out of the file to `to`. false: the file does not reach so far
 * (H10). */
bool baton_file_read(const struct baton_host *host, const struct baton_file *file, uint64_t offset,
                     void *to, size_t n);

/* The screen, for the next kernel. [LBP screen_info] */
enum baton_screen_kind { BATON_SCREEN_NONE, BATON_SCREEN_TEXT, BATON_SCREEN_LINEAR };

struct baton_screen {
    uint32_t kind;          /* enum baton_screen_kind */
    uint16_t columns, rows; /* TEXT: characters; cursor at (cursor_x, cursor_y) from 0 */
    uint8_t cursor_x, cursor_y;
    uint64_t pa;            /* LINEAR: the first pixel */
    uint32_t pitch;         /* LINEAR: bytes from line to line */
    uint16_t width, height; /* LINEAR: pixels */
    uint8_t bits;           /* LINEAR: per pixel */
    uint8_t red_size, red_at, green_size, green_at, blue_size, blue_at; /* LINEAR: bits */
};
BATON_LAYOUT(baton_screen, 36);

enum baton_policy {
    BATON_PLACE_AUTO,   /* as few pages move as can, if the kernel then runs where it prefers to */
    BATON_PLACE_PREFER, /* the kernel moves to where it prefers to be; the rest stays where it can */
    BATON_PLACE_ALL,    /* everything moves, even what could stay */
    BATON_PLACE_NONE,   /* nothing moves that can stay, wherever the kernel then runs */
};

/* Kinds of page tables: rows of pagetable/format.c. */
enum baton_table_kind {
    BATON_TABLES_LEGACY = 0, /* two levels, entries of 4 bytes. [SDM3 4.3] */
    BATON_TABLES_PAE = 1,    /* three levels, entries of 8 bytes. [SDM3 4.4] */
    BATON_TABLES_LONG = 2,   /* four levels: long mode's, for a payload's entry only. [SDM3 4.5] */
    BATON_TABLE_KINDS
};

/* The live tables of the old kernel, for the record and for the payload to check. */
struct baton_live {
    uint64_t root;     /* CR3, without flag bits */
    uint32_t kind;     /* LEGACY or PAE; the new tables are of the same kind */
    uint32_t tables;   /* pages: the root and every table reachable from it */
    uint32_t checksum; /* CRC-32 (zlib's) over those pages: root first, depth first, in order
                          of their index */
};
BATON_LAYOUT(baton_live, 20);

#define BATON_MODULES 31 /* of a request */

/* A file that goes with the payload's: for Linux an initrd. */
struct baton_module {
    struct baton_file file; /* size 0: no such module */
    const char *string;     /* what the boot loader gave with it, NUL-terminated; NULL: nothing */
};
BATON_LAYOUT(baton_module, 20);

/* Fills *live for the tables of that kind (enum baton_table_kind) whose root lies at pa `root`,
 * as they are now: an accessed or a dirty bit that the CPU sets later changes the checksum. They
 * are read through BATON_WINDOW_TABLE. */
void baton_live_read(const struct baton_host *host, uint32_t kind, uint64_t root,
                     struct baton_live *live);

/* What UEFI firmware left, for Linux's efi_info. */
struct baton_efi {
    uint32_t bits; /* 32 or 64: the firmware's pointers; 0: no UEFI */
    uint32_t descriptor_size, descriptor_version;
    uint64_t system_table; /* pa */
    /* The memory map of ExitBootServices(), an array of descriptors. It goes with the payload as a
     * module does. size 0: there is none, and nothing of this is handed on. */
    struct baton_file map;
};
BATON_LAYOUT(baton_efi, 36);

/* What the host asks for. All of it must outlive the last baton_payload_finish(), and be then as it
 * was when the payload was read, but for `screen`, `loader`, `acpi_rsdp` and `live`. */
struct baton_request {
    uint32_t size; /* sizeof(struct baton_request) */
    struct baton_file kernel;
    /* A Linux, and a plain ELF kernel, finds them as one initrd, in this order. Each begins at a
     * multiple of 4 bytes, counted from the first one's start, with zeros between.
     * [early-userspace] Their strings are not used. A multiboot kernel finds each with its string,
     * from the start of a page on. */
    struct baton_module module[BATON_MODULES];
    const char *command_line; /* the payload's, NUL-terminated, never NULL */
    const char *loader;       /* the boot loader of the host, such as "GRUB 2.06", never NULL */
    uint32_t place;           /* enum baton_policy */
    /* The name of the only format that the payload may have, such as "elf32". A name that no format
     * has is E_NO_TYPE, a file of another format is E_TYPE. The file is checked as if the format had
     * been found by a search. NULL: the first format that recognises the file. */
    const char *type;
    /* The type "flat" alone: the whole file is copied to pa `load`, from 4096 on, and entered at pa
     * `entry`, which lies in it; 0: at its first byte. Else E_FLAT, or E_TOO_HIGH. */
    struct {
        uint64_t load, entry;
    } flat;
    struct baton_screen screen; /* a fault in the hand-off shows on that of baton_image_build() */
    uint64_t acpi_rsdp;         /* pa of the ACPI root pointer, 0 if not known */
    struct baton_efi efi;
    struct baton_live live;
    bool long_mode; /* the CPU has long mode: a 64-bit kernel can be given to it */
    /* The payload is called, and returns: the image is for baton_call(), and baton_handoff() refuses
     * it. Kernels of ELF32, flat files and both multiboots can return, as record.h says; of the other
     * formats here none can (E_KIND). The image has a page for each page of the payload. */
    bool call;
    /* The end of the memory below 640 KiB that the BIOS leaves to others (INT 12h): above it is the
     * BIOS's own. It says that there is a BIOS, and that a payload may call it: at the hand-off its
     * vectors, its data below 0x500, the PICs, the PIT and the devices are as it left them. 0: there
     * is none, or not any more; a payload that enters in real mode is then refused. */
    uint32_t bios_end;

    /* The memory map that the next kernel gets, where it is not the host's: a capture kernel
     * gets its region and little else. NULL: the host's. */
    const struct baton_memory *map;
    uint32_t map_count;

    /* baton_digest_page: the SHA-256 of every segment but LIVE ones, at most 48 of them, is
     * taken at the load and compared after the list, right before the entry; one that differs is
     * reported on com_port, and the machine ends as after a fault. NULL: no comparison. */
    const void *digest_page;
};
BATON_LAYOUT(baton_request, 792);

/* How a payload is entered. Each kind has its own code at the end of the hand-off. */
enum baton_entry_kind {
    BATON_ENTRY_FLAT32 =
        1, /* protected mode, paging off, flat segments: CS 0x10, DS, ES, SS, FS and
                               GS 0x18; CR0 0x11, CR4 0, EFLAGS 2. [LBP 32-bit, MB1 3.2] */
    /* long mode, 64-bit code: CS 0x08, DS, ES, SS, FS and GS 0x18; CR0 0x80000011, CR4 0x20, EFER
     * LME and LMA, EFLAGS 2; the first 4 GiB mapped at their own addresses, by control pages. The
     * 64-bit registers are eip, eax, ebx and edi, zero extended; all others are 0 */
    BATON_ENTRY_LONG64 = 2,
    BATON_ENTRY_REAL16 =
        3, /* real mode: `eip` is the first instruction and `ebp` the stack, each as segment << 16 |
              offset, like the BIOS's vectors; ebp itself is 0 at the entry. DS, ES, FS and GS are
              SS; CR0 0x10, CR4 0, IDTR 0 to 0x3ff, EFLAGS 2, so interrupts are off. If `eax` is
              not 0, the BIOS's INT 10h is called with it first: 3 is text mode. The payload's
              reach ends at or below 1 MiB. [LBP 16-bit] */
};

/* esp is set by the exit, to a small stack in the control page. */
struct baton_registers {
    uint32_t eip, eax, ebx, ecx, edx, esi, edi, ebp;
};

struct baton_entry {
    uint32_t kind; /* enum baton_entry_kind */
    struct baton_registers registers;
};
BATON_LAYOUT(baton_entry, 36);

/* pa of the payload's first instruction. */
static inline uint32_t baton_entry_address(const struct baton_entry *entry)
{
    uint32_t eip = entry->registers.eip;

    return entry->kind == BATON_ENTRY_REAL16 ? (eip >> 16 << 4) + (eip & 0xffff) : eip;
}

#define BATON_SEGMENTS 64 /* per payload; a file that wants more is refused (E_SEGMENTS) */

enum baton_segment_flags {
    BATON_SEG_FIXED = 1,     /* only at `prefer` */
    BATON_SEG_GENERATED = 2, /* a page that the core generates; baton_image_begin places it, and the
                                list does not move it: its source is its destination */
    BATON_SEG_SKEW = 4,      /* a kernel that aligns itself: its start may lie up to a page below
                              an aligned address, congruent with its source */
    BATON_SEG_INPLACE = 8,   /* it may even stay where it lies, aligned or not (place=none) */
    BATON_SEG_LIVE = 16, /* what its source holds at the hand-off, so no digest is taken of it */
    BATON_SEG_ANYWHERE = 64, /* it has no preference: `prefer` is not used */
    BATON_SEG_FOLLOWS = 32,  /* it begins where the one before it ends (mem_size): one piece for
                               both, by the limits of the first, which is not FIXED nor GENERATED */
    BATON_SEG_AREA = 128,    /* a page of a generated area that has several: baton_place places it,
                                baton_image_begin takes a page for its source, the list moves it */
};

/* What a segment is for. */
enum baton_role {
    BATON_ROLE_OTHER,
    BATON_ROLE_KERNEL, /* the kernel in one piece: it is placed first, and at its best. One at most;
                          an ELF file's segments are LOADs */
    BATON_ROLE_LOAD,   /* a PT_LOAD segment */
    BATON_ROLE_MODULE, /* a module of the request, or the first of several that are one */
    BATON_ROLE_BOOT_PARAMS,
    BATON_ROLE_COMMAND_LINE,
    BATON_ROLE_RECORD,
    BATON_ROLE_MEMORY_MAP,
    BATON_ROLE_EFI_MAP,
    BATON_ROLE_EFI_NODE,  /* setup_data: where EFI_MAP is */
    BATON_ROLE_MULTIBOOT, /* the information of a multiboot kernel */
    BATON_ROLE_SETUP,     /* Linux's real-mode code, with its heap, stack and command line */
    BATON_ROLE_SECTIONS,  /* the part of an ELF file that no PT_LOAD has */
};

/* One piece of the payload: file bytes, then zeros. */
struct baton_segment {
    uint32_t role;      /* enum baton_role */
    char what[20];      /* "kernel", "initrd", "initrd 2", "boot_params", "PT_LOAD 2", ... */
    uint32_t flags;     /* enum baton_segment_flags */
    uint64_t source;    /* pa of its first byte */
    uint64_t file_size; /* bytes from the source */
    uint64_t mem_size;  /* bytes at the destination, >= file_size */
    /* what it needs and prefers */
    uint64_t prefer;   /* the address that it prefers, aligned */
    uint64_t min, max; /* else anywhere in [min, max): window and room, too */
    uint64_t align;    /* a power of two, >= 4096 */
    uint64_t window;   /* bytes used from its aligned address on before the payload reads its
                            memory map, >= mem_size; 0: only mem_size */
    /* What it prefers, if not 0; `align` and `window` can then be less. baton_place tries the
     * preferred value first, and writes the one that it used to align and window. */
    uint64_t align_best, align_least; /* powers of two, 4096 <= least <= best; KERNEL only */
    uint64_t guess; /* a window that the file does not state: less will do, down to mem_size.
                         Control pages that find no other room are taken from its end */
    uint64_t room;  /* bytes used from its very start on before it moves to its aligned
                            address; 0: only mem_size */
    /* baton_place's own: of a segment that stands for those that follow it, what it has alone */
    uint64_t own_source, own_size;
    /* the result of baton_place */
    uint64_t dest;                /* pa of its first byte */
    struct baton_range used;      /* the window at its address (H3); empty if none */
    struct baton_range room_used; /* the room at its address; empty if none */
};
BATON_LAYOUT(baton_segment, 180);

struct baton_image;
struct baton_payload;

/* A payload's format: how its files are known, read, and what its kernels get. */
struct baton_format {
    const char *name; /* "bzimage": what a request's type names; at most 15 characters */

    /* Is it one, by its magic numbers, or where those are not enough by its headers? NULL: no file
     * shows it; only a request's type chooses the format. */
    bool (*is)(const struct baton_host *host, const struct baton_file *file);

    /* Can it be read as one if the request's type says so? NULL: if is() says so, or is NULL. */
    bool (*named)(const struct baton_host *host, const struct baton_file *file);

    /* Fills payload from the file's headers, with baton_segment_add(); 0 or an error with *why
     * filled. */
    int (*read)(const struct baton_host *host, const struct baton_request *request,
                struct baton_payload *payload, struct baton_refusal *why);

    /* Fills the generated pages and areas (cleared before) and payload->entry from the
     * destinations. The file's headers are not read a second time: payload->header is what read()
     * keeps of them. Bytes that are handed on unread may be copied from files. */
    void (*finish)(const struct baton_image *image, const struct baton_request *request,
                   struct baton_payload *payload);
};

/* The formats of this library, NULL at the end, in the order in which they are tried. */
extern const struct baton_format *const baton_formats[];

#define BATON_HEADER 160 /* bytes of the longest file header that is kept */

struct baton_payload {
    const struct baton_format *format;
    struct baton_segment segment[BATON_SEGMENTS];
    uint32_t segments;
    /* Where the pages must lie that the payload reads on page tables of its own, before these
     * map all of memory: the generated ones and the control code page (its GDT, IDT and TSS),
     * tried in this order. Both empty: anywhere. */
    struct baton_range reach[2];
    /* Memory that the payload writes to right after its entry, besides its segments: up to its
     * first generated page if that lies in it. Empty: none. */
    struct baton_range scratch;
    struct baton_entry entry; /* complete after baton_payload_finish */
    char name[96];            /* "Linux 6.1.0-50-686-pae" */
    char kind[48];            /* "bzImage, boot protocol 2.15" */
    bool long_mode;           /* a 64-bit kernel: it reads x86-64 cores, and no others */
    bool width_unknown;       /* it does not say whether it is one; taken for a 32-bit one */
    bool returns;             /* set by read(): a kernel of this format can return */
    bool call;                /* as the request says */

    /* The file's header as it was read. Headers are read once: what changes in the file afterwards
     * changes no step. */
    uint8_t header[BATON_HEADER];
    uint32_t header_size;
};
BATON_LAYOUT(baton_payload, 11924);

/* A new segment, zeroed but for role and name (at most 19 characters of it); NULL when there is no
 * room for one more. */
struct baton_segment *baton_segment_add(struct baton_payload *payload, enum baton_role role,
                                        const char *what);

/* Does the core generate its bytes? */
static inline bool baton_is_generated(const struct baton_segment *s)
{
    return s->flags & (BATON_SEG_GENERATED | BATON_SEG_AREA);
}

/*
 * A generated area: `bytes` of memory that the format fills in finish(), contiguous at its
 * destination, from the start of a page. Up to one page it is a GENERATED segment. A larger one is
 * a segment for each page (AREA): so BATON_SEGMENTS limits it, and in one with a digest page the 48
 * digests. Its limits are those of the first segment, which the format may change: min, max, align
 * (1 MiB, 4 GiB, a page), prefer and ANYWHERE. A payload's reach applies only to GENERATED ones. 0
 * or BATON_E_SEGMENTS; then no segment is added.
 */
int baton_area_add(struct baton_payload *payload, enum baton_role role, const char *what,
                   uint64_t bytes, struct baton_refusal *why);

/* Copies n bytes to `offset` of the area that begins with the segment `area` of the payload; for
 * finish(). false: the area ends before; the part that fits is written. */
bool baton_area_write(const struct baton_host *host, const struct baton_payload *payload,
                      const struct baton_segment *area, uint64_t offset, const void *from,
                      size_t n);

/* The n-th (from 0) segment of that role; NULL: there are not so many. */
const struct baton_segment *baton_segment_find(const struct baton_payload *payload,
                                               enum baton_role role, uint32_t n);

/* The segments that are the request's modules: how many; *first is the number of the first one, if
 * there is one, and the others follow it. */
uint32_t baton_segment_modules(const struct baton_payload *payload, uint32_t *first);

/*
 * Reads the headers of request->kernel. Fails with the field named; nothing to give back.
 */
int baton_payload_read(const struct baton_host *host, const struct baton_request *request,
                       struct baton_payload *payload, struct baton_refusal *why);

/*
 * Gives every segment its destination. Fails when they cannot all be had; allocates nothing.
 */
int baton_place(const struct baton_host *host, const struct baton_request *request,
                struct baton_payload *payload, struct baton_refusal *why);

/* ---- images -------------------------------------------------------------------------------- */

#define BATON_LEDGER 32 /* times 128 MiB */

#define BATON_TABLES_MAX 5 /* PAE: root, 2 directories, 2 tables; legacy: root, 2 tables (H5) */

#define BATON_LONG_TABLES 6 /* of an entry in long mode: PML4, PDPT, 4 page directories (H5) */

struct baton_counts {
    uint64_t stay;       /* pages in place */
    uint64_t move;       /* pages copied once by the list */
    uint64_t zero;       /* pages filled with zeros by the list */
    uint32_t bounce;     /* of the moved pages, those put together at load time */
    uint32_t cycles;     /* cycles broken through the swap page */
    uint32_t list_pages; /* indirection pages */
    /* code page, tables, those of the fault task and of long mode, swap page, the digests' two, the call
     * page; the
     * list's, bounce and generated pages come on top */
    uint32_t control_pages;
    uint32_t generated_pages; /* boot_params, command line, record; sources of areas, too */
    uint32_t digests;         /* segments that the digest page compares */
    uint64_t digested;        /* bytes of them */
};
BATON_LAYOUT(baton_counts, 56);

/* Owned by the caller, filled by the core. All pages that it names belong to the core until
 * baton_image_free(). */
struct baton_image {
    const struct baton_host *host;
    const char *fault;                 /* what was wrong with a page of alloc_page (E_HOST) */
    uint64_t fault_at;                 /* and its address */
    uint64_t control;                  /* pa of the control code page */
    uint64_t swap;                     /* pa of the page that breaks cycles, 0: none needed */
    uint64_t list;                     /* pa of the first indirection page */
    uint64_t tables[BATON_TABLES_MAX]; /* pa; tables[0] is the root */
    /* pa of a legacy root and its table, which map the control page at its own address: for a fault
     * in a payload that has paging on again. 0: tables[] are legacy, and serve. */
    uint64_t fault_tables[2];
    /* pa, the root first: what the payload is entered on if that is in long mode. 0: it is not. */
    uint64_t long_tables[BATON_LONG_TABLES];
    uint64_t digest_code;  /* pa of the digest page, 0: none asked for */
    uint64_t digest_table; /* pa of its table */
    uint64_t call;         /* pa of the call page, 0: the payload does not return */
    /* The TSC when the hand-off began, set by the host; 0: baton_handoff() sets it. */
    uint64_t exec_ticks;
    uint64_t parked; /* pages that lie in a destination, set aside */
    uint32_t kind;   /* of tables[], enum baton_table_kind */
    uint32_t table_count;
    uint32_t machine; /* MACHINE_ bits of include/baton/control.h */
    uint32_t armed;   /* 1: baton_image_check() has passed */
    /* The ledger: which pages the image has from the host. A bit a page, in pages of the host's,
     * one for each 128 MiB in which there is a page; their pa, 0: none. */
    uint32_t ledger[BATON_LEDGER];
    uint32_t borrowed[BATON_LEDGER + 1]; /* pages that are borrowed during one step; 0: none */
    uint32_t trampoline_va;              /* the address of the template */
    struct baton_counts counts;
};
BATON_LAYOUT(baton_image, 520);

/* Calls visit for each page that the image owns; `ledger`: it is one of its ledger. Stops when
 * visit returns false, and then returns false. */
bool baton_image_pages(const struct baton_image *image,
                       bool (*visit)(void *ctx, uint64_t pa, bool ledger), void *ctx);

/* What a page of new page tables is for. */
enum baton_table_use {
    BATON_TABLE_TRAMPOLINE, /* the trampoline runs on it (H5) */
    BATON_TABLE_FAULT,      /* the fault task's, once a payload has paging on again without PAE */
    BATON_TABLE_ENTRY,      /* the payload is entered on it, in long mode */
};

/* Calls visit for each page that CR3, or an entry on the way from it, leads to during the hand-off:
 * of each use the root first. A hypervisor that shadows or pins page tables must know them all
 * before. Stops when visit returns false, and then returns false. */
bool baton_image_tables(const struct baton_image *image,
                        bool (*visit)(void *ctx, uint64_t pa, enum baton_table_use use), void *ctx);

/* The control code page, and pages for the payload's generated segments. Where the payload has a
 * reach, their addresses ascend in the order of the segments, the control code page last. On
 * failure nothing is kept. */
int baton_image_begin(const struct baton_host *host, struct baton_payload *payload,
                      struct baton_image *image, struct baton_refusal *why);

/*
 * Fills the generated pages, from zeros, and the entry registers from the destinations chosen.
 * Cannot fail: it reads the request and *payload, and of files only bytes that are handed on
 * unread (a multiboot kernel's section headers, the EFI memory map). May be called again, for a
 * request that has learned something, such as where the cursor stands: digests follow, and the
 * image is armed no more, for baton_image_check() has not seen what was written (H6).
 */
void baton_payload_finish(const struct baton_request *request, struct baton_payload *payload,
                          struct baton_image *image);

/* What the trampoline must know about the machine. */
struct baton_machine {
    uint32_t size;      /* sizeof(struct baton_machine) */
    bool has_cr4;       /* [CPUID 1, edx: any feature that CR4 governs] */
    bool has_efer;      /* NX or long mode present */
    bool has_mce;       /* [CPUID 1, edx bit 7]: machine checks can be reported */
    uint16_t com_port;  /* I/O port of the 16550 for fault lines, 0: none */
    uint16_t exit_port; /* write a byte here after a fault line (isa-debug-exit), 0: none */
    bool reset;         /* after a fault line: true reset, false halt */
    bool has_tsc;       /* [CPUID 1, edx bit 4]: the hand-off can be timed */
    uint8_t trace;      /* 1: print the number of each step on com_port when it is done;
                           2: write it to I/O port 0x80, too; 0: neither */
    /* The SHA extensions, SSE4.1 and SSSE3 are present [CPUID 7, ebx bit 29; 1, ecx bits 19 and 9]:
     * with a digest page, digests are computed by them. XMM registers, CR0 and CR4 are changed
     * meanwhile, and put back; a host in which another task may use XMM registers during a load
     * clears this. */
    bool has_sha;
    /* SSE and FXSAVE are present [CPUID 1, edx bits 25 and 24]: the hand-off copies pages by SSE's
     * stores past the caches. CR4.OSFXSR is set meanwhile; xmm0 is 0 afterwards. */
    bool has_sse;
};
BATON_LAYOUT(baton_machine, 20);

/* Fills the size and, from CPUID, the has_ members; all else is 0. (i386 only) */
void baton_machine_detect(struct baton_machine *machine);

/* Builds the control pages. May take pages from the end of a guessed window. */
int baton_image_build(const struct baton_request *request, struct baton_payload *payload,
                      const struct baton_machine *machine, struct baton_image *image,
                      struct baton_refusal *why);

/* The dry run: replays the list without writing, walks both mappings in software (H8), and arms
 * the image. */
int baton_image_check(const struct baton_request *request, const struct baton_payload *payload,
                      struct baton_image *image, struct baton_refusal *why);

/* Gives every page back (H7). An image of zeros is allowed. */
void baton_image_free(struct baton_image *image);

/* The last four in order, for a payload that is placed: begin, finish, build, check. On failure
 * nothing is kept and *image is zeroed (H7). */
int baton_image_make(const struct baton_host *host, const struct baton_request *request,
                     const struct baton_machine *machine, struct baton_payload *payload,
                     struct baton_image *image, struct baton_refusal *why);

/* All of the above in order. *image is zeros, or one that was freed; one that is loaded is refused
 * (E_HOST). On failure nothing is kept and *image is zeroed (H7). */
int baton_load(const struct baton_host *host, const struct baton_request *request,
               const struct baton_machine *machine, struct baton_payload *payload,
               struct baton_image *image, struct baton_refusal *why);

/*
 * Is all as the trampoline needs it? To be called right before the point of no return, while memory
 * can still be mapped: the image is armed; CPL 0, interrupts off, paging on, CR4.PAE and has_
 * members as this CPU has them, and this is the bootstrap processor; the trampoline's page is as
 * the load left it, mapped at its own address in the tables that CR3 points to, writable and
 * executable. 0 or BATON_E_HOST, and nothing is changed. (i386 only)
 */
int baton_ready(const struct baton_image *image, struct baton_refusal *why);

/*
 * The point of no return, for an image that is ready; devices are quiet. It looks once more at what
 * needs no mapping: an image that is not armed and a CPU in another state are refused, with nothing
 * changed. Else it does not return. Returns BATON_E_HOST. (i386 only)
 */
int baton_handoff(const struct baton_image *image, struct baton_refusal *why);

/*
 * Calls the payload of an image that is ready and whose request says `call`. The payload's pages are
 * swapped with what lies at their destinations, and swapped back when it returns: then all of memory is
 * as it was, except for what the payload has written outside of its segments. Put back, too, are GDT,
 * IDT, LDT and task register, segments, control and debug registers, EFER and EFLAGS. Not put back are
 * devices, video memory, the FPU's and SSE's registers, CR2, and other model-specific registers.
 *
 * 0: it has returned, and *eax is what it returned. BATON_E_CALL: it had a fault, which has been
 * reported on com_port, or its digests did not match and it was not run; the host goes on all the
 * same. BATON_E_HOST: nothing was done. (i386 only)
 *
 * Each call needs baton_payload_finish(), baton_image_check() and baton_ready() before it: the first
 * gives the payload fresh pages, for it has written to them.
 */
int baton_call(struct baton_image *image, uint32_t *eax, struct baton_refusal *why);

/* BATON_VERSION_NUMBER of the library, to compare with that of this header. */
uint32_t baton_version(void);

/* The trampoline's page in the host's own image: page aligned, 4096 bytes. (i386 only) */
extern char baton_trampoline_page[BATON_PAGE_SIZE];

/* The code that compares the digests, for struct baton_request: two pages, for any CPU and for one
 * with machine->has_sha. They are never written. (i386 only) */
extern const char baton_digest_page[];

#ifdef __cplusplus
}
#endif

#endif
