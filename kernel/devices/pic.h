/* The two 8259A interrupt controllers: ports and command words. [8259A datasheet: OCW1, OCW2,
 * OCW3] */
#ifndef KERNEL_DEVICES_PIC_H
#define KERNEL_DEVICES_PIC_H

enum {
    PIC1_COMMAND = 0x20,
    PIC1_DATA = 0x21, /* the mask: read and written */
    PIC2_COMMAND = 0xa0,
    PIC2_DATA = 0xa1,
    PIC_ALL = 0xff,
    PIC_READ_SERVICE = 0x0b, /* the next read gives the interrupts in service */
    PIC_END = 0x20,          /* ends the one of the highest priority */
    PIC_LINES = 8,
};

#endif
