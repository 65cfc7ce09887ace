/* Sets CR4.MCE, and prints the banks of the machine-check architecture. */
#include "kernel/end/machinecheck.h"

#include "kernel/console/print.h"
#include "kernel/machine/cpu.h"

/* [SDM3 16.3.2.2] */
#define STATUS_VALID (1ull << 63)
#define STATUS_ADDRESS (1ull << 58) /* the bank's ADDR register holds one */

void machinecheck_start(void)
{
    if (cpu.mce)
        cpu_set_cr4(cpu_cr4() | CR4_MCE);
}

void machinecheck_tell(void)
{
    uint32_t banks;

    if (!cpu.mca)
        return;
    banks = (uint32_t)cpu_msr(MSR_MCG_CAP) & MCG_CAP_BANKS;
    for (uint32_t i = 0; i < banks; i++) {
        uint64_t status = cpu_msr(MSR_MC0_STATUS + i * MC_BANK_STEP);

        if (!(status & STATUS_VALID))
            continue;
        print("            bank %u status %x", i, status);
        if (status & STATUS_ADDRESS)
            print(" address %a", cpu_msr(MSR_MC0_ADDR + i * MC_BANK_STEP));
        print("\n");
    }
    cpu_set_msr(MSR_MCG_STATUS, 0); /* clears "in progress" */
}
