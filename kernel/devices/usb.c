/* Asks the firmware, in system management mode, to give up a USB controller. */
#include "kernel/devices/usb.h"

#define PATIENCE 1000 /* milliseconds */

/* The class with its programming interface. */
enum { CLASS_UHCI = 0x0c0300, CLASS_OHCI = 0x0c0310, CLASS_EHCI = 0x0c0320, CLASS_XHCI = 0x0c0330 };

/* UHCI: a register of the configuration space. Its status bits are cleared by ones. [UHCI 5.2.1] */
enum {
    UHCI_LEGACY = 0xc0,
    UHCI_SMI_ENABLES = 0x00bf,
    UHCI_STATUS = 0x8f00,
    UHCI_INTERRUPT = 0x2000, /* routed to the PIC: stays as it is */
};

/* OHCI: registers in memory. [OHCI 7.1] */
enum {
    OHCI_CONTROL = 0x04,
    OHCI_CONTROL_FIRMWARE = 1 << 8, /* InterruptRouting: to the firmware */
    OHCI_COMMAND = 0x08,
    OHCI_COMMAND_CHANGE = 1 << 3, /* OwnershipChangeRequest */
};

/* EHCI and xHCI: a list of capabilities, one of which is for this; EHCI's is in the configuration
 * space, xHCI's in memory, in units of 4 bytes. [EHCI 2.1.7, 2.2.4; xHCI 7.1] */
enum {
    EHCI_PARAMETERS = 0x08,
    XHCI_PARAMETERS = 0x10,
    CAPABILITY_LEGACY = 1,
    CAPABILITIES_MAX = 64, /* a list that is a loop ends */
    EHCI_CAPABILITY_MIN = 0x40,
    LEGACY_CONTROL = 4, /* the next register: SMI enables and status */
};
#define LEGACY_FIRMWARE (1u << 16)
#define LEGACY_SYSTEM (1u << 24)
#define LEGACY_STATUS 0xe0000000u     /* cleared by ones */
#define XHCI_CONTROL_KEEP 0x000e1feeu /* reserved bits, to be written as read */

#define BAR_IO 0x1u
#define BAR_64 0x4u
#define BAR_ADDRESS 0xfffffff0u

/* A register of the configuration space, or one in memory. */
struct place {
    const struct pci_access *access;
    bool in_memory;
    uint32_t at;
};

static uint32_t get(struct place p)
{
    return p.in_memory ? p.access->peek(p.at) : p.access->read(p.at);
}

static void set(struct place p, uint32_t value)
{
    if (p.in_memory)
        p.access->poke(p.at, value);
    else
        p.access->write(p.at, value);
}

static struct place beside(struct place p, uint32_t offset)
{
    p.at += offset;
    return p;
}

static bool becomes_clear(struct place p, uint32_t bit)
{
    for (uint32_t i = 0; i < PATIENCE; i++) {
        if (!(get(p) & bit))
            return true;
        p.access->wait();
    }
    return !(get(p) & bit);
}

/* The registers in memory; at 0: they are not there, not switched on, or above 4 GiB. */
static struct place registers(const struct pci_access *a, const struct pci_function *f)
{
    uint32_t bar = a->read(f->at | PCI_BAR0);
    struct place p = {a, true, bar & BAR_ADDRESS};

    if (bar & BAR_IO || !(a->read(f->at | PCI_COMMAND) & PCI_COMMAND_MEMORY) ||
        (bar & BAR_64 && a->read(f->at | (PCI_BAR0 + 4))))
        p.at = 0;
    return p;
}

static enum usb_owner take_uhci(const struct pci_access *a, const struct pci_function *f)
{
    uint32_t value = a->read(f->at | UHCI_LEGACY);

    if (!(value & UHCI_SMI_ENABLES))
        return USB_FREE;
    a->write(f->at | UHCI_LEGACY, (value & UHCI_INTERRUPT) | UHCI_STATUS);
    return USB_TAKEN;
}

static enum usb_owner take_ohci(const struct pci_access *a, const struct pci_function *f)
{
    struct place p = registers(a, f), control = beside(p, OHCI_CONTROL);

    if (!p.at || !(get(control) & OHCI_CONTROL_FIRMWARE))
        return USB_FREE;
    set(beside(p, OHCI_COMMAND), OHCI_COMMAND_CHANGE);
    if (becomes_clear(control, OHCI_CONTROL_FIRMWARE))
        return USB_TAKEN;
    set(control, get(control) & ~(uint32_t)OHCI_CONTROL_FIRMWARE);
    return USB_STUCK;
}

/* `legacy` is the capability. Behind it, all SMIs are switched off. */
static enum usb_owner take_legacy(struct place legacy, uint32_t keep)
{
    struct place control = beside(legacy, LEGACY_CONTROL);
    enum usb_owner owner = USB_TAKEN;

    if (!(get(legacy) & LEGACY_FIRMWARE))
        return USB_FREE;
    set(legacy, get(legacy) | LEGACY_SYSTEM);
    if (!becomes_clear(legacy, LEGACY_FIRMWARE)) {
        set(legacy, (get(legacy) & ~LEGACY_FIRMWARE) | LEGACY_SYSTEM);
        owner = USB_STUCK;
    }
    set(control, (get(control) & keep) | LEGACY_STATUS);
    return owner;
}

static enum usb_owner take_ehci(const struct pci_access *a, const struct pci_function *f)
{
    struct place p = registers(a, f);
    uint32_t next = p.at ? get(beside(p, EHCI_PARAMETERS)) >> 8 & 0xfc : 0, value;

    for (uint32_t i = 0; i < CAPABILITIES_MAX && next >= EHCI_CAPABILITY_MIN; i++) {
        value = a->read(f->at | next);
        if ((value & 0xff) == CAPABILITY_LEGACY)
            return take_legacy((struct place){a, false, f->at | next}, 0);
        next = value >> 8 & 0xfc;
    }
    return USB_FREE;
}

static enum usb_owner take_xhci(const struct pci_access *a, const struct pci_function *f)
{
    struct place p = registers(a, f);
    uint32_t step = p.at ? get(beside(p, XHCI_PARAMETERS)) >> 16 : 0, value;

    for (uint32_t i = 0; i < CAPABILITIES_MAX && step; i++) {
        if (p.at > UINT32_MAX - 4 * step - LEGACY_CONTROL)
            break;
        p.at += 4 * step;
        value = get(p);
        if ((value & 0xff) == CAPABILITY_LEGACY)
            return take_legacy(p, XHCI_CONTROL_KEEP);
        step = value >> 8 & 0xff;
    }
    return USB_FREE;
}

enum usb_owner usb_take(const struct pci_access *access, const struct pci_function *f)
{
    switch (f->class) {
    case CLASS_UHCI:
        return take_uhci(access, f);
    case CLASS_OHCI:
        return take_ohci(access, f);
    case CLASS_EHCI:
        return take_ehci(access, f);
    case CLASS_XHCI:
        return take_xhci(access, f);
    default:
        return USB_FREE;
    }
}
