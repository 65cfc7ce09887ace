/* Finds the firmware's RSDP by the EFI system table, or by a search for a copy of it. */
#include "boot/rsdp.h"

#include <stddef.h>

#include "boot/efi.h"
#include "boot/firmware.h"

#define STEP_BIOS 16 /* a BIOS puts it at a multiple of this [ACPI 5.2.5.1] */
#define STEP_MAP 4   /* UEFI firmware need not: OVMF has it at 0x...14 */
#define RSDP_REVISION 15
#define RSDP_LENGTH 20
#define EBDA_SEGMENT 0x40eu /* a word in the BIOS data area */
#define EBDA_SIZE 1024u
#define SEARCH_MAX (1u << 20) /* bytes that are searched in the map's ACPI ranges */

static const uint8_t guid_acpi_new[16] = {0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11,
                                          0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81};
static const uint8_t guid_acpi_old[16] = {0x30, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11,
                                          0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d};

static bool same(const void *a, const void *b, uint32_t n)
{
    const uint8_t *x = a, *y = b;

    for (uint32_t i = 0; i < n; i++)
        if (x[i] != y[i])
            return false;
    return true;
}

bool rsdp_is_good(boot_reader *read, uint64_t pa, uint32_t size)
{
    uint8_t bytes[RSDP_SIZE];
    uint32_t length;

    read(pa, bytes, size);
    if (!same(bytes, "RSD PTR ", 8) || !firmware_is_whole(bytes, RSDP_OLD_SIZE))
        return false;
    if (size < RSDP_SIZE)
        return true;
    __builtin_memcpy(&length, &bytes[RSDP_LENGTH], sizeof(length));
    return bytes[RSDP_REVISION] >= 2 && length == RSDP_SIZE &&
           firmware_is_whole(bytes, RSDP_SIZE);
}

uint64_t rsdp_from_efi(const struct boot_info *info, boot_reader *read)
{
    uint64_t pa;

    if (!info->efi.bits)
        return 0;
    pa = efi_find(info, read, guid_acpi_new);
    if (firmware_has(info, pa, RSDP_SIZE) && rsdp_is_good(read, pa, RSDP_SIZE))
        return pa;
    pa = efi_find(info, read, guid_acpi_old);
    if (firmware_has(info, pa, RSDP_OLD_SIZE) && rsdp_is_good(read, pa, RSDP_OLD_SIZE))
        return pa;
    return 0;
}

static uint64_t search_range(boot_reader *read, uint64_t start, uint64_t end, unsigned step,
                             const uint8_t *copy, uint32_t size)
{
    uint8_t found[RSDP_SIZE];

    for (uint64_t pa = (start + step - 1) & ~(uint64_t)(step - 1); pa < end && size <= end - pa;
         pa += step) {
        read(pa, found, 8); /* most places differ here */
        if (!same(found, copy, 8))
            continue;
        read(pa, found, size);
        if (same(found, copy, size))
            return pa;
    }
    return 0;
}

uint64_t rsdp_search(const struct boot_info *info, boot_reader *read, uint64_t copy, uint32_t size)
{
    uint8_t bytes[RSDP_SIZE];
    uint16_t segment;
    uint64_t ebda, pa = 0, left = SEARCH_MAX;

    read(copy, bytes, size);
    read(EBDA_SEGMENT, &segment, sizeof(segment));
    ebda = (uint64_t)segment << 4;
    if (firmware_has(info, ebda, EBDA_SIZE))
        pa = search_range(read, ebda, ebda + EBDA_SIZE, STEP_BIOS, bytes, size);
    if (!pa && firmware_has(info, FIRMWARE_BIOS_START, FIRMWARE_BIOS_END - FIRMWARE_BIOS_START))
        pa = search_range(read, FIRMWARE_BIOS_START, FIRMWARE_BIOS_END, STEP_BIOS, bytes, size);
    for (uint32_t i = 0; i < info->given_count && !pa; i++) {
        const struct baton_memory *m = &info->given[i];
        uint64_t n = m->start < m->end ? m->end - m->start : 0;

        if (m->type != BATON_MEM_ACPI && m->type != BATON_MEM_NVS)
            continue;
        n = n < left ? n : left;
        if (firmware_has(info, m->start, n))
            pa = search_range(read, m->start, m->start + n, STEP_MAP, bytes, size);
        left -= n;
    }
    return pa;
}
