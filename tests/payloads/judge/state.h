/*
 * The state that the judge's entry saves before it changes anything: shared by C and assembly. Each
 * item is one word, so that the assembly only needs the offsets.
 */
#ifndef JUDGE_STATE_H
#define JUDGE_STATE_H

#define STATE_EAX 0x00
#define STATE_EBX 0x04
#define STATE_ECX 0x08
#define STATE_EDX 0x0c
#define STATE_ESI 0x10
#define STATE_EDI 0x14
#define STATE_EBP 0x18
#define STATE_ESP 0x1c
#define STATE_EFLAGS 0x20
#define STATE_CS 0x24
#define STATE_DS 0x28
#define STATE_ES 0x2c
#define STATE_FS 0x30
#define STATE_GS 0x34
#define STATE_SS 0x38
#define STATE_CR0 0x3c
#define STATE_CR3 0x40
#define STATE_DR0 0x44
#define STATE_DR1 0x48
#define STATE_DR2 0x4c
#define STATE_DR3 0x50
#define STATE_DR7 0x54
#define STATE_LDT 0x58
#define STATE_TR 0x5c
#define STATE_GDTR 0x60 /* limit in the upper half of this word, base in the next */
#define STATE_IDTR 0x68
#define STATE_SIZE 0x70

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct table_register {
    uint16_t unused_, limit;
    uint32_t base;
};

struct judge_state {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp, esp, eflags;
    uint32_t cs, ds, es, fs, gs, ss;
    uint32_t cr0, cr3, dr0, dr1, dr2, dr3, dr7, ldt, tr;
    struct table_register gdtr, idtr;
};

_Static_assert(offsetof(struct judge_state, eflags) == STATE_EFLAGS, "eflags");
_Static_assert(offsetof(struct judge_state, cr0) == STATE_CR0, "cr0");
_Static_assert(offsetof(struct judge_state, ldt) == STATE_LDT, "ldt");
_Static_assert(offsetof(struct judge_state, tr) == STATE_TR, "tr");
_Static_assert(offsetof(struct judge_state, gdtr) == STATE_GDTR, "gdtr");
_Static_assert(offsetof(struct judge_state, idtr) == STATE_IDTR, "idtr");
_Static_assert(sizeof(struct judge_state) == STATE_SIZE, "size");

extern struct judge_state judge_state;
#endif

#endif
