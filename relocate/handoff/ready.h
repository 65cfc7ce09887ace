/*
 * Is the host ready for the point of no return? Decided here from what handoff.c has read of the
 * CPU, so that every answer has a host test.
 */
#ifndef RELOCATE_HANDOFF_READY_H
#define RELOCATE_HANDOFF_READY_H

#include "baton.h"

/* The CPU as it is at the call. */
struct ready_cpu {
    uint32_t cs, eflags;
    uint32_t cr0, cr3, cr4;  /* cr4: 0 where there is none */
    uint32_t features;       /* CPUID 1, edx; 0: no CPUID */
    uint32_t extended;       /* CPUID 0x80000001, edx; 0: there is none */
    uint32_t efer;           /* the low half; 0 where there is none */
    uint32_t efer_high;      /* the high half */
    uint32_t gdt, gdt_limit; /* linear address; bytes - 1; these and tr only for a call */
    uint32_t tr;             /* the task register's selector */
    uint32_t apic_base;      /* the low half of IA32_APIC_BASE; 0: there is none */
    bool sha;                /* CPUID has the SHA extensions; read only if the image needs them */
};

/* Reads it, and of CPUID what the image needs. (handoff.c) */
void ready_read(const struct baton_image *image, struct ready_cpu *cpu);

/* The has_ members that this of CPUID stands for; size is set, all else is 0. */
void ready_machine(uint32_t features, uint32_t extended, bool sha, struct baton_machine *machine);

/* Checks what needs no mapping: the image and the registers. 0 or BATON_E_HOST. */
int ready_registers(const struct baton_image *image, const struct ready_cpu *cpu,
                    struct baton_refusal *why);

/* Checks the trampoline's page and its mapping in the tables at CR3, through the host's map(). 0
 * or BATON_E_HOST. */
int ready_page(const struct baton_image *image, const struct ready_cpu *cpu,
               struct baton_refusal *why);

/* For a call: the task register can be loaded again afterwards, which writes to its descriptor. 0
 * or BATON_E_HOST. */
int ready_task(const struct baton_image *image, const struct ready_cpu *cpu,
               struct baton_refusal *why);

struct call_page;

/* What has become of a call: 0 and *eax, or BATON_E_CALL. */
int ready_result(const struct call_page *page, uint32_t *eax, struct baton_refusal *why);

#endif
