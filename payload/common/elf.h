/* What the formats of ELF files share, of both classes: headers, PT_LOAD segments, where the entry
 * lies. [ELF] */
#ifndef PAYLOAD_COMMON_ELF_H
#define PAYLOAD_COMMON_ELF_H

#include "payload/common/payload.h"

/* In which address range of the PT_LOAD segments e_entry lies, and where the section headers are. */
struct elf_entry {
    uint64_t e_entry;
    bool is_virtual;   /* it lies in a segment's p_vaddr range: ELF's own meaning */
    bool is_physical;  /* it lies in a segment's p_paddr range */
    uint64_t physical; /* is_virtual: its physical address, by the first such segment */
    uint64_t sections; /* their offset in the file; none of this is checked */
    uint16_t section_size, section_count, section_names;
};

/* Does the file begin with ELF's magic number? */
bool elf_is(const struct baton_host *host, const struct baton_file *file);

/* And does it say that it is of 64 bits? */
bool elf_is_wide(const struct baton_host *host, const struct baton_file *file);

/* Is it a static ELF32 executable for i386 whose e_entry makes sense as a physical address only?
 * Headers that are damaged say no. */
bool elf_enters_physical(const struct baton_host *host, const struct baton_file *file);

/* Adds a segment for each PT_LOAD, FIXED at p_paddr, and fills *entry. 0 or an error. The file is a
 * static executable for i386, or of 64 bits for x86-64: any other is refused. */
int elf_add_segments(const struct baton_host *host, const struct baton_request *request,
                     struct baton_payload *payload, struct elf_entry *entry,
                     struct baton_refusal *why);

/* The read() of a kernel that is entered with the record: elf_add_segments(), and the entry at the
 * physical address that belongs to a virtual e_entry. `kind` is the payload's. 0 or an error. */
int elf_read(const struct baton_host *host, const struct baton_request *request, const char *kind,
             struct baton_payload *payload, struct baton_refusal *why);

#endif
