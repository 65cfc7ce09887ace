/* Which memory is the firmware's, by the loader's memory map; and its structures' checksums. */
#ifndef BOOT_FIRMWARE_H
#define BOOT_FIRMWARE_H

#include "boot/bootinfo.h"

#define FIRMWARE_BIOS_START 0xe0000u
#define FIRMWARE_BIOS_END 0x100000u

/* Has the firmware kept these bytes for itself? Nobody overwrites them then, and reading them is
 * harmless. The BIOS area is never RAM to a kernel, even if the map does not name it. */
bool firmware_has(const struct boot_info *info, uint64_t pa, uint64_t n);

/* Is the sum of these bytes 0? One of a whole structure's bytes makes it so. [ACPI 5.2.5.3,
 * SMBIOS 5.2.1] */
bool firmware_is_whole(const uint8_t *bytes, uint32_t n);

#endif
