/* No device interrupts during the hand-off. */
#ifndef KERNEL_DEVICES_QUIET_H
#define KERNEL_DEVICES_QUIET_H

#include <stdint.h>

/* What devices_quiet() changes: for a payload that returns, or that calls the BIOS. */
struct devices {
    uint8_t masked[2]; /* the PICs' masks */
};

void devices_save(struct devices *devices);
void devices_restore(const struct devices *devices);

/*
 * Masks both PICs, and ends the interrupts that they have in service. The APICs stay as the firmware
 * left them: Baton never uses them, and if the next kernel uses the PIC, it needs the virtual wire mode
 * of the local APIC. It needs nothing but registers and the stack, so a crash calls it, too.
 */
void devices_quiet(void);

#endif
