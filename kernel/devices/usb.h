/* Who drives a USB controller: the firmware, for its USB keyboard, or the next kernel. */
#ifndef KERNEL_DEVICES_USB_H
#define KERNEL_DEVICES_USB_H

#include "kernel/devices/pci.h"

enum usb_owner {
    USB_FREE,  /* no USB controller, or the firmware does not drive it */
    USB_TAKEN, /* the firmware has given it up */
    USB_STUCK, /* it has not, within a second; then it was told again without a wait */
};

/* Takes the controller from the firmware: UHCI, OHCI, EHCI and xHCI each have a way to ask for that. A
 * keyboard on it is then silent until a kernel drives it. */
enum usb_owner usb_take(const struct pci_access *access, const struct pci_function *f);

#endif
