/*
 * The first instructions of the judge in long mode: they save everything that can be read before they
 * change anything. MOV changes no flag, so RFLAGS can be saved later, on the judge's own stack.
 *
 * In:     the machine as the hand-off left it: this is what the judge checks
 */
#include "judge64/state.h"

        .section .text.entry, "ax", @progbits
        .globl  judge_entry
judge_entry:
        movq    %rax, judge_state + STATE_RAX(%rip)
        movq    %rbx, judge_state + STATE_RBX(%rip)
        movq    %rcx, judge_state + STATE_RCX(%rip)
        movq    %rdx, judge_state + STATE_RDX(%rip)
        movq    %rsi, judge_state + STATE_RSI(%rip)
        movq    %rdi, judge_state + STATE_RDI(%rip)
        movq    %rbp, judge_state + STATE_RBP(%rip)
        movq    %rsp, judge_state + STATE_RSP(%rip)
        movq    %r8, judge_state + STATE_R8(%rip)
        movq    %r9, judge_state + STATE_R8 + 0x08(%rip)
        movq    %r10, judge_state + STATE_R8 + 0x10(%rip)
        movq    %r11, judge_state + STATE_R8 + 0x18(%rip)
        movq    %r12, judge_state + STATE_R8 + 0x20(%rip)
        movq    %r13, judge_state + STATE_R8 + 0x28(%rip)
        movq    %r14, judge_state + STATE_R8 + 0x30(%rip)
        movq    %r15, judge_state + STATE_R8 + 0x38(%rip)

        leaq    judge_stack_top(%rip), %rsp
        pushfq
        popq    judge_state + STATE_RFLAGS(%rip)
        cld                             /* C requires it; the old value is saved */
        cli

        /* A MOV from a segment register to a 32-bit register clears the rest of it. */
        movl    %cs, %eax
        movq    %rax, judge_state + STATE_CS(%rip)
        movl    %ds, %eax
        movq    %rax, judge_state + STATE_CS + 0x08(%rip)
        movl    %es, %eax
        movq    %rax, judge_state + STATE_CS + 0x10(%rip)
        movl    %fs, %eax
        movq    %rax, judge_state + STATE_CS + 0x18(%rip)
        movl    %gs, %eax
        movq    %rax, judge_state + STATE_CS + 0x20(%rip)
        movl    %ss, %eax
        movq    %rax, judge_state + STATE_CS + 0x28(%rip)
        sldt    %eax
        movq    %rax, judge_state + STATE_LDT(%rip)
        str     %eax
        movq    %rax, judge_state + STATE_TR(%rip)
        movq    %cr0, %rax
        movq    %rax, judge_state + STATE_CR0(%rip)
        movq    %cr3, %rax
        movq    %rax, judge_state + STATE_CR3(%rip)
        movq    %cr4, %rax
        movq    %rax, judge_state + STATE_CR4(%rip)
        movq    %dr7, %rax
        movq    %rax, judge_state + STATE_DR7(%rip)
        sgdt    judge_state + STATE_GDTR + 6(%rip)
        sidt    judge_state + STATE_IDTR + 6(%rip)
        call    judge
1:      hlt
        jmp     1b

/*
 * segments_reload: loads the segment registers from the given GDT.
 * In:     rdi = code selector, rsi = data selector    Corrupts: rax
 * A bad descriptor faults here; there is no IDT, so that ends in a reset.
 */
        .globl  segments_reload
segments_reload:
        movl    %esi, %ds
        movl    %esi, %es
        movl    %esi, %fs
        movl    %esi, %gs
        movl    %esi, %ss
        pushq   %rdi
        leaq    1f(%rip), %rax
        pushq   %rax
        lretq
1:      ret

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
