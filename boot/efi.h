/*
 * What UEFI firmware left: its system table with a list of further tables, and the memory map of
 * ExitBootServices(). [UEFI 4.3, 4.6, 7.2]
 */
#ifndef BOOT_EFI_H
#define BOOT_EFI_H

#include "boot/bootinfo.h"

/* Takes the system table's address, and the map of `size` bytes at pa, in the loader's memory; or
 * notes why the map cannot be used. info->efi must have all but the map. */
void efi_take_map(struct boot_info *info, uint64_t pa, uint32_t size, uint32_t descriptor_size,
                  uint32_t descriptor_version);

/* The address that the list of tables has for this GUID; 0: none, or the list cannot be read.
 * info->efi and the loader's memory map must be known. */
uint64_t efi_find(const struct boot_info *info, boot_reader *read, const uint8_t guid[16]);

/* Fills info->efi_kept: the boot services' memory in which there are tables of the list. It is
 * usable, but Linux reads these tables before it uses it. Needs what efi_find() needs. */
void efi_find_kept(struct boot_info *info, boot_reader *read);

#endif
