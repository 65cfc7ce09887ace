/*
 * Port B of the PC AT, at 0x61. The one-shot timer of the PIT's channel 2 uses one bit of it. The
 * others have other uses; two of them enable NMIs. [ICH: NMI_SC]
 *
 *    7      6      5      4       3        2        1        0
 *   SERR# IOCHK# output refresh IOCHK#   SERR#    speaker  gate
 *   pending      (read only)    NMI off  NMI off
 */
#ifndef KERNEL_TERMINAL_PORTB_H
#define KERNEL_TERMINAL_PORTB_H

#include <stdint.h>

enum {
    PORT_B = 0x61,
    PORT_B_GATE = 0x01,
    PORT_B_SPEAKER = 0x02,
    PORT_B_NMI_OFF = 0x0c, /* a 0 enables the NMIs of SERR# and IOCHK# */
    PORT_B_OUTPUT = 0x20
};

/* The value that restores the port to the state in which it was read: the upper bits must be 0. */
static inline uint8_t portb_as_read(uint8_t read)
{
    return read & (PORT_B_NMI_OFF | PORT_B_SPEAKER | PORT_B_GATE);
}

/* The value that lets channel 2 count with the speaker off; the other bits as they were read. */
static inline uint8_t portb_counting(uint8_t read)
{
    return (uint8_t)((portb_as_read(read) & ~PORT_B_SPEAKER) | PORT_B_GATE);
}

#endif
