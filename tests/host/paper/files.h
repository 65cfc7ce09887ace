/*
 * Kernel files made by hand, with the formats' own numbers: a bzImage's setup header, ELF headers of
 * both classes with program headers. Only headers are written; all other bytes of a file are what was
 * in the machine's memory, each page different.
 */
#ifndef HOST_FILES_H
#define HOST_FILES_H

#include "tests/host/paper/machine.h"

/* ---- bzImage --------------------------------------------------------------------------------- */

struct bzimage_fields {
    uint32_t setup_sects;
    uint64_t kernel_size; /* bytes of the protected-mode part, really in the file */
    uint32_t syssize;     /* 16-byte units; 0: what the size gives */
    uint32_t boot_flag, magic;
    uint32_t jump; /* the byte at 0x201: the header ends at 0x202 plus it */
    uint32_t protocol;
    uint32_t loadflags, xloadflags;
    uint32_t initrd_addr_max;
    uint32_t alignment, relocatable, min_alignment;
    uint32_t cmdline_size;
    uint64_t pref_address;
    uint32_t init_size;
    const char *version; /* NULL: none */
};

/* Like a 6.1 kernel's: protocol 2.15, relocatable, prefers 16 MiB; but small. */
extern const struct bzimage_fields bzimage_usual;

/* Writes it at pa; returns the whole file. */
struct baton_file bzimage_make(struct machine *m, uint64_t pa, const struct bzimage_fields *f);

/* ---- ELF32 ----------------------------------------------------------------------------------- */

struct elf_load {
    uint32_t type; /* 1: PT_LOAD */
    uint32_t offset, vaddr, paddr, filesz, memsz;
};

struct elf_fields {
    uint8_t class, data;
    uint16_t type, machine;
    uint32_t entry;
    uint32_t phoff;
    uint16_t phentsize;
    uint32_t loads; /* e_phnum */
    struct elf_load load[100];
};

/* An executable for i386 with two segments. */
extern const struct elf_fields elf_usual;

/* Writes the headers at pa; the file has `size` bytes. */
struct baton_file elf_make(struct machine *m, uint64_t pa, uint64_t size,
                           const struct elf_fields *f);

/* ---- ELF64 ----------------------------------------------------------------------------------- */

struct elf64_load {
    uint32_t type;
    uint64_t offset, vaddr, paddr, filesz, memsz;
};

struct elf64_fields {
    uint16_t type, machine;
    uint64_t entry;
    uint64_t phoff;
    uint16_t phentsize;
    uint32_t loads;
    struct elf64_load load[100];
};

/* elf_usual's segments, linked at the upper end of the address space, for x86-64. */
extern const struct elf64_fields elf64_usual;

struct baton_file elf64_make(struct machine *m, uint64_t pa, uint64_t size,
                             const struct elf64_fields *f);

#endif
