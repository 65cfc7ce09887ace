/* Detects features by CPUID, on CPUs that have it. [SDM2 CPUID] */
#include "kernel/machine/cpu.h"

#include "kernel/machine/readonly.h"

struct cpu cpu READ_ONLY;

/* EFLAGS.ID can be changed only on a CPU that has the CPUID instruction. */
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
    cpu.pse = edx & CPUID_PSE;
    cpu.pae = edx & CPUID_PAE;
    cpu.pge = edx & CPUID_PGE;
    cpu.mce = edx & CPUID_MCE;
    cpu.mca = edx & CPUID_MCA;
    cpu.sse = edx & CPUID_SSE;
    cpu.tsc = edx & CPUID_TSC;
    cpu.cr4 = edx & CPUID_HAS_CR4;

    highest = cpuid(CPUID_EXTENDED, &edx);
    if (highest <= CPUID_EXTENDED || highest > CPUID_EXTENDED_MAX)
        return;
    cpuid(CPUID_EXTENDED + 1, &edx);
    cpu.nx = edx & CPUID_NX;
    cpu.long_mode = edx & CPUID_LM;
    cpu.efer = edx & CPUID_HAS_EFER;
}
