/* Exceptions of the old kernel: every one is told, with registers, and ends in stop(). */
#ifndef KERNEL_TRAPS_H
#define KERNEL_TRAPS_H

#define TRAP_VECTORS 32
#define TRAP_DOUBLE_FAULT 8
#define TRAP_PAGE_FAULT 14
#define TRAP_MACHINE_CHECK 18
#define TSS_CR3 0x1c /* [SDM3 figure 7-2] */

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

/* CR3 will change, without a change of CR4.PAE: the double fault's task needs the new one. (With one it
 * is paging_switch that sets it, in boot/entry.S.) */
void traps_root(uint32_t root);
#endif

#endif
