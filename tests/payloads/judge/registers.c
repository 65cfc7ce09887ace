/*
 * The state that is the same for every payload format (H9): flags, control registers, debug
 * registers, EFER. Registers that a CPU may lack are read only if CPUID reports them.
 */
#include "judge/judge.h"
#include "judge/state.h"
#include "lib/console.h"
#include "lib/machine.h"

#define EFLAGS_FIXED 2u
#define CR0_PE_ET 0x11u
#define DR6_FIXED 0xffff0ff0u /* no breakpoint has occurred [SDM3 17.2.3] */
#define DR7_FIXED 0x400u

/* CPUID 1 edx: the features with a bit in CR4: VME DE PSE TSC PAE MCE PGE FXSR SSE (PCE is not
 * listed there). A CPU with one of them has CR4. [SDM3 2.5] */
#define FEATURES_OF_CR4 (1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 6 | 1u << 7 | 1u << 13 | \
                         1u << 24 | 1u << 25)

/* CPUID 0x80000001 edx: SYSCALL, NX, long mode. A CPU with one of them has EFER. */
#define FEATURES_OF_EFER (1u << 11 | 1u << 20 | 1u << 29)

static bool has_cr4(void)
{
    return has_cpuid() && cpuid(0).eax >= 1 && (cpuid(1).edx & FEATURES_OF_CR4) != 0;
}

#define EDX_SSE (1u << 25)
#define CR4_OSFXSR (1u << 9)
#define FXSAVE_SIZE 512 /* MXCSR at byte 24, XMM0 to XMM7 from byte 160 on [SDM1 10.5] */
#define FXSAVE_MXCSR 24
#define FXSAVE_XMM 160

/* No contract says what XMM registers hold: what is found is told. The bits that are 1 in any word of
 * one of them; and MXCSR. */
static void tell_xmm(void)
{
    static uint32_t area[FXSAVE_SIZE / 4] __attribute__((aligned(16)));
    uint32_t bits = 0;

    if (!has_cpuid() || cpuid(0).eax < 1 || !(cpuid(1).edx & EDX_SSE))
        return;
    __asm__ volatile("movl %1, %%cr4; fxsave %0; movl %2, %%cr4"
                     : "=m"(area)
                     : "r"(CR4_OSFXSR), "r"(0));
    for (unsigned i = 0; i < 8 * 4; i++)
        bits |= area[FXSAVE_XMM / 4 + i];
    say("note xmm %x mxcsr %x\n", bits, area[FXSAVE_MXCSR / 4]);
}

static bool has_efer(void)
{
    return has_cpuid() && cpuid(0x80000000).eax >= 0x80000001 &&
           (cpuid(0x80000001).edx & FEATURES_OF_EFER) != 0;
}

void registers_check(void)
{
    const struct judge_state *s = &judge_state;

    check("eflags", s->eflags, EFLAGS_FIXED);
    check("cr0", s->cr0, CR0_PE_ET);
    check("cr3", s->cr3, 0);
    if (has_cr4()) {
        uint32_t cr4;
        __asm__ volatile("movl %%cr4, %0" : "=r"(cr4));
        check("cr4", cr4, 0);
    } else {
        say("note cr4 none\n");
    }
    if (has_efer()) {
        check("efer", (uint32_t)rdmsr(MSR_EFER), 0);
        check("efer-high", (uint32_t)(rdmsr(MSR_EFER) >> 32), 0);
    } else {
        say("note efer none\n");
    }
    check("dr0", s->dr0, 0);
    check("dr1", s->dr1, 0);
    check("dr2", s->dr2, 0);
    check("dr3", s->dr3, 0);
    check("dr7", s->dr7, DR7_FIXED);

    uint32_t dr6;
    __asm__ volatile("movl %%dr6, %0" : "=r"(dr6));
    check("dr6", dr6, DR6_FIXED);
    tell_xmm();
}
