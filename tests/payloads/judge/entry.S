/*
 * The judge's first instructions: they save everything that can be read before they change
 * anything. MOV changes no flag, so EFLAGS can be saved later, on the judge's own stack.
 *
 * In:     the machine as the hand-off left it: this is what the judge checks
 * Stack:  its own from the first push on; the given stack is tested later
 */
#include "judge/state.h"

        .section .text.entry, "ax", @progbits
        .globl  judge_entry
judge_entry:
        movl    %eax, judge_state + STATE_EAX
        movl    %ebx, judge_state + STATE_EBX
        movl    %ecx, judge_state + STATE_ECX
        movl    %edx, judge_state + STATE_EDX
        movl    %esi, judge_state + STATE_ESI
        movl    %edi, judge_state + STATE_EDI
        movl    %ebp, judge_state + STATE_EBP
        movl    %esp, judge_state + STATE_ESP

        movl    $judge_stack_top, %esp
        pushfl
        popl    judge_state + STATE_EFLAGS
        cld                             /* C requires it; the old value is saved */
        cli

        /* A MOV from a segment register to memory writes 16 bits: go through eax. */
        xorl    %eax, %eax
        movw    %cs, %ax
        movl    %eax, judge_state + STATE_CS
        movw    %ds, %ax
        movl    %eax, judge_state + STATE_DS
        movw    %es, %ax
        movl    %eax, judge_state + STATE_ES
        movw    %fs, %ax
        movl    %eax, judge_state + STATE_FS
        movw    %gs, %ax
        movl    %eax, judge_state + STATE_GS
        movw    %ss, %ax
        movl    %eax, judge_state + STATE_SS
        sldt    %ax
        movl    %eax, judge_state + STATE_LDT
        str     %ax
        movl    %eax, judge_state + STATE_TR

        movl    %cr0, %eax
        movl    %eax, judge_state + STATE_CR0
        movl    %cr3, %eax
        movl    %eax, judge_state + STATE_CR3
        movl    %dr0, %eax
        movl    %eax, judge_state + STATE_DR0
        movl    %dr1, %eax
        movl    %eax, judge_state + STATE_DR1
        movl    %dr2, %eax
        movl    %eax, judge_state + STATE_DR2
        movl    %dr3, %eax
        movl    %eax, judge_state + STATE_DR3
        movl    %dr7, %eax
        movl    %eax, judge_state + STATE_DR7
        sgdt    judge_state + STATE_GDTR + 2
        sidt    judge_state + STATE_IDTR + 2

        /* With NT or AC set, an IRET or an unaligned access in the C code would fail: known
         * flags. */
        pushl   $2
        popfl
        call    judge
1:      hlt
        jmp     1b

/*
 * segments_reload: loads every segment register from the given GDT.
 * In:     eax = code selector, edx = data selector    Corrupts: ecx
 * A bad descriptor faults here; then the given IDT decides what happens.
 */
        .globl  segments_reload
segments_reload:
        movl    %edx, %ds
        movl    %edx, %es
        movl    %edx, %fs
        movl    %edx, %gs
        movl    %edx, %ss
        pushl   %eax
        pushl   $1f
        lret
1:      ret

/*
 * stack_try: pushes and pops 16 words on another stack.
 * In:     eax = the stack pointer to test    Out: eax = how many words were unchanged
 * Corrupts: ecx, edx
 */
        .globl  stack_try
stack_try:
        pushl   %ebx
        movl    %esp, %edx
        movl    %eax, %esp
        movl    $16, %ecx
1:      pushl   %ecx
        loop    1b
        xorl    %eax, %eax
        movl    $1, %ecx
1:      popl    %ebx
        cmpl    %ebx, %ecx
        jne     2f
        incl    %eax
2:      incl    %ecx
        cmpl    $17, %ecx
        jne     1b
        movl    %edx, %esp
        popl    %ebx
        ret

        .section .work, "aw", @progbits
        .balign 16
        .globl  judge_state
judge_state:
        .fill   STATE_SIZE, 1, 0
        .balign 16
judge_stack:
        .fill   8192, 1, 0
judge_stack_top:

        .section .note.GNU-stack, "", @progbits
