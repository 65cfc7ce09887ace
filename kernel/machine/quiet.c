/* Masks the interrupt controllers, and ends what they have in service. */
#include "kernel/machine/quiet.h"

#include "kernel/machine/cpu.h"

/* The 8259A's ports and command words. [8259A datasheet: OCW1, OCW2, OCW3] */
enum {
    PIC1_COMMAND = 0x20,
    PIC1_DATA = 0x21,
    PIC2_COMMAND = 0xa0,
    PIC2_DATA = 0xa1,
    PIC_ALL = 0xff,
    PIC_READ_SERVICE = 0x0b, /* the next read gives the interrupts in service */
    PIC_END = 0x20,          /* ends the one of the highest priority */
    PIC_LINES = 8,
};

/* An interrupt left in service would hold back all below it. A port without a PIC reads as all ones,
 * whatever is written. */
static void end_all(uint16_t command)
{
    out8(command, PIC_READ_SERVICE);
    for (unsigned i = 0; i < PIC_LINES && in8(command); i++)
        out8(command, PIC_END);
}

void devices_save(struct devices *devices)
{
    devices->masked[0] = in8(PIC1_DATA);
    devices->masked[1] = in8(PIC2_DATA);
}

void devices_restore(const struct devices *devices)
{
    out8(PIC1_DATA, devices->masked[0]);
    out8(PIC2_DATA, devices->masked[1]);
}

void devices_quiet(void)
{
    out8(PIC1_DATA, PIC_ALL);
    out8(PIC2_DATA, PIC_ALL);
    end_all(PIC2_COMMAND);
    end_all(PIC1_COMMAND);
}
