/* Masks the interrupt controllers, and ends what they have in service. */
#include "kernel/devices/quiet.h"

#include "kernel/devices/pic.h"
#include "kernel/machine/cpu.h"

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
