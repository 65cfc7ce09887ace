/* Where the user program begins. */
#ifndef KERNEL_USER_PROGRAM_H
#define KERNEL_USER_PROGRAM_H

#include <stdint.h>

/* In ring 3. It reads at `address`, which it may not. */
void user_start(const volatile uint32_t *address) __attribute__((noreturn));

#endif
