/* Exceptions of the old kernel: each is reported with the registers, and ends in stop(). */
#ifndef KERNEL_END_TRAPS_H
#define KERNEL_END_TRAPS_H

#define TRAP_VECTORS 32
#define TRAP_DOUBLE_FAULT 8
#define TRAP_PAGE_FAULT 14
#define TRAP_MACHINE_CHECK 18

#ifndef __ASSEMBLER__
#include <stdint.h>

/* The stack frame that traps.S builds. */
struct trap_frame {
    uint32_t edi, esi, ebp, esp_unused, ebx, edx, ecx, eax;
    uint32_t ds, vector, error;
    uint32_t eip, cs, eflags;
};

/* Fills the IDT and loads it. The tasks are those of tss.h. */
void traps_start(void);
#endif

#endif
