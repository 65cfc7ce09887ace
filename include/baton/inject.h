/*
 * A fault to order, for the tests: the host writes the order into the control code page and into
 * the template. Shared by C and the trampoline. Only a library that is built with BATON_INJECT
 * (make inject) obeys it; it is not installed.
 */
#ifndef BATON_INJECT_H
#define BATON_INJECT_H

/* The order, in the control page and the template after the code: step and kind, a byte each, then
 * at which time the trampoline comes there, 16 bits. The fault comes when that step is done. */
#define CONTROL_INJECT 0x960
#define INJECT_AT_STEP 0
#define INJECT_AT_KIND 1
#define INJECT_AT_TURN 2

#define INJECT_BEFORE_CR3 3
#define INJECT_AFTER_CR3 4
#define INJECT_PHYSICAL 5
#define INJECT_UNPAGED 6
#define INJECT_LIST 1 /* no step of this number is announced: at each page of the list */
#define INJECT_ENTRY 9

#define INJECT_SELECTOR 0x1000    /* gp: a selector beyond the GDT */
#define INJECT_ADDRESS 0x12345678 /* pf, jump: what nobody maps */
#define INJECT_STACK 0x87654320   /* stack: likewise */

#endif
