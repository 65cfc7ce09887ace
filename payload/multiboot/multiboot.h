/*
 * What the two multiboot formats share: the search for a header, what is loaded and where it is
 * entered, the modules, and the block of information that is written for the kernel.
 */
#ifndef PAYLOAD_MULTIBOOT_MULTIBOOT_H
#define PAYLOAD_MULTIBOOT_MULTIBOOT_H

#include "payload/common/payload.h"

/* One of the two versions. */
struct multiboot_kind {
    const char *name; /* "multiboot 1" */
    /* How a header is known: its first words, the magic number among them, have the sum 0. */
    uint32_t magic, within, align, words;
    uint32_t loaded; /* the magic number in eax at the entry */
    /* Writes the information into the area; area NULL: only counts. Returns its size in bytes. */
    uint32_t (*write)(const struct baton_host *host, const struct baton_request *request,
                      const struct baton_payload *payload, const struct baton_segment *area);
};

/* Searches the file for a header; *at: its offset. */
bool multiboot_find(const struct baton_host *host, const struct baton_file *file,
                    const struct multiboot_kind *kind, uint32_t *at);

/* What read() keeps of the file for finish(), in payload->header. */
struct multiboot_kept {
    uint32_t entry;     /* physical, as the file is linked */
    uint32_t load_base; /* the image's lowest address, as it is linked */
    bool relocatable;   /* the payload's first segment lies there */
    /* The section headers of an ELF file; count 0: none that can be given. */
    uint16_t section_count, section_size, section_names;
    uint64_t sections; /* offset in the file */
    bool wide;         /* ELF64 */
    uint64_t piece;    /* offset of what lies in the segment of BATON_ROLE_SECTIONS */
};

struct multiboot_kept multiboot_kept(const struct baton_payload *payload);

/* The address fields of a header: the file's bytes without an executable format. */
struct multiboot_addresses {
    uint32_t at;      /* offset of the header in the file */
    uint32_t header;  /* where it will lie */
    uint32_t load;    /* where the first loaded byte will lie */
    bool whole;       /* load is not used: from the start of the file */
    uint32_t end;     /* of the loaded bytes; 0: all that the file has */
    uint32_t bss_end; /* of the zeros behind them; 0: there are none */
};

/* Adds the segment that the address fields describe. 0 or an error. */
int multiboot_add_addressed(const struct baton_request *request,
                            const struct multiboot_addresses *addresses,
                            struct baton_payload *payload, struct baton_refusal *why);

/* Adds a segment for each PT_LOAD of an ELF32 file for i386, or of an ELF64 file for x86-64, FIXED
 * at p_paddr. *entry: the physical address of e_entry. Fills kept's section fields. 0 or an error. */
int multiboot_add_elf(const struct baton_host *host, const struct baton_request *request,
                      struct baton_payload *payload, uint64_t *entry, struct multiboot_kept *kept,
                      struct baton_refusal *why);

/* Is the address in a segment that is loaded? */
bool multiboot_is_loaded(const struct baton_payload *payload, uint64_t address);

/* The limits of a relocatable image. */
struct multiboot_limits {
    uint64_t min, max, align; /* [min, max); a power of two */
};

/* Makes one piece of the loaded segments, which goes where it is linked if that is possible and
 * within the limits, else elsewhere within them. 0 or an error. */
int multiboot_make_relocatable(const struct multiboot_limits *limits, struct baton_payload *payload,
                               struct multiboot_kept *kept, struct baton_refusal *why);

/* The request's modules, a segment each, which begins at the start of a page. 0 or an error. */
int multiboot_add_modules(const struct baton_request *request, struct baton_payload *payload,
                          struct baton_refusal *why);

/* The n-th (from 0) module that is not empty; NULL: there are not so many. */
const struct baton_module *multiboot_module(const struct baton_request *request, uint32_t n);

/* The segment of the sections that no PT_LOAD has, for kept's section fields. If the headers of
 * sections are damaged, or too many, kept->section_count is 0 then: nothing depends on them. 0 or an
 * error. */
int multiboot_add_sections(const struct baton_host *host, const struct baton_request *request,
                           struct baton_payload *payload, struct multiboot_kept *kept,
                           struct baton_refusal *why);

/* The end of read(): sections, modules, names ("multiboot 1, ELF32"; addressed: by the address
 * fields), the area for the information; kept goes into the payload. 0 or an error. */
int multiboot_complete(const struct baton_host *host, const struct baton_request *request,
                       const struct multiboot_kind *kind, bool addressed,
                       struct baton_payload *payload, struct multiboot_kept *kept,
                       struct baton_refusal *why);

/* All of finish(): writes the information, and sets the entry registers, with its address in ebx. */
void multiboot_finish(const struct baton_image *image, const struct baton_request *request,
                      const struct multiboot_kind *kind, struct baton_payload *payload);

/* ---- the block of information ------------------------------------------------------------------ */

#define MULTIBOOT_LOADER "Baton " BATON_VERSION " (strings as GRUB 2 gives them)"

/* Writes into the area of BATON_ROLE_MULTIBOOT; or only counts, for the area's size. */
struct multiboot_block {
    const struct baton_host *host;
    const struct baton_payload *payload;
    const struct baton_segment *area; /* NULL: count */
    uint32_t length;                  /* bytes so far */
};

/* Appends n bytes; returns their offset. */
uint32_t multiboot_put(struct multiboot_block *block, const void *from, size_t n);
uint32_t multiboot_put_string(struct multiboot_block *block, const char *string);

/* Appends zeros up to a multiple of `align`. */
void multiboot_put_padding(struct multiboot_block *block, uint32_t align);

/* Appends the section headers, each of their own size in the file's class. */
void multiboot_put_sections(struct multiboot_block *block, const struct baton_request *request,
                            const struct multiboot_kept *kept);

/* The type of a range of memory as multiboot has it: what is unknown is reserved. */
uint32_t multiboot_memory_type(uint32_t type);

/* KiB of usable memory from 0, and from 1 MiB on, up to the first hole. */
uint32_t multiboot_lower(struct map_walk memory);
uint32_t multiboot_upper(struct map_walk memory);

/* The screen as both formats describe it: type 0 is none. [MB1 3.3, MB2 3.6.12] */
struct multiboot_screen {
    uint64_t pa;
    uint32_t pitch, width, height;
    uint8_t bits, type; /* MULTIBOOT_FRAMEBUFFER_ */
    uint8_t colour[6];
};

struct multiboot_screen multiboot_screen(const struct baton_screen *screen);

#endif
