/* PCI through the ports 0xcf8 and 0xcfc. */
#include "kernel/devices/pci_port.h"

#include "kernel/machine/cpu.h"
#include "kernel/machine/window.h"

enum { PORT_ADDRESS = 0xcf8, PORT_DATA = 0xcfc };

#define ADDRESS_ENABLE 0x80000000u
#define PORT_DELAY 0x80 /* a read of it takes about a microsecond */
#define DELAYS_PER_MS 1000u

static uint32_t read(uint32_t at)
{
    out32(PORT_ADDRESS, ADDRESS_ENABLE | at);
    return in32(PORT_DATA);
}

static void write(uint32_t at, uint32_t value)
{
    out32(PORT_ADDRESS, ADDRESS_ENABLE | at);
    out32(PORT_DATA, value);
}

static uint32_t peek(uint64_t pa)
{
    return *(volatile uint32_t *)window_map(BATON_WINDOW_WORK, pa);
}

static void poke(uint64_t pa, uint32_t value)
{
    *(volatile uint32_t *)window_map(BATON_WINDOW_WORK, pa) = value;
}

static void wait(void)
{
    for (uint32_t i = 0; i < DELAYS_PER_MS; i++)
        in8(PORT_DELAY);
}

const struct pci_access *pci_machine(void)
{
    static const struct pci_access ports = {read, write, peek, poke, wait};

    out32(PORT_ADDRESS, ADDRESS_ENABLE);
    return in32(PORT_ADDRESS) == ADDRESS_ENABLE ? &ports : NULL;
}
