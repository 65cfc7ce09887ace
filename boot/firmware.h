/* Which memory is the firmware's, by the loader's memory map. */
#ifndef BOOT_FIRMWARE_H
#define BOOT_FIRMWARE_H

#include "boot/bootinfo.h"

#define FIRMWARE_BIOS_START 0xe0000u
#define FIRMWARE_BIOS_END 0x100000u

/* Has the firmware kept these bytes for itself? Nobody overwrites them then, and reading them is
 * harmless. The BIOS area is never RAM to a kernel, even if the map does not name it. */
bool firmware_has(const struct boot_info *info, uint64_t pa, uint64_t n);

#endif
