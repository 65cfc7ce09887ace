/*
 * The exit of BATON_ENTRY_FLAT32: 32-bit protected mode, paging off, flat segments. This is how Linux's
 * 32-bit boot protocol and multiboot enter a kernel. exit.h has the contract.
 */
#include "i386.h"
#include "baton/control.h"

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
        movl    $CONTROL_DS, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    %eax, %ss
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
        movl    PARAM(EAX)(%ebp), %eax
        movl    PARAM(EBX)(%ebp), %ebx
        movl    PARAM(ECX)(%ebp), %ecx
        movl    PARAM(EDX)(%ebp), %edx
        movl    PARAM(ESI)(%ebp), %esi
        movl    PARAM(EDI)(%ebp), %edi
        movl    PARAM(EBP)(%ebp), %ebp
        ret                             /* esp = the end of the page */
        .org    exit_flat32 + CONTROL_EXIT_SIZE

        .section .note.GNU-stack, "", @progbits
