/*
 * The exit of BATON_ENTRY_FLAT32: 32-bit protected mode, paging off, flat segments. This is how Linux's
 * 32-bit boot protocol and multiboot enter a kernel. exit.h has the contract.
 */
#include "i386.h"
#include "baton/control.h"
#include "relocate/trampoline/flat32.inc"

#define AT(label) (CONTROL_EXIT + label - exit_flat32)
#define PARAM(name) (CONTROL_PARAMS + PARAM_##name)

        .section .rodata.exits, "a", @progbits
        .balign 16
        .globl  exit_flat32
        .type   exit_flat32, @object
exit_flat32:
        /* 9. The documented state, every register of it (H9). */
        pushl   $CONTROL_CS
        leal    AT(.Lflat)(%ebp), %eax
        pushl   %eax
        lret
.Lflat:
        FLAT_SEGMENTS
        movl    $CONTROL_LAST_STEP, %ebx
        leal    CONTROL_STEP(%ebp), %eax
        call    *%eax
        testb   $MACHINE_HAS_CR4, PARAM(MACHINE)(%ebp)
        jz      1f
        xorl    %eax, %eax
        movl    %eax, %cr4
1:      pushl   $EFLAGS_FIXED
        popfl
        pushl   PARAM(EIP)(%ebp)
        FLAT_REGISTERS
        ret                             /* esp = the end of the page */
        .org    exit_flat32 + CONTROL_EXIT_SIZE

        .section .note.GNU-stack, "", @progbits
