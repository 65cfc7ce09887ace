/*
 * The old kernel's two tasks: the main one, and one for double faults. A double fault has a task and a
 * stack of its own, since its cause may be the stack. [SDM3 6.15]
 */
#ifndef KERNEL_MACHINE_TSS_H
#define KERNEL_MACHINE_TSS_H

#include "i386.h"

/* The GDT, with the selectors of layout.h. The CPU writes to it: busy tasks. */
extern uint64_t boot_gdt[];

/* Where the CPU saves the registers of the task that a double fault interrupts. */
extern struct i386_tss main_tss;

/* Fills both TSSes and their descriptors and loads the task register. `entry`: the double fault's first
 * instruction, which finds the error code on its stack. */
void tss_start(void (*entry)(void));

/* CR3 will change, without a change of CR4.PAE: the double fault's task gets the new root. (With such
 * a change, paging_switch in boot/entry.S sets it.) */
void tss_root(uint32_t root);

#endif
