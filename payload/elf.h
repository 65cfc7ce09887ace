/* What the formats of ELF32 files share: headers, PT_LOAD segments, where the entry lies. [ELF] */
#ifndef PAYLOAD_ELF_H
#define PAYLOAD_ELF_H

#include "payload/payload.h"

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

/* In which address range of the PT_LOAD segments e_entry lies. */
struct elf_entry {
    uint32_t e_entry;
    bool is_virtual;   /* it lies in a segment's p_vaddr range: ELF's own meaning */
    bool is_physical;  /* it lies in a segment's p_paddr range */
    uint32_t physical; /* is_virtual: its physical address, by the first such segment */
};

/* Does the file begin with ELF's magic number? */
bool elf_is(const struct baton_host *host, const struct baton_file *file);

/* Is it a static ELF32 executable for i386 whose e_entry makes sense as a physical address only?
 * Headers that are damaged say no. */
bool elf_enters_physical(const struct baton_host *host, const struct baton_file *file);

/* Adds a segment for each PT_LOAD, FIXED at p_paddr, and fills *entry. 0 or an error. */
int elf_add_segments(const struct baton_host *host, const struct baton_request *request,
                     struct baton_payload *payload, struct elf_entry *entry,
                     struct baton_refusal *why);

#endif
