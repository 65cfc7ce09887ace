/* Where the trampoline is linked on this machine: what trampoline_home() says. */
#ifndef TESTS_HOST_EXITS_H
#define TESTS_HOST_EXITS_H

#include <stdint.h>

extern uint32_t exits_trampoline_home;

#endif
