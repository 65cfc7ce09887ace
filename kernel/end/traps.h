/* Exceptions of the old kernel: each is reported with the registers, and ends in stop(). */
#ifndef KERNEL_END_TRAPS_H
#define KERNEL_END_TRAPS_H

#define TRAP_VECTORS 32
#define TRAP_DOUBLE_FAULT 8
#define TRAP_PAGE_FAULT 14
#define TRAP_MACHINE_CHECK 18

#ifndef __ASSEMBLER__
#include <stdint.h>

/* The stack frame that traps.S builds. Of a segment register only the low half counts: the CPU may
 * leave the other one as it was [SDM2 PUSH]. */
struct trap_frame {
    uint32_t edi, esi, ebp, esp_unused, ebx, edx, ecx, eax;
    uint32_t gs, fs, es, ds, vector, error;
    uint32_t eip, cs, eflags;
    uint32_t user_esp, user_ss; /* only from ring 3; else what was on the stack before */
};

/* Fills the IDT and loads it. The tasks are those of tss.h. */
void traps_start(void);
#endif

#endif
