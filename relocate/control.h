/*
 * The control code page, drawn. Shared by C and the trampoline. The same page exists twice: the
 * template in the host kernel's image, and its copy in a control page, which is what runs from
 * the CR3 switch on.
 *
 *   0x000  code, strings
 *   0x800  32 fault stubs, 8 bytes each
 *   0x900  parameters (struct control_params)
 *   0x980  GDT: null, unused, 0x10 code, 0x18 data
 *   0xa00  IDT for the virtual address     (gates hold linear addresses, so there are two)
 *   0xb00  IDT for the physical address
 *   0xc00  stack, growing down from
 *   0x1000 the end of the page
 */
#ifndef RELOCATE_CONTROL_H
#define RELOCATE_CONTROL_H

#define CONTROL_CODE_MAX 0x800
#define CONTROL_STUBS 0x800
#define CONTROL_STUB_SIZE 8
#define CONTROL_VECTORS 32
#define CONTROL_PARAMS 0x900
#define CONTROL_GDT 0x980
#define CONTROL_GDT_SIZE 0x20
#define CONTROL_IDT_VA 0xa00
#define CONTROL_IDT_PA 0xb00
#define CONTROL_IDT_SIZE 0x100
#define CONTROL_STACK 0xc00
#define CONTROL_STACK_TOP 0x1000

/* Selectors: what Linux's 32-bit entry wants. [LBP 32-bit] */
#define CONTROL_CS 0x10
#define CONTROL_DS 0x18

/* Offsets in struct control_params, from CONTROL_PARAMS. */
#define PARAM_LIST 0x00
#define PARAM_EIP 0x04
#define PARAM_EAX 0x08
#define PARAM_EBX 0x0c
#define PARAM_ECX 0x10
#define PARAM_EDX 0x14
#define PARAM_ESI 0x18
#define PARAM_EDI 0x1c
#define PARAM_EBP 0x20
#define PARAM_MACHINE 0x24
#define PARAM_COM_PORT 0x28
#define PARAM_EXIT_PORT 0x2a
#define PARAM_GDTR_VA 0x2e
#define PARAM_GDTR_PA 0x36
#define PARAM_IDTR_VA 0x3e
#define PARAM_IDTR_PA 0x46
#define PARAM_SIZE 0x4c

/* Bits of PARAM_MACHINE. */
#define MACHINE_HAS_CR4 1
#define MACHINE_HAS_EFER 2
#define MACHINE_RESET 4

/* Gates: present, 32-bit interrupt gate, DPL 0. [SDM3 6.11] */
#define CONTROL_GATE 0x8e00

/* The byte written to the exit port after a fault line. */
#define EXIT_HANDOFF_FAULT 0x12

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

/* All that the trampoline reads (H2). Filled by image.c; the template holds only the _va parts. */
struct control_params {
    uint32_t list; /* the list's first word: INDIRECTION to its first page */
    uint32_t eip, eax, ebx, ecx, edx, esi, edi, ebp;
    uint32_t machine; /* MACHINE_... */
    uint16_t com_port, exit_port;
    uint16_t unused_;
    struct __attribute__((packed)) control_descriptor {
        uint16_t limit; /* size - 1 */
        uint32_t base;  /* linear */
        uint16_t unused_;
    } gdtr_va, gdtr_pa, idtr_va, idtr_pa;
} __attribute__((packed));

_Static_assert(offsetof(struct control_params, ebp) == PARAM_EBP, "registers");
_Static_assert(offsetof(struct control_params, machine) == PARAM_MACHINE, "machine");
_Static_assert(offsetof(struct control_params, exit_port) == PARAM_EXIT_PORT, "exit_port");
_Static_assert(offsetof(struct control_params, gdtr_va) == PARAM_GDTR_VA, "gdtr_va");
_Static_assert(offsetof(struct control_params, gdtr_pa) == PARAM_GDTR_PA, "gdtr_pa");
_Static_assert(offsetof(struct control_params, idtr_va) == PARAM_IDTR_VA, "idtr_va");
_Static_assert(offsetof(struct control_params, idtr_pa) == PARAM_IDTR_PA, "idtr_pa");
_Static_assert(CONTROL_PARAMS + sizeof(struct control_params) <= CONTROL_GDT, "room");
#endif

#endif
