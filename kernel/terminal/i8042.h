/*
 * The PS/2 keyboard controller: is there one? Pure: the caller provides the access to the ports.
 */
#ifndef KERNEL_TERMINAL_I8042_H
#define KERNEL_TERMINAL_I8042_H

#include <stdbool.h>
#include <stdint.h>

/* [8042] */
enum { I8042_DATA = 0x60, I8042_STATUS = 0x64, I8042_COMMAND = 0x64 };
enum {
    I8042_FULL = 0x01,  /* a byte is ready to be read */
    I8042_BUSY = 0x02,  /* it has not taken the last byte written */
    I8042_MOUSE = 0x20, /* the byte is the mouse's */
    I8042_NOBODY = 0xff /* read from a port without a device */
};
enum { I8042_READ_CONFIGURATION = 0x20 };

/* Reads of the status, 0.3 to 1 us each, in which a controller answers: many times what it takes. */
#define I8042_PATIENCE 0x40000

struct i8042_io {
    uint8_t (*in)(uint16_t port);
    void (*out)(uint16_t port, uint8_t value);
};

/* Asks for its configuration byte, which changes nothing: a self-test would reset the controller. If
 * a key is ready already, that is the answer, and it is not read. */
bool i8042_present(const struct i8042_io *io);

#endif
