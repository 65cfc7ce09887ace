/*
 * Finds the firmware's ACPI root system description pointer (RSDP). [ACPI 5.2.5] Linux is told its
 * address, and reads it after Baton is gone: it must lie in memory that nobody overwrites.
 */
#ifndef BOOT_RSDP_H
#define BOOT_RSDP_H

#include "boot/bootinfo.h"

#define RSDP_OLD_SIZE 20 /* ACPI 1.0 */
#define RSDP_SIZE 36     /* since ACPI 2.0 */

/* Is there a root pointer in these bytes, with right checksums? */
bool rsdp_is_good(boot_reader *read, uint64_t pa, uint32_t size);

/* Where the EFI system table says that it is: the newer one if there are two. info->efi and the
 * memory map must be known. 0: there is none. */
uint64_t rsdp_from_efi(const struct boot_info *info, boot_reader *read);

/* Searches the places where a BIOS puts it, and the memory map's ACPI ranges, for the same bytes as
 * the loader's copy. 0: not found. */
uint64_t rsdp_search(const struct boot_info *info, boot_reader *read, uint64_t copy, uint32_t size);

#endif
