/*
 * Variables in the read-only data: those that the crash path relies on. The live tables map them
 * read-only, so a kernel that runs wild faults when it tries to write to them.
 *
 * Before live_start they are written like any variable; after it only by READ_ONLY_SET.
 */
#ifndef KERNEL_MACHINE_READONLY_H
#define KERNEL_MACHINE_READONLY_H

#include <stddef.h>

/* For a variable with static storage; zero until it is set. It cannot be const: the compiler
 * would then assume that it never changes. */
#define READ_ONLY __attribute__((section(".readonly")))

/* Clears CR0.WP for the write. [SDM3 4.6] */
void readonly_write(void *variable, const void *value, size_t size);

#define READ_ONLY_SET(variable, value)                                                             \
    do {                                                                                           \
        __typeof__(variable) readonly_value_ = (value);                                            \
        readonly_write(&(variable), &readonly_value_, sizeof(variable));                           \
    } while (0)

#endif
