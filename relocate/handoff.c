/* The point of no return. i386 only: the host tests replay the list on paper instead. */
#include "baton.h"

/* relocate/trampoline.S has the register contract. */
extern void baton_trampoline(uint32_t root, uint32_t control) __attribute__((regparm(2), noreturn));

void baton_handoff(const struct baton_image *image)
{
    baton_trampoline((uint32_t)image->tables[0], (uint32_t)image->control);
}
