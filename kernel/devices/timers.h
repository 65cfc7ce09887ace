/*
 * Timers whose interrupts may be on: the real-time clock and the HPET. Pure code: it reads through
 * struct timers_access, in tests a model. Nothing is written. The PIT has no such bit: its channel 0
 * always counts, and the PIC's mask holds back what it raises.
 */
#ifndef KERNEL_DEVICES_TIMERS_H
#define KERNEL_DEVICES_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

/* How the machine is reached. */
struct timers_access {
    uint8_t (*clock)(
        uint8_t index);            /* a register of the real-time clock; all ones: there is none */
    uint32_t (*peek)(uint64_t pa); /* 32 bits of a device's registers in memory, below 4 GiB */
};

/* The interrupts of the real-time clock, as bits of its register B. [MC146818A: register B] */
enum { CLOCK_UPDATE = 1 << 4, CLOCK_ALARM = 1 << 5, CLOCK_PERIODIC = 1 << 6 };

struct timers {
    bool clock;              /* there is a real-time clock, */
    uint8_t clock_on;        /* with these CLOCK_ interrupts on */
    bool hpet;               /* there is an HPET, */
    bool counts, legacy;     /* its counter runs; it stands for the PIT and the clock */
    uint32_t count;          /* its timers, */
    uint32_t first, hpet_on; /* the first whose interrupt is on, and how many these are */
};

/* hpet: pa of its registers, 0: the firmware describes none. */
void timers_read(const struct timers_access *access, uint64_t hpet, struct timers *found);

#endif
