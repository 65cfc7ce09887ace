/*
 * Finds the firmware's SMBIOS tables: on UEFI by the system table's list, on a BIOS by a search of
 * its segment. [SMBIOS 5.2]
 */
#ifndef BOOT_SMBIOS_H
#define BOOT_SMBIOS_H

#include "boot/bootinfo.h"

/* On UEFI the readers call it, because the list is not kept. On a BIOS nothing changes, and the search
 * takes a while: who needs the tables calls it.
 *
 * Fills info->smbios, if there is an entry point with right checksums, and its tables lie in memory of
 * the firmware and have at most SMBIOS_MOST bytes. info->efi and the memory map must be known. */
void smbios_find(struct boot_info *info, boot_reader *read);

#define SMBIOS_MOST 0x10000u /* more than any PC has */

#endif
