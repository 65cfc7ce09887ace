/*
 * The memory layout, physical and virtual. Shared by C, assembly and the linker script.
 *
 *   virtual                                          physical
 *   0xffc00000  - - - - - - - - - - - - - - - -
 *   0xff810000  the table of the windows' entries    itself
 *   0xff800000  windows, a page each                 anything, one page at a time
 *               (unmapped)
 *   0xf0000000  the framebuffer, if there is one;    anywhere below 4 GiB
 *               end of the direct map at most        768 MiB
 *       :       direct map: RAM, up to its end           :
 *   0xc0100000  the kernel's image in it             1 MiB
 *   0xc0000000  direct map begins                    0
 *               (unmapped: nothing below 3 GiB, but for the user program)
 *
 * The user program (kernel/user/) is mapped by `fault user` alone, which the old kernel does not
 * survive: two pages, of ring 3.
 *
 * The boot tables also map the first 4 MiB at their own address; boot/entry.S uses them for a few
 * thousand instructions. The live tables never do.
 */
#ifndef KERNEL_MACHINE_LAYOUT_H
#define KERNEL_MACHINE_LAYOUT_H

#define KERNEL_BASE 0xc0000000
#define KERNEL_LOAD 0x00100000    /* physical */
#define KERNEL_END_MAX 0x00400000 /* physical; what the boot tables map */
#define DIRECT_MAX 0x30000000     /* physical: 768 MiB */
#define SCREEN_BASE 0xf0000000    /* the framebuffer, up to the windows */
#define WINDOW_BASE 0xff800000
#define WINDOW_TABLE (WINDOW_BASE + 0x10000) /* the table of the windows' own entries */
#define KERNEL_STACK_SIZE 0x4000
#define USER_BASE 0x08048000 /* the user program, where no other address is asked for [i386 psABI] */

/* Selectors of the kernel's own GDT; those of code, data and TSS are the same as the
 * trampoline's. */
#define SEL_CODE 0x10
#define SEL_DATA 0x18
#define SEL_TSS 0x20
#define SEL_TSS_DOUBLE_FAULT 0x28
#define SEL_ABSENT 0x30 /* not present: for the command fault */
#define SEL_USER_CODE 0x38 /* ring 3 */
#define SEL_USER_DATA 0x40
#define SEL_END 0x48 /* size of the GDT in bytes */

#endif
