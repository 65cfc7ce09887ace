/* The exception entry points of the old kernel: one stub per vector, then common code. */
#include "kernel/machine/layout.h"
#include "kernel/end/traps.h"

#define WITH_CODE 0x60227d00    /* vectors whose error code the CPU pushes [SDM3 table 6-1] */

        .text
        .globl  trap_stubs
        .balign 16
trap_stubs:                     /* 16 bytes each */
        .set    vector, 0
        .rept   TRAP_VECTORS
        .balign 16
        .if     !((WITH_CODE >> vector) & 1)
        pushl   $0              /* so that all frames have the same layout */
        .endif
        pushl   $vector
        jmp     trap_common
        .set    vector, vector + 1
        .endr

/* In: vector and error code on the stack, above what the CPU pushed. Never returns. */
trap_common:
        pushl   %ds
        pushl   %es
        pushl   %fs
        pushl   %gs
        pushal
        cld
        movl    $SEL_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %esp, %eax
        pushl   %eax
        call    trap_report     /* (struct trap_frame *) */

        /* A separate task: it does not use the broken stack. The error code is on its own stack. */
        .globl  double_fault_entry
double_fault_entry:
        cld
        call    double_fault_report

        .section .note.GNU-stack, "", @progbits
