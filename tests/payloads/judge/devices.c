/*
 * The machine around the CPU: A20 is enabled, the interrupt controllers mask all interrupts. This
 * is the last check, because it accesses ports.
 */
#include "judge/judge.h"
#include "lib/machine.h"

#define PIC1_MASK 0x21
#define PIC2_MASK 0xa1
#define A20 (1u << 20)

static volatile uint32_t a20_word;

/* With A20 disabled, an address is the same as that with bit 20 flipped. Writes only the judge's
 * own word. */
static bool a20_open(void)
{
    volatile uint32_t *alias = (volatile uint32_t *)((uintptr_t)&a20_word ^ A20);

    a20_word = 0x13579bdf;
    if (*alias != a20_word)
        return true;
    a20_word = ~a20_word;
    return *alias != a20_word;
}

void devices_check(void)
{
    check("a20", a20_open(), true);
    check("pic-1", inb(PIC1_MASK), 0xff);
    check("pic-2", inb(PIC2_MASK), 0xff);
}
