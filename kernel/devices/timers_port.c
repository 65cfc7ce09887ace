/* The real-time clock through the ports 0x70 and 0x71, the HPET through a window. [ICH: RTC] */
#include "kernel/devices/timers_port.h"

#include "kernel/machine/cpu.h"
#include "kernel/machine/window.h"

/* Bit 7 of the index holds back NMIs; it stays clear. */
enum { PORT_INDEX = 0x70, PORT_DATA = 0x71 };

static uint8_t clock(uint8_t index)
{
    out8(PORT_INDEX, index);
    return in8(PORT_DATA);
}

static uint32_t peek(uint64_t pa)
{
    return *(volatile uint32_t *)window_map(BATON_WINDOW_WORK, pa);
}

const struct timers_access timers_machine = {clock, peek};
