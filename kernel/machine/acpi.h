/* Switching the machine off, as its firmware says. [ACPI 6.5: 4.8.3, 5.2, 7.4.2] */
#ifndef KERNEL_MACHINE_ACPI_H
#define KERNEL_MACHINE_ACPI_H

/* Does not return if it succeeds; else why it could not be done. */
const char *acpi_poweroff(void);

#endif
