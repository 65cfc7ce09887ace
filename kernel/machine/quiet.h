/* Devices quiet before the hand-off. */
#ifndef KERNEL_MACHINE_QUIET_H
#define KERNEL_MACHINE_QUIET_H

/* Masks both PICs. The APICs stay as the firmware left them: Baton never switched them on, and
 * a next kernel that uses the PIC needs the local APIC's virtual wire. */
void devices_quiet(void);

#endif
