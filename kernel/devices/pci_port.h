/* This machine's PCI, through configuration mechanism 1. [PCI 3.0 3.2.2.3.2] */
#ifndef KERNEL_DEVICES_PCI_PORT_H
#define KERNEL_DEVICES_PCI_PORT_H

#include "kernel/devices/pci.h"

/* NULL: this machine has no PCI. */
const struct pci_access *pci_machine(void);

#endif
