/* Reads the keyboard and the serial line, and waits by a timer. */
#include "kernel/terminal/input.h"

#include "kernel/console/serial.h"
#include "kernel/devices/watchdog.h"
#include "kernel/machine/cpu.h"
#include "kernel/terminal/i8042.h"
#include "kernel/terminal/portb.h"

/* [8254] */
enum {
    PIT_CHANNEL_2 = 0x42,
    PIT_COMMAND = 0x43,
    PIT_ONE_SHOT_2 = 0xb0 /* channel 2, both bytes, mode 0: the output goes high at the end */
};
#define PIT_HZ 1193182u
#define TICKS (PIT_HZ / 20) /* a twentieth of a second: fits 16 bits */
#define PATIENCE 4000000 /* reads of a port, 0.1 to 1 us each; after them: the PIT does not work */

static struct keys_terminal terminal;
static struct keys_keyboard keyboard;

static int poll_serial(void)
{
    int byte = serial_read();

    return byte < 0 ? KEY_NONE : keys_terminal(&terminal, (uint8_t)byte);
}

static int poll_keyboard(void)
{
    uint8_t status = in8(I8042_STATUS);

    if (status == I8042_NOBODY || !(status & I8042_FULL))
        return KEY_NONE;
    uint8_t byte = in8(I8042_DATA);
    return status & I8042_MOUSE ? KEY_NONE : keys_keyboard(&keyboard, byte);
}

static uint8_t port_in(uint16_t port)
{
    return in8(port);
}

static void port_out(uint16_t port, uint8_t value)
{
    out8(port, value);
}

bool input_has_keyboard(void)
{
    static const struct i8042_io io = {port_in, port_out};

    return i8042_present(&io);
}

int input_poll(void)
{
    int key = poll_serial();

    watchdog_feed();
    return key ? key : poll_keyboard();
}

int input_key(void)
{
    int key;

    while (!(key = input_poll()))
        __asm__ volatile("rep; nop"); /* PAUSE, a NOP to older CPUs */
    return key;
}

/* Starts the one-shot timer: its output goes low now, and high when the time is over. */
static void start_timer(uint8_t port_b)
{
    out8(PORT_B, portb_counting(port_b));
    out8(PIT_COMMAND, PIT_ONE_SHOT_2);
    out8(PIT_CHANNEL_2, (uint8_t)TICKS);
    out8(PIT_CHANNEL_2, (uint8_t)(TICKS >> 8));
}

int input_wait(uint32_t tenths)
{
    uint8_t port_b = in8(PORT_B);
    int key = KEY_NONE;

    for (uint32_t i = 0; i < 2 * tenths && !key; i++) {
        uint32_t patience = PATIENCE;

        start_timer(port_b);
        while (!(in8(PORT_B) & PORT_B_OUTPUT) && !key && --patience)
            key = input_poll();
        if (!patience)
            break;
    }
    if (!key && terminal.state == TERMINAL_ESCAPE) { /* the Escape key: no sequence follows */
        terminal.state = TERMINAL_PLAIN;
        key = KEY_ESCAPE;
    }
    out8(PORT_B, portb_as_read(port_b));
    return key;
}
