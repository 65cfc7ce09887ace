/* The table of page-table kinds: legacy, PAE, long mode; two, three and four levels. */
#include "pagetable/format.h"

/* A table's entry is accessed from the start, so that the CPU has nothing to write there (H1). */
#define TABLE_BITS (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED)
#define TABLE_ALLOWED 0xfffu

const struct pt_format pt_legacy = {
    .name = "legacy",
    .levels = 2,
    .entry_size = 4,
    .address_bits = 0xfffff000u,
    .level =
        {
            {"PD", 22, 10, true, TABLE_BITS, 0xfffff000u | TABLE_ALLOWED},
            {"PT", 12, 10, false, 0, 0xfffff000u | TABLE_ALLOWED},
        },
};

/*
 * The four entries of a PAE root are no ordinary entries: the CPU loads them at the CR3 write,
 * and a 1 in bits 1-2, 5-8 or 63 is a #GP there. P alone is set. [SDM3 4.4.1, table 4-8]
 */
const struct pt_format pt_pae = {
    .name = "PAE",
    .levels = 3,
    .entry_size = 8,
    .address_bits = 0x000ffffffffff000ull,
    .level =
        {
            {"PDPT", 30, 2, false, PTE_PRESENT,
             0x000ffffffffff000ull | PTE_PRESENT | PTE_WRITE_THROUGH | PTE_NO_CACHE | 0xe00u},
            {"PD", 21, 9, true, TABLE_BITS, PTE_NX | 0x000ffffffffff000ull | TABLE_ALLOWED},
            {"PT", 12, 9, false, 0, PTE_NX | 0x000ffffffffff000ull | TABLE_ALLOWED},
        },
};

/* Bits 52 to 62 are ignored, unlike in PAE. A PML4's entry maps no page. [SDM3 table 4-15 to 4-20] */
#define LONG_ALLOWED (PTE_NX | 0x7ff0000000000000ull | 0x000ffffffffff000ull | TABLE_ALLOWED)

const struct pt_format pt_long = {
    .name = "long mode",
    .levels = 4,
    .entry_size = 8,
    .address_bits = 0x000ffffffffff000ull,
    .level =
        {
            {"PML4", 39, 9, false, TABLE_BITS, LONG_ALLOWED & ~(uint64_t)PTE_LARGE},
            {"PDPT", 30, 9, true, TABLE_BITS, LONG_ALLOWED},
            {"PD", 21, 9, true, TABLE_BITS, LONG_ALLOWED},
            {"PT", 12, 9, false, 0, LONG_ALLOWED},
        },
};

const struct pt_format *pt_format_of(uint32_t kind)
{
    static const struct pt_format *const rows[BATON_TABLE_KINDS] = {
        [BATON_TABLES_LEGACY] = &pt_legacy,
        [BATON_TABLES_PAE] = &pt_pae,
        [BATON_TABLES_LONG] = &pt_long,
    };

    return kind < BATON_TABLE_KINDS ? rows[kind] : NULL;
}
