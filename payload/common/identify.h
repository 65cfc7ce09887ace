/* What a file is that Baton cannot start: for the refusal, which says what to do. */
#ifndef PAYLOAD_COMMON_IDENTIFY_H
#define PAYLOAD_COMMON_IDENTIFY_H

#include "baton.h"

/* The sentence's part behind "the payload is": what it is, and what would help. NULL: not known.
 * Static text. */
const char *identify(const struct baton_host *host, const struct baton_file *file);

/* The first bytes of an ELF file. [ELF, "ELF Header"] */
struct identify_elf {
    uint8_t ident[16];
    uint16_t type, machine;
};

/* The same for an ELF file; NULL: it is an executable, ELF32 for i386 or ELF64 for x86-64. */
const char *identify_elf(const struct identify_elf *header);

#endif
