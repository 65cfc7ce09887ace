/*
 * PCI functions: which there are, and which may write to memory (bus masters). [PCI 3.0 6] Pure code:
 * it reads and writes through struct pci_access, in tests a model.
 */
#ifndef KERNEL_DEVICES_PCI_H
#define KERNEL_DEVICES_PCI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place in the configuration spaces: bus, device, function, register. [PCI 3.0 3.2.2.3.2] */
#define PCI_AT(bus, device, function) ((uint32_t)(bus) << 16 | (device) << 11 | (function) << 8)

/* How the machine is reached. */
struct pci_access {
    uint32_t (*read)(uint32_t at); /* 32 bits of a configuration space; all ones: no function */
    void (*write)(uint32_t at, uint32_t value);
    uint32_t (*peek)(uint64_t pa); /* 32 bits of a device's registers in memory, below 4 GiB */
    void (*poke)(uint64_t pa, uint32_t value);
    void (*wait)(void); /* about a millisecond */
};

/* Registers of a configuration space, and their bits. [PCI 3.0 6.1, 6.2] */
enum {
    PCI_ID = 0x00,
    PCI_COMMAND = 0x04,
    PCI_CLASS = 0x08,
    PCI_HEADER = 0x0c,
    PCI_BAR0 = 0x10,
    PCI_BUSES = 0x18, /* of a bridge: the bus behind it is the second byte */
};

#define PCI_NONE 0xffffffffu
#define PCI_COMMAND_MEMORY 0x0002u
#define PCI_COMMAND_MASTER 0x0004u
#define PCI_COMMAND_BITS 0xffffu /* the other half is the status: a 0 written changes nothing */
#define PCI_HEADER_MANY 0x800000u
#define PCI_HEADER_TYPE(header) ((header) >> 16 & 0x7f)
#define PCI_HEADER_BRIDGE 1u

/* Base classes, and classes with their subclass. [PCI 3.0 appendix D; PCI Code and ID Assignment] */
enum { PCI_DISPLAY = 0x03, PCI_BRIDGE = 0x06, PCI_IOMMU = 0x0806, PCI_USB = 0x0c03 };

struct pci_function {
    uint32_t at; /* PCI_AT() */
    uint16_t vendor, device;
    uint32_t class; /* base class, subclass, programming interface: a byte each */
    bool master;    /* it may write to memory */
};

/* Calls visit for each function of bus 0 and of all buses behind bridges, each bus once. Stops when
 * visit returns false. */
void pci_walk(const struct pci_access *access,
              bool (*visit)(void *ctx, const struct pci_function *f), void *ctx);

#define PCI_NAME 24 /* bytes, NUL included */

/* Its place, and a word for its class: "00:03.0 network". */
void pci_name(const struct pci_function *f, char name[PCI_NAME]);

#define PCI_REPORTED 3

/* What was stopped, or what would have been. */
struct pci_stop {
    uint32_t masters; /* bus masters but those that may go on */
    struct pci_function first[PCI_REPORTED];
    uint32_t taken; /* USB controllers that the firmware drove */
    uint32_t stuck; /* of those, the ones that it did not give up */
};

/*
 * Takes the USB controllers from the firmware, and then takes from every function but bridges,
 * displays and IOMMUs the right to write to memory. Bridges pass on what others do, a display may
 * fetch its picture from memory, and an IOMMU its tables. stop false: only counts.
 */
void pci_quiesce(const struct pci_access *access, bool stop, struct pci_stop *done);

#endif
