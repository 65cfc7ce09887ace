/*
 * The state that the entry of the judge in long mode saves before it changes anything: shared by C
 * and assembly. Each item is 8 bytes.
 */
#ifndef JUDGE64_STATE_H
#define JUDGE64_STATE_H

#define STATE_RAX 0x00
#define STATE_RBX 0x08
#define STATE_RCX 0x10
#define STATE_RDX 0x18
#define STATE_RSI 0x20
#define STATE_RDI 0x28
#define STATE_RBP 0x30
#define STATE_RSP 0x38
#define STATE_R8 0x40 /* to r15 */
#define STATE_RFLAGS 0x80
#define STATE_CS 0x88 /* then ds, es, fs, gs, ss */
#define STATE_LDT 0xb8
#define STATE_TR 0xc0
#define STATE_CR0 0xc8
#define STATE_CR3 0xd0
#define STATE_CR4 0xd8
#define STATE_DR7 0xe0
#define STATE_GDTR 0xe8 /* limit in the last two bytes of this item, base in the next */
#define STATE_IDTR 0xf8
#define STATE_SIZE 0x108

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct table_register {
    uint16_t unused_[3], limit;
    uint64_t base;
};

struct judge_state {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp, r[8], rflags;
    uint64_t cs, ds, es, fs, gs, ss, ldt, tr;
    uint64_t cr0, cr3, cr4, dr7;
    struct table_register gdtr, idtr;
};

_Static_assert(offsetof(struct judge_state, rflags) == STATE_RFLAGS, "rflags");
_Static_assert(offsetof(struct judge_state, ldt) == STATE_LDT, "ldt");
_Static_assert(offsetof(struct judge_state, cr0) == STATE_CR0, "cr0");
_Static_assert(offsetof(struct judge_state, gdtr) == STATE_GDTR, "gdtr");
_Static_assert(sizeof(struct judge_state) == STATE_SIZE, "size");

extern struct judge_state judge_state;
#endif

#endif
