/*
 * The exit of BATON_ENTRY_REAL16: real mode, as the BIOS enters a boot sector and a boot loader
 * Linux's setup code. exit.h has the contract; the page lies below 1 MiB. [SDM3 9.9.2]
 *
 *     flat, 32 bits        step 9, the payload's registers
 *     CS16 and DS16        16 bits, still protected mode: segments of 64 KiB, which real mode keeps
 *     CS = SS = DS = page  real mode; the page's stack is all of it behind the parameters
 *     the payload's        its stack, its segments, its first instruction
 */
#include "i386.h"
#include "baton/control.h"

#define AT(label) (CONTROL_EXIT + label - exit_real16)
#define PARAM(name) (CONTROL_PARAMS + PARAM_##name)

        .section .rodata.exits, "a", @progbits
        .balign 16
        .globl  exit_real16
        .type   exit_real16, @object
exit_real16:
        /* 9. The documented state (H9). A fault is reported until the BIOS's IDT is loaded. */
        movl    $CONTROL_LAST_STEP, %ebx
        leal    CONTROL_STEP(%ebp), %eax
        call    *%eax
        testb   $MACHINE_HAS_CR4, PARAM(MACHINE)(%ebp)
        jz      1f
        xorl    %eax, %eax
        movl    %eax, %cr4
1:      leal    PARAM(EBX)(%ebp), %esp
        popl    %ebx
        popl    %ecx
        popl    %edx
        popl    %esi
        popl    %edi
        shrl    $4, %ebp                /* the page as a segment of real mode */
        movl    $CONTROL_DS16, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    %eax, %ss
        movl    $CONTROL_STACK_TOP, %esp
        ljmp    $CONTROL_CS16, $AT(.Lnarrow)

        .code16
.Lnarrow:
        pushw   %bp
        pushw   $AT(.Lreal)
        lidtl   AT(.Lvectors)
        movw    $CR0_ET, %ax            /* the upper half is 0 */
        movl    %eax, %cr0
        lretw                           /* [SDM3 9.9.2] asks for a far jump here */
.Lreal:
        movw    %bp, %ds
        movw    %bp, %ss

        /* The screen is the BIOS's again. It may change any register. */
        movl    PARAM(EAX), %eax
        testl   %eax, %eax
        jz      1f
        pushal
        int     $0x10
        popal
1:      pushl   $EFLAGS_FIXED
        popfl

        lssw    PARAM(EBP), %sp
        movw    %ss, %bp
        movw    %bp, %es
        movw    %bp, %fs
        movw    %bp, %gs
        movw    %bp, %ds
        movl    $0, %ebp                /* changes no flag */
        ljmpw   *%cs:PARAM(EIP)

.Lvectors:
        .word   0x3ff                   /* 256 vectors of 4 bytes, from address 0 */
        .long   0
        .code32
        .org    exit_real16 + CONTROL_EXIT_SIZE

        .section .note.GNU-stack, "", @progbits
