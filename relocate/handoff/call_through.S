/*
 * The call of a payload, seen from the old kernel: what the hand-off changes is saved on the stack,
 * and restored in its own tables when the payload has returned. i386 only.
 */
#include "i386.h"
#include "relocate/trampoline/call.h"

#define TABLE_REGISTER 8        /* bytes of the stack for GDTR, and for IDTR */

        .text
        .globl  call_through
        .type   call_through, @function
/*
 * call_through: like baton_trampoline, which it jumps to, but it returns.
 * In:     eax = pa of the new root, edx = pa of the control page, ecx = the template's struct
 *         call_saved, whose control registers are filled; flat segments, interrupts off
 * Out:    all but eax, ecx and edx as before, the debug registers, too; CR4.PGE off
 */
call_through:
        pushfl
        pushl   %ebp
        pushl   %ebx
        pushl   %esi
        pushl   %edi
        .irp    n, 7, 6, 3, 2, 1, 0
        movl    %dr\n, %ebx
        pushl   %ebx
        .endr
        pushl   %ds
        pushl   %es
        pushl   %fs
        pushl   %gs
        pushl   %ss
        xorl    %ebx, %ebx
        sldt    %bx
        pushl   %ebx
        pushl   %cs
        str     %bx
        pushl   %ebx
        subl    $2 * TABLE_REGISTER, %esp
        sgdt    (%esp)
        sidt    TABLE_REGISTER(%esp)
        movl    %esp, SAVED_ESP(%ecx)
        movl    $.Lback, SAVED_EIP(%ecx)
        jmp     baton_trampoline

/* From CONTROL_BACK in the template: GDT, IDT and task register are still its own. The task's
 * descriptor is busy since the old kernel loaded it, and LTR refuses one that is. */
.Lback:
        lgdt    (%esp)
        movl    2(%esp), %ebx
        movl    2 * TABLE_REGISTER(%esp), %eax
        movl    %eax, %ecx
        andl    $SELECTOR_INDEX, %ecx
        andb    $~DESCRIPTOR_TSS_BUSY, DESCRIPTOR_ACCESS(%ebx,%ecx)
        ltr     %ax
        lidt    TABLE_REGISTER(%esp)
        addl    $2 * TABLE_REGISTER + 4, %esp
        pushl   $1f                     /* above it is the old CS */
        lret
1:      popl    %eax
        lldt    %ax
        popl    %ss
        popl    %gs
        popl    %fs
        popl    %es
        popl    %ds
        .irp    n, 0, 1, 2, 3, 6, 7
        popl    %ebx
        movl    %ebx, %dr\n
        .endr
        popl    %edi
        popl    %esi
        popl    %ebx
        popl    %ebp
        popfl
        ret

        .section .note.GNU-stack, "", @progbits
