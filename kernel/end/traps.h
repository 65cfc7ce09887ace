/* Exceptions of the old kernel: every one is told, with registers, and ends in stop(). */
#ifndef KERNEL_END_TRAPS_H
#define KERNEL_END_TRAPS_H

#define TRAP_VECTORS 32
#define TRAP_DOUBLE_FAULT 8
#define TRAP_PAGE_FAULT 14
#define TRAP_MACHINE_CHECK 18

#ifndef __ASSEMBLER__
#include <stdint.h>

/* What traps.S leaves on the stack. */
struct trap_frame {
    uint32_t edi, esi, ebp, esp_unused, ebx, edx, ecx, eax;
    uint32_t ds, vector, error;
    uint32_t eip, cs, eflags;
};

/* Fills the IDT, with the tasks of tss.h, and loads it. */
void traps_start(void);
#endif

#endif
