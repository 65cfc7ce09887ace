/*
 * The exit of BATON_ENTRY_LONG64: 64-bit code, on tables that map the first 4 GiB at their own
 * addresses (relocate/image/long_tables.c). exit.h has the contract.
 *
 * A fault is reported until paging is on. From then on the CPU is in long mode, which has no task
 * gates, and a fault is a shutdown.
 */
#include "i386.h"
#include "baton/control.h"

#define AT(label) (CONTROL_EXIT + label - exit_long64)

        .section .rodata.exits, "a", @progbits
        .balign 16
        .globl  exit_long64
        .type   exit_long64, @object
exit_long64:
        /* 9. The data segments stay; the far return below loads the 64-bit code segment. */
        movl    $CONTROL_LAST_STEP, %ebx
        leal    CONTROL_STEP(%ebp), %eax
        call    *%eax
        pushl   $CONTROL_CS_LONG
        leal    AT(.Llong)(%ebp), %eax
        pushl   %eax

        /* PAE, the root, LME, paging: the order of [SDM3 10.8.5]. */
        movl    $CR4_PAE, %eax
        movl    %eax, %cr4
        movl    CONTROL_LONG_ROOT(%ebp), %eax
        movl    %eax, %cr3
        movl    $MSR_EFER, %ecx
        movl    $EFER_LME, %eax
        xorl    %edx, %edx
        wrmsr
        movl    $CR0_PG | CR0_PE | CR0_ET, %eax
        movl    %eax, %cr0
        lret

        /* The documented state, every register of it (H9). What the upper halves hold now is not
         * defined [SDM1 3.4.1.1]; a write of the lower half clears it. */
        .code64
.Llong: leal    CONTROL_STACK_TOP(%rbp), %esp
        leal    CONTROL_PARAMS(%rbp), %ebp
        movl    PARAM_EIP(%rbp), %eax
        pushq   %rax
        movl    PARAM_EAX(%rbp), %eax
        movl    PARAM_EBX(%rbp), %ebx
        movl    PARAM_EDI(%rbp), %edi
        xorl    %ecx, %ecx
        xorl    %edx, %edx
        xorl    %esi, %esi
        xorl    %ebp, %ebp
        xorl    %r8d, %r8d
        xorl    %r9d, %r9d
        xorl    %r10d, %r10d
        xorl    %r11d, %r11d
        xorl    %r12d, %r12d
        xorl    %r13d, %r13d
        xorl    %r14d, %r14d
        xorl    %r15d, %r15d
        pushq   $EFLAGS_FIXED           /* last: XOR sets flags */
        popfq
        ret                             /* rsp = the end of the page */
        .code32
        .org    exit_long64 + CONTROL_EXIT_SIZE

        .section .note.GNU-stack, "", @progbits
