/*
 * What stands for machine code on this machine, which cannot assemble it: bytes, no two rows of which
 * are alike. They are not declared const here, for nothing else could fill them.
 */
#include <stdint.h>

#include "tests/host/paper/exits.h"

uint8_t exit_flat32[0x90], exit_long64[0x90], exit_real16[0x90];
uint8_t exit_call[0x90], call_code[0x200], trampoline_code[0x980];
uint32_t exits_trampoline_home;

uint32_t trampoline_home(void);

uint32_t trampoline_home(void)
{
    return exits_trampoline_home;
}

static void __attribute__((constructor)) fill(void)
{
    for (unsigned i = 0; i < sizeof(exit_flat32); i++) {
        exit_flat32[i] = (uint8_t)(i * 29 + i / 16 + 7);
        exit_long64[i] = (uint8_t)(i * 37 + i / 16 + 5);
        exit_real16[i] = (uint8_t)(i * 23 + i / 16 + 11);
        exit_call[i] = (uint8_t)(i * 21 + i / 16 + 5);
    }
    for (unsigned i = 0; i < sizeof(call_code); i++)
        call_code[i] = (uint8_t)(i * 41 + i / 16 + 9);
    for (unsigned i = 0; i < sizeof(trampoline_code); i++)
        trampoline_code[i] = (uint8_t)(i * 31 + i / 16 + 3);
}
