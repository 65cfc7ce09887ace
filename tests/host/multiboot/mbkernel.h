/*
 * Multiboot kernels made by hand, and what they are told, read as a multiboot kernel reads it: by
 * Baton's own readers (boot/), which know nothing of the writers.
 */
#ifndef HOST_MBKERNEL_H
#define HOST_MBKERNEL_H

#include "boot/bootinfo.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"

#define MB_AT 0x00400000ull /* the file */
#define MB_SIZE 0x10000ull
#define MB_HEADER 0x200u /* offset of the header */
#define MB_MODULE_1 0x00800123ull
#define MB_MODULE_2 0x00900000ull

/* A machine of 32 MiB, and a request without a file. */
void mb_start(struct journey *j);

/* The file: ELF32 headers by the fields, or ELF64 headers with the same segments. f NULL: none. */
void mb_file(struct journey *j, uint64_t size, const struct elf_fields *f);
void mb_file64(struct journey *j, uint64_t size, const struct elf_fields *f, uint64_t entry);

/* Words at an offset of the file; the checksum is that of the words before it in the header. */
void mb_words(uint32_t at, const uint32_t *words, unsigned n);
void mb_header1(uint32_t at, uint32_t flags, const uint32_t *rest, unsigned n);

/* A multiboot 2 header with these tags, without the end tag, which is added. */
void mb_header2(uint32_t at, const void *tags, uint32_t size);

/* A file with three sections behind its segments, the last two at `at`: bytes of a symbol table that
 * no segment has, and of the strings. */
void mb_sections(uint32_t table, bool wide, uint64_t at);

/* Two modules, the first with a string, and neither at a page's start. */
void mb_modules(struct journey *j);

extern struct boot_info mb_told;

/* Runs the hand-off, and reads what ebx points to as that version's kernel. The image stays
 * loaded. */
void mb_run(struct journey *j, unsigned version);

/* Reads it, after journey_run() has judged it, and fills mb_told. NULL, or what is wrong. journey_run()
 * gives the pages of the ledger their bytes back, so areas are read where they come from. */
const char *mb_read(const struct journey *j);

/* A word of the information that ebx points to; after mb_run(). */
uint32_t mb_word(const struct journey *j, uint32_t offset);

/* Offset of the n-th tag of that type in multiboot 2's information; 0: there is none. */
uint32_t mb_tag(const struct journey *j, uint32_t type, unsigned n);

#endif
