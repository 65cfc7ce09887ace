/* The needed parts of an ELF32 file, for the payloads that act as a boot loader. [ELF] */
#ifndef PAYLOADS_ELF_H
#define PAYLOADS_ELF_H

#include <stdint.h>

#define ELF_LOAD 1u

struct elf_header {
    uint32_t magic;
    uint8_t ident[12];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

#endif
