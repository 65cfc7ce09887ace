/*
 * The kinds of page table that an i386 and its successors know, as data. One walker (walk.c) serves
 * them all; a new kind is one more row in format.c.
 *
 *   legacy [SDM3 4.3]     31       22 21       12 11        0
 *                         | PD index | PT index | offset    |      entries of 4 bytes
 *
 *   PAE    [SDM3 4.4]     31 30 29     21 20     12 11      0
 *                         |PDPT| PD index| PT index| offset |      entries of 8 bytes
 *
 *   long   [SDM3 4.5]     47  39 38  30 29     21 20     12 11      0
 *                         |PML4 | PDPT | PD index| PT index| offset |   entries of 8 bytes
 */
#ifndef PAGETABLE_FORMAT_H
#define PAGETABLE_FORMAT_H

#include "baton.h"

#define PT_LEVELS_MAX 4

/* Bits of an entry. [SDM3 table 4-5, 4-6, 4-10, 4-11] */
#define PTE_PRESENT 0x001u
#define PTE_WRITE 0x002u
#define PTE_USER 0x004u
#define PTE_WRITE_THROUGH 0x008u
#define PTE_NO_CACHE 0x010u
#define PTE_ACCESSED 0x020u
#define PTE_DIRTY 0x040u    /* where the entry maps a page */
#define PTE_LARGE 0x080u    /* above the last level: this entry maps a large page */
#define PTE_GLOBAL 0x100u   /* where the entry maps a page */
#define PTE_NX (1ull << 63) /* PAE and long mode, with EFER.NXE */

struct pt_level {
    const char *name;    /* "PML4", "PDPT", "PD", "PT" */
    uint8_t shift;       /* an entry covers 1 << shift bytes of address */
    uint8_t index_bits;  /* entries: 1 << index_bits */
    bool large;          /* an entry may map a page of that size itself */
    uint64_t table_bits; /* the flag bits of an entry that points to a table */
    uint64_t allowed;    /* every bit that such an entry may have set; the rest are reserved */
};

struct pt_format {
    const char *name; /* "legacy", "PAE", "long mode" */
    uint8_t levels;
    uint8_t entry_size;                   /* bytes */
    uint64_t address_bits;                /* the physical address in an entry */
    struct pt_level level[PT_LEVELS_MAX]; /* from the root down */
};

extern const struct pt_format pt_legacy;
extern const struct pt_format pt_pae;
extern const struct pt_format pt_long;

/* The row of a kind, enum baton_table_kind; NULL: there is no such kind. */
const struct pt_format *pt_format_of(uint32_t kind);

/* The bytes that an entry of this level covers. */
static inline uint64_t pt_span(const struct pt_format *format, unsigned level)
{
    return 1ull << format->level[level].shift;
}

/* Which entry of its level covers va. */
static inline unsigned pt_index(const struct pt_format *format, unsigned level, uint64_t va)
{
    const struct pt_level *l = &format->level[level];

    return (unsigned)(va >> l->shift) & ((1u << l->index_bits) - 1);
}

/* Does this entry, if it is present, map a page itself rather than point to a table? */
static inline bool pt_is_leaf(const struct pt_format *format, unsigned level, uint64_t entry)
{
    return level == format->levels - 1u || (format->level[level].large && (entry & PTE_LARGE));
}

#endif
