/*
 * Variables among the read-only data: what the way out of a dead kernel believes. The live tables map
 * them read-only, so a kernel that runs wild faults where it would write to them.
 *
 * Until live_start they are written as any variable is; from then on by READ_ONLY_SET alone.
 */
#ifndef KERNEL_MACHINE_READONLY_H
#define KERNEL_MACHINE_READONLY_H

#include <stddef.h>

/* Of a variable with static storage; zero until it is set. Not const: the compiler would believe that. */
#define READ_ONLY __attribute__((section(".readonly")))

/* With CR0.WP off meanwhile. [SDM3 4.6] */
void readonly_write(void *variable, const void *value, size_t size);

#define READ_ONLY_SET(variable, value)                                                             \
    do {                                                                                           \
        __typeof__(variable) readonly_value_ = (value);                                            \
        readonly_write(&(variable), &readonly_value_, sizeof(variable));                           \
    } while (0)

#endif
