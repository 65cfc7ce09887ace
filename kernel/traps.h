/* Exceptions of the old kernel: every one is told, with registers, and ends in stop(). */
#ifndef KERNEL_TRAPS_H
#define KERNEL_TRAPS_H

#define TRAP_VECTORS 32
#define TRAP_DOUBLE_FAULT 8

#ifndef __ASSEMBLER__
#include <stdint.h>

/* What traps.S leaves on the stack. */
struct trap_frame {
    uint32_t edi, esi, ebp, esp_unused, ebx, edx, ecx, eax;
    uint32_t ds, vector, error;
    uint32_t eip, cs, eflags;
};

/* Loads IDT and TSS. */
void traps_start(void);

/* CR3 has changed: the double fault's task needs the new one. */
void traps_tables_changed(void);
#endif

#endif
