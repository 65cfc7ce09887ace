/* Walks the PCI buses, and stops what may write to memory. */
#include "kernel/devices/pci.h"

#include "kernel/devices/usb.h"
#include "lib/text.h"

#define BUSES 256
#define DEVICES 32
#define FUNCTIONS 8

struct walk {
    const struct pci_access *access;
    bool (*visit)(void *ctx, const struct pci_function *f);
    void *ctx;
    uint32_t seen[BUSES / 32];
    uint8_t bus[BUSES]; /* the buses found, each once, so a loop of bridges ends */
    uint32_t buses;
};

static void add_bus(struct walk *w, uint8_t bus)
{
    uint32_t bit = 1u << bus % 32;

    if (w->seen[bus / 32] & bit)
        return;
    w->seen[bus / 32] |= bit;
    w->bus[w->buses++] = bus;
}

/* Returns the header word; PCI_NONE: there is no such function. */
static uint32_t look(struct walk *w, uint32_t at, bool *go_on)
{
    const struct pci_access *a = w->access;
    uint32_t id = a->read(at | PCI_ID), header;
    struct pci_function f;

    if (id == PCI_NONE)
        return PCI_NONE;
    header = a->read(at | PCI_HEADER);
    f = (struct pci_function){
        .at = at,
        .vendor = (uint16_t)id,
        .device = (uint16_t)(id >> 16),
        .class = a->read(at | PCI_CLASS) >> 8,
        .master = a->read(at | PCI_COMMAND) & PCI_COMMAND_MASTER,
    };
    if (PCI_HEADER_TYPE(header) == PCI_HEADER_BRIDGE)
        add_bus(w, (uint8_t)(a->read(at | PCI_BUSES) >> 8));
    *go_on = w->visit(w->ctx, &f);
    return header;
}

void pci_walk(const struct pci_access *access,
              bool (*visit)(void *ctx, const struct pci_function *f), void *ctx)
{
    struct walk w = {.access = access, .visit = visit, .ctx = ctx};
    bool go_on = true;

    add_bus(&w, 0);
    for (uint32_t b = 0; b < w.buses; b++)
        for (uint32_t device = 0; device < DEVICES; device++) {
            uint32_t header = look(&w, PCI_AT(w.bus[b], device, 0), &go_on);

            /* Without the bit the other functions are this one again. [PCI 3.0 6.2.1] */
            for (uint32_t function = 1;
                 go_on && function < FUNCTIONS && header != PCI_NONE && header & PCI_HEADER_MANY;
                 function++)
                look(&w, PCI_AT(w.bus[b], device, function), &go_on);
            if (!go_on)
                return;
        }
}

static const char *class_name(uint32_t class)
{
    static const char *const names[] = {
        "old device", "disk",   "network", "display",       "multimedia", "memory",
        "bridge",     "serial", "system",  "input",         "docking",    "processor",
        "serial bus", "radio",  "I2O",     "communication", "encryption", "signals"};
    uint32_t base = class >> 16;

    if (class >> 8 == PCI_USB)
        return "USB";
    return base < sizeof(names) / sizeof(*names) ? names[base] : "other device";
}

void pci_name(const struct pci_function *f, char name[PCI_NAME])
{
    struct text text = {name, PCI_NAME, 0};

    text_digits(&text, f->at >> 16, 2);
    text_char(&text, ':');
    text_digits(&text, f->at >> 11 & 31, 2);
    text_char(&text, '.');
    text_digits(&text, f->at >> 8 & 7, 1);
    text_char(&text, ' ');
    text_add(&text, class_name(f->class));
}

struct quiesce {
    const struct pci_access *access;
    bool stop;
    struct pci_stop *done;
};

static bool take_usb(void *ctx, const struct pci_function *f)
{
    struct quiesce *q = ctx;
    enum usb_owner owner = usb_take(q->access, f);

    q->done->taken += owner != USB_FREE;
    q->done->stuck += owner == USB_STUCK;
    return true;
}

static bool may_go_on(uint32_t class)
{
    return class >> 16 == PCI_BRIDGE || class >> 16 == PCI_DISPLAY || class >> 8 == PCI_IOMMU;
}

static bool stop_master(void *ctx, const struct pci_function *f)
{
    struct quiesce *q = ctx;

    if (!f->master || may_go_on(f->class))
        return true;
    if (q->done->masters < PCI_REPORTED)
        q->done->first[q->done->masters] = *f;
    q->done->masters++;
    if (q->stop)
        q->access->write(f->at | PCI_COMMAND, q->access->read(f->at | PCI_COMMAND) &
                                                  PCI_COMMAND_BITS & ~PCI_COMMAND_MASTER);
    return true;
}

void pci_quiesce(const struct pci_access *access, bool stop, struct pci_stop *done)
{
    struct quiesce q = {access, stop, done};

    *done = (struct pci_stop){0};
    if (stop) /* first: the firmware's driver would wait for ever for a controller that is stopped */
        pci_walk(access, take_usb, &q);
    pci_walk(access, stop_master, &q);
}
