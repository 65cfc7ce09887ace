/*
 * Port B of the PC AT, at 0x61. The one-shot of the PIT's channel 2 takes one bit of it; the others
 * are somebody else's, and two of them let NMIs through. [ICH: NMI_SC]
 *
 *    7      6      5      4       3        2        1        0
 *   SERR# IOCHK# output refresh IOCHK#   SERR#    speaker  gate
 *   pending      (read only)    NMI off  NMI off
 */
#ifndef KERNEL_SHELL_PORTB_H
#define KERNEL_SHELL_PORTB_H

#include <stdint.h>

enum {
    PORT_B = 0x61,
    PORT_B_GATE = 0x01,
    PORT_B_SPEAKER = 0x02,
    PORT_B_NMI_OFF = 0x0c, /* a 0 lets the NMIs of SERR# and IOCHK# through */
    PORT_B_OUTPUT = 0x20
};

/* What to write so that it is again as it was read: the upper bits have to be 0. */
static inline uint8_t portb_as_read(uint8_t read)
{
    return read & (PORT_B_NMI_OFF | PORT_B_SPEAKER | PORT_B_GATE);
}

/* What to write so that channel 2 counts, in silence; all else as it was read. */
static inline uint8_t portb_counting(uint8_t read)
{
    return (uint8_t)((portb_as_read(read) & ~PORT_B_SPEAKER) | PORT_B_GATE);
}

#endif
