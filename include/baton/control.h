/*
 * The layout of the control code page: for the core, and for a host that shows the page to its
 * user. Shared by C and the trampoline. It may change with each version of the library. The same
 * page exists twice: the template in the host kernel's image, and its copy in a control page, which
 * is what runs from the CR3 switch on. Both begin alike, byte for byte.
 *
 *   0x000  code, strings
 *   0x8a4  the way back to the old kernel's tables, in a call
 *   0x8c8  the exit: code that ends the hand-off, chosen by the payload's kind of entry. Only in
 *          the copy; the template has zeros there
 *   0x958  jumps to what the exit and the digest page call; at 0x978 the fault task's first
 *          instruction
 *   0x980  parameters (struct control_params)
 *   0x9d0  the trace: a setup_data node with a struct baton_trace
 *   0xa20  the fault task's stack, growing down from 0xa80
 *   0xa80  IDT: 32 task gates. A task gate holds no address, so one IDT serves both addresses
 *   0xb80  GDT for the virtual address      (descriptors hold linear addresses, so there are two)
 *   0xcb8  GDT for the physical address
 *   0xdf0  the trampoline's own TSS: where the CPU saves the registers at a fault
 *   0xe58  the fault task's TSS for the virtual address
 *   0xec0  the fault task's TSS for the physical address; at 0xf28 the root that step 6 puts in it
 *   0xf2c  at a fault, the number of its phase; then the framebuffer: pa of its first pixel, or 0, and
 *          bytes from line to line
 *   0xf38  the root of the tables that the exit loads, for an entry in long mode; else 0
 *   0xf3c  in a call, while the payload runs: where a fault goes on after its line; else 0
 *   0xf40  stack, growing down from
 *   0x1000 the end of the page
 *
 * A GDT: null, 0x08 64-bit code (only in the second GDT, and for an entry in long mode), 0x10 code,
 * 0x18 data, 0x20 the own TSS, then from 0x28 on a TSS descriptor for each of the 32 vectors, all of
 * them with the fault task's base: so the fault task reads the vector in its task register. At
 * its end 0x128 code and 0x130 data of 16 bits: the page and what follows, 64 KiB, for the exit to
 * real mode.
 */
#ifndef BATON_CONTROL_H
#define BATON_CONTROL_H

#include "i386.h"

#define CONTROL_BACK 0x8a4
#define CONTROL_EXIT 0x8c8
#define CONTROL_EXIT_SIZE 0x90
#define CONTROL_STEP 0x958
#define CONTROL_PUTS 0x968
#define CONTROL_PUT_VALUE 0x970
#define CONTROL_FAULT 0x978
#define CONTROL_PARAMS 0x980
#define CONTROL_TRACE 0x9d0
#define CONTROL_TRACE_TICKS 0x9e8
#define CONTROL_FAULT_STACK 0xa20
#define CONTROL_FAULT_STACK_TOP 0xa80
#define CONTROL_IDT 0xa80
#define CONTROL_IDT_SIZE 0x100
#define CONTROL_GDT_VA 0xb80
#define CONTROL_GDT_PA 0xcb8
#define CONTROL_GDT_SIZE 0x138
#define CONTROL_TSS 0xdf0
#define CONTROL_FAULT_TSS_VA 0xe58
#define CONTROL_FAULT_TSS_PA 0xec0
#define CONTROL_FAULT_ROOT 0xf28
#define CONTROL_PHASE 0xf2c
#define CONTROL_SCREEN 0xf30
#define CONTROL_LONG_ROOT 0xf38
#define CONTROL_RETURN 0xf3c
#define CONTROL_STACK 0xf40
#define CONTROL_STACK_TOP 0x1000

#define CONTROL_VECTORS 32

/* The phases of the hand-off, as a fault's line names them, are numbered from 1. */
#define PHASE_CHECKING 6
#define PHASE_WILD 8 /* in the payload, or a wild jump; the last one */

/* On the framebuffer, a phase's number is as many white blocks, with black ones between them. */
#define SCREEN_LINES 16
#define SCREEN_BLOCK_SHIFT 5 /* 32 dwords for both: 16 pixels each at 32 bits per pixel */

/* The hand-off's steps are numbered; STEP() in trampoline.inc and the exits says that one is
 * done. */
#define CONTROL_LAST_STEP 9

/* Selectors. Code and data: what Linux's 32-bit entry wants. [LBP 32-bit] */
#define CONTROL_CS_LONG 0x08
#define CONTROL_CS 0x10
#define CONTROL_DS 0x18
#define CONTROL_TR 0x20
#define CONTROL_FAULT_TR 0x28 /* of vector 0; 8 more for each vector */
#define CONTROL_CS16 0x128    /* base: the page */
#define CONTROL_DS16 0x130

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
#define PARAM_GDTR_VA 0x2c
#define PARAM_GDTR_PA 0x34
#define PARAM_IDTR_VA 0x3c
#define PARAM_IDTR_PA 0x44
#define PARAM_DIGEST 0x4c
#define PARAM_SIZE 0x50

/* Bits of PARAM_MACHINE. */
#define MACHINE_HAS_CR4 1
#define MACHINE_HAS_EFER 2
#define MACHINE_RESET 4
#define MACHINE_HAS_TSC 8
#define MACHINE_TRACE 0x10      /* the number of each step on the serial port */
#define MACHINE_TRACE_PORT 0x20 /* and on I/O port 0x80 */
#define MACHINE_HAS_MCE 0x40    /* the same bit as CR4.MCE: the trampoline uses it as a mask */
#define MACHINE_HAS_SHA 0x80
#define MACHINE_HAS_SSE 0x200   /* likewise, CR4.OSFXSR */

/* The byte written to the exit port after a fault line. */
#define EXIT_HANDOFF_FAULT 0x12

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

#include "baton.h"

/* All that the trampoline reads (H2). */
struct control_params {
    uint32_t list; /* the list's first word: INDIRECTION to its first page */
    uint32_t eip, eax, ebx, ecx, edx, esi, edi, ebp;
    uint32_t machine; /* MACHINE_... */
    uint16_t com_port, exit_port;
    struct __attribute__((packed)) control_descriptor {
        uint16_t limit; /* size - 1 */
        uint32_t base;  /* linear */
        uint16_t unused_;
    } gdtr_va, gdtr_pa, idtr_va, idtr_pa;
    uint32_t digest; /* pa of the digest page, 0: none */
} __attribute__((packed));

_Static_assert(offsetof(struct control_params, ebp) == PARAM_EBP, "registers");
_Static_assert(offsetof(struct control_params, machine) == PARAM_MACHINE, "machine");
_Static_assert(offsetof(struct control_params, exit_port) == PARAM_EXIT_PORT, "exit_port");
_Static_assert(offsetof(struct control_params, gdtr_va) == PARAM_GDTR_VA, "gdtr_va");
_Static_assert(offsetof(struct control_params, gdtr_pa) == PARAM_GDTR_PA, "gdtr_pa");
_Static_assert(offsetof(struct control_params, idtr_va) == PARAM_IDTR_VA, "idtr_va");
_Static_assert(offsetof(struct control_params, idtr_pa) == PARAM_IDTR_PA, "idtr_pa");
_Static_assert(offsetof(struct control_params, digest) == PARAM_DIGEST, "digest");
_Static_assert(sizeof(struct control_params) == PARAM_SIZE, "parameters");
_Static_assert(CONTROL_PARAMS + PARAM_SIZE <= CONTROL_TRACE, "room");

/* What a fault is shown on besides the serial port; all 0: nothing. */
struct control_screen {
    uint32_t pa, pitch;
};

_Static_assert(CONTROL_SCREEN + sizeof(struct control_screen) == CONTROL_LONG_ROOT, "room");

/* The trace is a node of Linux's setup_data, so that a Linux shows it; other payloads find its
 * address in the record. */
struct control_trace {
    uint64_t next; /* it is the last */
    uint32_t type, length;
    struct baton_trace trace;
};

_Static_assert(offsetof(struct control_trace, trace.ticks) == CONTROL_TRACE_TICKS - CONTROL_TRACE,
               "ticks");
_Static_assert(CONTROL_TRACE + sizeof(struct control_trace) <= CONTROL_FAULT_STACK, "room");

_Static_assert(CONTROL_EXIT + CONTROL_EXIT_SIZE <= CONTROL_STEP, "room");
_Static_assert(CONTROL_FAULT_TSS_PA + TSS_SIZE <= CONTROL_FAULT_ROOT &&
                   CONTROL_FAULT_ROOT + 4 <= CONTROL_PHASE && CONTROL_PHASE + 4 <= CONTROL_SCREEN,
               "room");
_Static_assert(CONTROL_FAULT_TR + 8 * CONTROL_VECTORS == CONTROL_CS16, "GDT");
_Static_assert(CONTROL_DS16 + 8 == CONTROL_GDT_SIZE, "GDT");
_Static_assert(CONTROL_GDT_VA + CONTROL_GDT_SIZE <= CONTROL_GDT_PA &&
                   CONTROL_GDT_PA + CONTROL_GDT_SIZE <= CONTROL_TSS &&
                   CONTROL_TSS + TSS_SIZE <= CONTROL_FAULT_TSS_VA &&
                   CONTROL_FAULT_TSS_VA + TSS_SIZE <= CONTROL_FAULT_TSS_PA,
               "room");
#endif

#endif
