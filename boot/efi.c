/* Checks UEFI's memory map as far as the next kernel relies on it, and reads the list of tables. */
#include "boot/efi.h"
#include "boot/copy.h"
#include "boot/firmware.h"
#include "lib/multiboot2.h"

#define TABLES_MAX 256 /* more entries than any firmware has */
#define SIGNATURE "IBI SYST"
#define GUID_SIZE 16u

/* Offsets in the system table and in its list of configuration tables. [UEFI 4.3, 4.6] */
struct layout {
    uint8_t pointer; /* bytes */
    uint8_t count, list;
    uint8_t entry; /* bytes: a GUID and a pointer */
};

static const struct layout layout32 = {4, 64, 68, 20}, layout64 = {8, 104, 112, 24};

/* EFI_MEMORY_DESCRIPTOR, version 1. [UEFI 7.2] */
struct descriptor {
    uint32_t type, padding;
    uint64_t start, virtual_start, pages, attribute;
};

enum { TYPE_BOOT_SERVICES_CODE = 3, TYPE_BOOT_SERVICES_DATA = 4 };

static uint64_t tables[TABLES_MAX]; /* the list's addresses, for efi_find_kept() alone */

void efi_take_map(struct boot_info *info, uint64_t pa, uint32_t size, uint32_t descriptor_size,
                  uint32_t descriptor_version)
{
    const char *why = NULL;

    if (!info->efi.bits || !info->efi.system_table)
        why = "the EFI memory map has no EFI system table with it";
    else if (descriptor_size < sizeof(struct descriptor))
        why = "the EFI memory map's descriptors are shorter than 40 bytes";
    else if (!size)
        why = "the EFI memory map is empty";
    else if (size % descriptor_size)
        why = "the EFI memory map ends within a descriptor";
    if (why) {
        copy_note(info, why, MULTIBOOT2_EFI_MAP);
        return;
    }
    info->efi.map = (struct baton_file){pa, size};
    info->efi.descriptor_size = descriptor_size;
    info->efi.descriptor_version = descriptor_version;
}

static const struct layout *layout_of(const struct boot_info *info)
{
    return info->efi.bits == 64 ? &layout64 : &layout32;
}

static uint64_t number(boot_reader *read, uint64_t pa, uint32_t bytes)
{
    uint64_t value = 0;

    read(pa, &value, bytes);
    return value;
}

/* How many tables are in the list, and where it is. */
static uint32_t open_list(const struct boot_info *info, boot_reader *read, uint64_t *list)
{
    const struct layout *l = layout_of(info);
    uint64_t table = info->efi.system_table, count;
    char signature[sizeof(SIGNATURE) - 1];

    if (!info->efi.bits || !firmware_has(info, table, l->list + l->pointer))
        return 0;
    read(table, signature, sizeof(signature));
    if (__builtin_memcmp(signature, SIGNATURE, sizeof(signature)))
        return 0;
    count = number(read, table + l->count, l->pointer);
    *list = number(read, table + l->list, l->pointer);
    if (count > TABLES_MAX || !firmware_has(info, *list, count * l->entry))
        return 0;
    return (uint32_t)count;
}

uint64_t efi_find(const struct boot_info *info, boot_reader *read, const uint8_t guid[16])
{
    const struct layout *l = layout_of(info);
    uint64_t list;

    for (uint32_t count = open_list(info, read, &list); count; count--, list += l->entry) {
        uint8_t found[GUID_SIZE];

        read(list, found, sizeof(found));
        if (!__builtin_memcmp(found, guid, sizeof(found)))
            return number(read, list + sizeof(found), l->pointer);
    }
    return 0;
}

static bool has_table(uint64_t start, uint64_t end, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (tables[i] >= start && tables[i] < end)
            return true;
    return false;
}

void efi_find_kept(struct boot_info *info, boot_reader *read)
{
    const struct layout *l = layout_of(info);
    const struct baton_file *map = &info->efi.map;
    uint64_t list;
    uint32_t count = open_list(info, read, &list);

    for (uint32_t i = 0; i < count; i++)
        tables[i] = number(read, list + i * l->entry + GUID_SIZE, l->pointer);
    for (uint64_t at = map->pa; at < map->pa + map->size; at += info->efi.descriptor_size) {
        struct descriptor d;

        read(at, &d, sizeof(d));
        if ((d.type != TYPE_BOOT_SERVICES_CODE && d.type != TYPE_BOOT_SERVICES_DATA) ||
            d.start >= COPY_LIMIT || d.pages > COPY_LIMIT / BATON_PAGE_SIZE ||
            !has_table(d.start, d.start + d.pages * BATON_PAGE_SIZE, count))
            continue;
        if (info->efi_kept_count == BOOT_EFI_KEPT) {
            copy_note(info, "tables of the firmware lie in more than 32 ranges of it",
                      MULTIBOOT2_EFI_MAP);
            return;
        }
        info->efi_kept[info->efi_kept_count++] =
            (struct baton_range){d.start, d.start + d.pages * BATON_PAGE_SIZE};
    }
}
