/* Masks the interrupt controllers. */
#include "kernel/machine/quiet.h"

#include "kernel/machine/cpu.h"

enum { PIC1_DATA = 0x21, PIC2_DATA = 0xa1, PIC_ALL = 0xff };

void devices_quiet(void)
{
    out8(PIC1_DATA, PIC_ALL);
    out8(PIC2_DATA, PIC_ALL);
}
