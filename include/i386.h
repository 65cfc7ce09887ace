/*
 * What the i386 architecture defines: register bits, CPUID bits, descriptors and the task-state
 * segment, each once, for C and for assembly. Numbers only; nothing here is a choice of Baton's.
 * [SDM2], [SDM3]: Intel 64 and IA-32 Architectures Software Developer's Manual, volumes 2 and 3.
 *
 * Page-table entries are in pagetable/format.h.
 */
#ifndef I386_H
#define I386_H

/* C takes them unsigned; the assembler knows no suffix. */
#ifdef __ASSEMBLER__
#define I386_U(x) x
#else
#define I386_U(x) x##u
#endif
#define I386_BIT(n) (I386_U(1) << (n))

/* ---- control registers [SDM3 2.5] */

#define CR0_PE I386_BIT(0)  /* protected mode */
#define CR0_EM I386_BIT(2)  /* no FPU: its instructions fault */
#define CR0_TS I386_BIT(3)  /* set by a task switch; FPU instructions fault until it is clear */
#define CR0_ET I386_BIT(4)  /* fixed at 1 from the 486 on */
#define CR0_NE I386_BIT(5)  /* FPU errors are exceptions */
#define CR0_WP I386_BIT(16) /* ring 0 honours read-only pages */
#define CR0_PG I386_BIT(31) /* paging */

#define CR4_PSE I386_BIT(4) /* 4 MiB pages */
#define CR4_PAE I386_BIT(5)
#define CR4_MCE I386_BIT(6)    /* a machine check is an exception, not a shutdown */
#define CR4_PGE I386_BIT(7)    /* global pages */
#define CR4_OSFXSR I386_BIT(9) /* the system saves SSE state */
#define CR4_OSXMMEXCPT I386_BIT(10)

/* ---- model-specific registers [SDM4 2.1] */

#define MSR_EFER I386_U(0xc0000080)
#define MSR_APIC_BASE I386_U(0x1b)
#define APIC_BASE_BSP I386_BIT(8) /* this is the bootstrap processor */
#define APIC_BASE_FAMILY 6        /* CPUs of this family and later have that register */
#define EFER_LME I386_BIT(8)      /* long mode, once paging is on */
#define EFER_NXE I386_BIT(11)     /* PAE entries have an NX bit */

/* [SDM3 16.3] */
#define MSR_MCG_CAP I386_U(0x179)
#define MSR_MCG_STATUS I386_U(0x17a)
#define MSR_MC0_STATUS I386_U(0x401)
#define MSR_MC0_ADDR I386_U(0x402)
#define MCG_CAP_BANKS I386_U(0xff) /* how many there are */
#define MC_BANK_STEP 4             /* from a register of one bank to that of the next */

/* ---- EFLAGS [SDM3 2.3] */

#define EFLAGS_FIXED I386_BIT(1) /* always 1 */
#define EFLAGS_IF I386_BIT(9)    /* interrupts are on */
#define EFLAGS_ID I386_BIT(21)   /* can be changed where there is a CPUID instruction */

/* ---- debug registers at reset [SDM3 table 9-1] */

#define DR6_RESET I386_U(0xffff0ff0)
#define DR7_RESET I386_U(0x400)

/* ---- CPUID [SDM2 CPUID] */

/* Leaf 1, edx. */
#define CPUID_VME I386_BIT(1)
#define CPUID_DE I386_BIT(2)
#define CPUID_PSE I386_BIT(3)
#define CPUID_TSC I386_BIT(4)
#define CPUID_PAE I386_BIT(6)
#define CPUID_MCE I386_BIT(7)
#define CPUID_APIC I386_BIT(9)
#define CPUID_PGE I386_BIT(13)
#define CPUID_MCA I386_BIT(14)
#define CPUID_FXSR I386_BIT(24)
#define CPUID_SSE I386_BIT(25)
#define CPUID_HAS_SSE (CPUID_FXSR | CPUID_SSE) /* and CR4.OSFXSR */
/* Leaf 1, ecx. */
#define CPUID_SSSE3 I386_BIT(9)
#define CPUID_SSE4_1 I386_BIT(19)
/* Leaf 7, ebx. */
#define CPUID_STRUCTURED 7 /* the leaf */
#define CPUID_SHA I386_BIT(29)
/* Leaf 1, eax. */
#define CPUID_FAMILY(signature) ((signature) >> 8 & 15) /* 15 and more count as 15 */
/* Each of these has a bit in CR4, so a CPU with one of them has a CR4. */
#define CPUID_HAS_CR4                                                                              \
    (CPUID_VME | CPUID_DE | CPUID_PSE | CPUID_TSC | CPUID_PAE | CPUID_MCE | CPUID_PGE |            \
     CPUID_HAS_SSE)

/* Leaf 0x80000000 answers with the highest leaf of its range; an older CPU, with some other
 * number. */
#define CPUID_EXTENDED I386_U(0x80000000)
#define CPUID_EXTENDED_MAX I386_U(0x8000ffff)
/* Leaf 0x80000001, edx. */
#define CPUID_SYSCALL I386_BIT(11)
#define CPUID_NX I386_BIT(20)
#define CPUID_LM I386_BIT(29)
/* Likewise for EFER. */
#define CPUID_HAS_EFER (CPUID_SYSCALL | CPUID_NX | CPUID_LM)

/* ---- descriptors [SDM3 3.4.5, 6.11, 7.2.2, 7.2.5] */

#define SELECTOR_RPL I386_U(3) /* in CS: the current privilege level */
#define SELECTOR_LDT I386_BIT(2)
#define SELECTOR_INDEX I386_U(0xfff8)   /* where in its table the descriptor lies, in bytes */
#define DESCRIPTOR_ACCESS 5             /* the byte that has the type */
#define DESCRIPTOR_TSS_BUSY I386_BIT(1) /* in that byte, of a TSS */

/* The low word of a flat segment: base 0, limit 4 GiB. */
#define DESCRIPTOR_FLAT_LOW I386_U(0x0000ffff)
/* High words: DPL 0, 32-bit. Code and data are flat, and marked as accessed already. */
#define DESCRIPTOR_CODE_HIGH I386_U(0x00cf9b00)   /* present, execute and read */
#define DESCRIPTOR_LONG_HIGH I386_U(0x00af9b00)   /* the same for 64-bit code */
#define DESCRIPTOR_DATA_HIGH I386_U(0x00cf9300)   /* present, read and write */
#define DESCRIPTOR_RING3 I386_U(0x00006000)       /* with one of them: DPL 3 */
#define DESCRIPTOR_ABSENT_HIGH I386_U(0x00cf1300) /* data, not present */
#define DESCRIPTOR_CODE16_HIGH I386_U(0x00009b00) /* limit in bytes, 16-bit, execute and read */
#define DESCRIPTOR_DATA16_HIGH I386_U(0x00009300) /* the same, read and write */
#define DESCRIPTOR_LIMIT_64K I386_U(0xffff)    /* in the low word; with them what real mode has */
#define DESCRIPTOR_TSS_HIGH I386_U(0x00008900) /* present, 32-bit TSS, available */
#define GATE_TASK_HIGH I386_U(0x00008500)      /* present */
#define GATE_INTERRUPT_HIGH I386_U(0x00008e00) /* present, 32-bit */

/* ---- the 32-bit task-state segment [SDM3 figure 7-2] */

#define TSS_CR3 0x1c
#define TSS_EIP 0x20
#define TSS_EFLAGS 0x24
#define TSS_ESP 0x38
#define TSS_ESI 0x40
#define TSS_EDI 0x44
#define TSS_CS 0x4c
#define TSS_SIZE 0x68 /* the least that the CPU takes [SDM3 7.2.1] */

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct i386_tss {
    uint32_t link;
    uint32_t inner_stack[6]; /* esp and ss of rings 0 to 2, for entries from outer rings */
    uint32_t cr3, eip, eflags;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs, ldt;
    uint16_t trap, io_map; /* io_map: TSS_SIZE where there is none */
};

_Static_assert(offsetof(struct i386_tss, cr3) == TSS_CR3, "cr3");
_Static_assert(offsetof(struct i386_tss, eip) == TSS_EIP, "eip");
_Static_assert(offsetof(struct i386_tss, eflags) == TSS_EFLAGS, "eflags");
_Static_assert(offsetof(struct i386_tss, esp) == TSS_ESP, "esp");
_Static_assert(offsetof(struct i386_tss, esi) == TSS_ESI, "esi");
_Static_assert(offsetof(struct i386_tss, edi) == TSS_EDI, "edi");
_Static_assert(offsetof(struct i386_tss, cs) == TSS_CS, "cs");
_Static_assert(sizeof(struct i386_tss) == TSS_SIZE, "TSS");

/* The high word of a TSS descriptor: its base is cut in three. */
static inline uint32_t i386_tss_high(uint32_t base)
{
    return (base & 0xff000000u) | DESCRIPTOR_TSS_HIGH | (base >> 16 & 0xff);
}

/* The low word. */
static inline uint32_t i386_tss_low(uint32_t base)
{
    return base << 16 | (TSS_SIZE - 1);
}
#endif

#endif
