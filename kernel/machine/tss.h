/*
 * The old kernel's two tasks: the main one, and one for double faults. A double fault has its own
 * task and stack, because a broken stack may be its cause. [SDM3 6.15]
 */
#ifndef KERNEL_MACHINE_TSS_H
#define KERNEL_MACHINE_TSS_H

#include "i386.h"

/* The GDT, with the selectors of layout.h. It is writable: the CPU sets the busy bit of a task. */
extern uint64_t boot_gdt[];

/* Where the CPU saves the registers of the task that a double fault interrupts. */
extern struct i386_tss main_tss;

/* Fills both TSSes and their descriptors and loads the task register. `entry`: the first
 * instruction of the double-fault task; the error code is on its stack. */
void tss_start(void (*entry)(void));

/* Where the CPU's stack begins when it comes from ring 3. [SDM3 6.12.1] */
void tss_inner_stack(uint32_t esp);

/* Call this before CR3 changes while CR4.PAE stays: the double-fault task gets the new root. (If
 * CR4.PAE changes, paging_switch in boot/entry.S sets the root.) */
void tss_root(uint32_t root);

#endif
