/*
 * UEFI in boot_params: efi_info, the firmware's memory map behind it, whole, and a node of setup_data
 * that names the map's place. Without UEFI all of it is zero. [LBP efi_info; UEFI 4.3, 7.2]
 */
#include "judge/efi.h"
#include "judge/judge.h"
#include "lib/console.h"

#define EL32 0x32334c45u
#define EL64 0x34364c45u
#define DESCRIPTOR_MIN 40u
#define TYPES 16u /* types of memory that the specification has */

struct efi_info { /* LBP */
    uint32_t signature, system_table, size, version, map, map_size, system_table_high, map_high;
};

struct descriptor {
    uint32_t type, padding;
    uint64_t start, virtual_start, pages, attribute;
};

/* Are all descriptors ones of memory? Bytes that something has overwritten hardly are. */
static bool is_map(const struct efi_info *efi)
{
    for (uint32_t at = 0; at < efi->map_size; at += efi->size) {
        const struct descriptor *d = (const void *)(uintptr_t)(efi->map + at);

        if (d->type >= TYPES || d->start % BATON_PAGE_SIZE != 0 || d->pages == 0 ||
            d->virtual_start != 0)
            return false;
    }
    return true;
}

void efi_check(const void *info, uint32_t map, uint32_t map_size)
{
    const struct efi_info *efi = info;
    static const struct efi_info none;
    const uint32_t *table = (const void *)(uintptr_t)efi->system_table;

    if (efi->signature != EL32 && efi->signature != EL64) {
        check_that("efi-none", __builtin_memcmp(efi, &none, sizeof none) == 0, efi->signature,
                   "EL32, EL64, or zeros");
        check("efi-no-node", map_size, 0);
        return;
    }
    check_that("efi-size", efi->size >= DESCRIPTOR_MIN && efi->map_size != 0, efi->size, "40");
    check("efi-version", efi->version, 1);
    check("efi-high", efi->system_table_high | efi->map_high, 0);
    check("efi-node", map, efi->map);
    check("efi-node-size", map_size, efi->map_size);
    check_that("efi-clear", clear_of_judge(efi->map, efi->map_size), efi->map, "outside the judge");
    check_that("efi-map", efi->size >= DESCRIPTOR_MIN && efi->map_size % efi->size == 0 &&
                   is_map(efi), efi->map_size, "descriptors of memory");
    check_that("efi-table", table[0] == 0x20494249 && table[1] == 0x54535953, table[0],
               "IBI SYST");
    say("note efi %s, %u descriptors\n", efi->signature == EL64 ? "EL64" : "EL32",
        efi->map_size / efi->size);
}
