/* Detects features by CPUID, on CPUs that have it. [SDM2 CPUID] */
#include "kernel/machine/cpu.h"

#include "kernel/machine/readonly.h"
#include "lib/cpuid.h"

struct cpu cpu READ_ONLY;

void cpu_detect(void)
{
    struct cpuid id = cpuid_read();

    cpu.pse = id.features & CPUID_PSE;
    cpu.pae = id.features & CPUID_PAE;
    cpu.pge = id.features & CPUID_PGE;
    cpu.mce = id.features & CPUID_MCE;
    cpu.mca = id.features & CPUID_MCA;
    cpu.sse = id.features & CPUID_SSE;
    cpu.tsc = id.features & CPUID_TSC;
    cpu.cr4 = id.features & CPUID_HAS_CR4;
    cpu.nx = id.extended & CPUID_NX;
    cpu.long_mode = id.extended & CPUID_LM;
    cpu.efer = id.extended & CPUID_HAS_EFER;
}
