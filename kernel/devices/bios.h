/* What the BIOS left when it started the boot loader: for a payload that calls it. */
#ifndef KERNEL_DEVICES_BIOS_H
#define KERNEL_DEVICES_BIOS_H

#include <stdbool.h>
#include <stdint.h>

/* Records it, before anything masks an interrupt. uefi: the loader says that there is UEFI, and so
 * no BIOS. Windows must be open. */
void bios_start(bool uefi);

/* The end of the memory below 640 KiB that the BIOS leaves to others; 0: there is no BIOS. */
uint32_t bios_end(void);

/* Are the vectors and the BIOS's data still as at the start? Interrupts are off all the time, so
 * the BIOS itself changes nothing. */
bool bios_is_whole(void);

/* The PICs get their masks of the start. Their vectors were never changed. */
void bios_unmask(void);

#endif
