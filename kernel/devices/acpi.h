/* What the firmware's ACPI tables describe: how to switch the machine off, and where the HPET is.
 * [ACPI 6.5: 4.8.3, 5.2, 7.4.2] */
#ifndef KERNEL_DEVICES_ACPI_H
#define KERNEL_DEVICES_ACPI_H

#include <stdint.h>

#include "baton.h"

/* rsdp: pa of the firmware's root pointer, as the boot loader's data says; 0: it is searched
 * where a BIOS puts it. Does not return on success; else returns the reason for the failure. */
const char *acpi_poweroff(uint64_t rsdp);

/* A copy of the root pointer, for the next kernel; known as above. Left as it is: there is none. */
void acpi_copy_root(uint64_t known, uint8_t copy[BATON_RSDP_SIZE]);

/* pa of the HPET's registers; 0: there is none below 4 GiB. [HPET 3.2.4] */
uint64_t acpi_hpet(uint64_t rsdp);

#endif
