/* The numbers of real.S. */
#ifndef REAL_H
#define REAL_H

#define COM1 0x3f8
#define PASSED 0x20 /* QEMU's exit status is 65 */

#define LOADED 0x2000          /* the segment that a boot sector loads the rest to */
#define BOOT_REGISTERS 0x600   /* of a boot sector, until then: behind the BIOS's data */
#define SECTORS 6              /* of the file: sector, setup */
#define SETUP 0x200            /* offset of the setup's entry in the file */
#define HEADER_END 0x23c       /* protocol 2.06 */
#define TICKS_PATIENCE 4000000 /* calls of INT 1Ah for three ticks, 165 ms */

/* The kept registers. */
#define R_EAX 0
#define R_EBX 4
#define R_ECX 8
#define R_EDX 12
#define R_ESI 16
#define R_EDI 20
#define R_EBP 24
#define R_ESP 28
#define R_FLAGS 32
#define R_CR0 36
#define R_WORDS 40 /* from here on 16 bits each */
#define R_CS 40
#define R_SS 42
#define R_DS 44
#define R_ES 46
#define R_FS 48
#define R_GS 50
#define R_IDTR 52
#define R_SIZE 58

/* Linux's header. [LBP] */
#define H_LOADER 0x210
#define H_FLAGS 0x211
#define H_INITRD 0x218
#define H_INITRD_SIZE 0x21c
#define H_HEAP_END 0x224
#define H_LINE 0x228

#endif
