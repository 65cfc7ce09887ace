/* Asks the keyboard controller for a byte. */
#include "kernel/terminal/i8042.h"

/* Waits until these bits of the status have this value. */
static bool wait(const struct i8042_io *io, uint8_t mask, uint8_t value)
{
    for (uint32_t i = 0; i < I8042_PATIENCE; i++) {
        uint8_t status = io->in(I8042_STATUS);

        if (status == I8042_NOBODY)
            return false;
        if ((status & mask) == value)
            return true;
    }
    return false;
}

bool i8042_present(const struct i8042_io *io)
{
    uint8_t status = io->in(I8042_STATUS);

    if (status == I8042_NOBODY)
        return false;
    if (status & I8042_FULL)
        return true;
    if (!wait(io, I8042_BUSY, 0))
        return false;
    io->out(I8042_COMMAND, I8042_READ_CONFIGURATION);
    if (!wait(io, I8042_FULL, I8042_FULL))
        return false;
    io->in(I8042_DATA);
    return true;
}
