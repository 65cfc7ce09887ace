/* Features by CPUID, where there is a CPUID. [SDM2 CPUID] */
#include "kernel/cpu.h"

#include "kernel/readonly.h"

struct cpu cpu READ_ONLY;

#define EFLAGS_ID (1u << 21)
#define EXTENDED 0x80000000u

enum {
    EDX_VME = 1 << 1,
    EDX_DE = 1 << 2,
    EDX_PSE = 1 << 3,
    EDX_TSC = 1 << 4,
    EDX_PAE = 1 << 6,
    EDX_MCE = 1 << 7,
    EDX_PGE = 1 << 13,
    EDX_MCA = 1 << 14,
    EDX_FXSR = 1 << 24,
    EDX_SSE = 1 << 25
};
enum { EXT_EDX_SYSCALL = 1 << 11, EXT_EDX_NX = 1 << 20, EXT_EDX_LM = 1 << 29 };

/* The flag can be changed only where there is a CPUID instruction. */
static bool has_cpuid(void)
{
    uint32_t before, after;

    __asm__ volatile("pushfl; popl %0; movl %0, %1; xorl %2, %1; pushl %1; popfl;"
                     "pushfl; popl %1; pushl %0; popfl"
                     : "=&r"(before), "=&r"(after)
                     : "i"(EFLAGS_ID)
                     : "cc");
    return (before ^ after) & EFLAGS_ID;
}

static uint32_t cpuid(uint32_t leaf, uint32_t *edx)
{
    uint32_t eax = leaf, ebx, ecx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(*edx));
    return eax;
}

void cpu_detect(void)
{
    uint32_t edx, highest;

    if (!has_cpuid())
        return;
    cpuid(1, &edx);
    cpu.pse = edx & EDX_PSE;
    cpu.pae = edx & EDX_PAE;
    cpu.pge = edx & EDX_PGE;
    cpu.mce = edx & EDX_MCE;
    cpu.mca = edx & EDX_MCA;
    cpu.sse = edx & EDX_SSE;
    cpu.tsc = edx & EDX_TSC;
    /* each of these brings a bit of CR4 */
    cpu.cr4 = edx & (EDX_VME | EDX_DE | EDX_PSE | EDX_TSC | EDX_PAE | EDX_MCE | EDX_PGE | EDX_FXSR |
                     EDX_SSE);

    highest = cpuid(EXTENDED, &edx);
    if (highest <= EXTENDED || highest > EXTENDED + 0xffff)
        return;
    cpuid(EXTENDED + 1, &edx);
    cpu.nx = edx & EXT_EDX_NX;
    cpu.long_mode = edx & EXT_EDX_LM;
    cpu.efer = edx & (EXT_EDX_SYSCALL | EXT_EDX_NX | EXT_EDX_LM);
}
