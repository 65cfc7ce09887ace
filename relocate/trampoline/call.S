/*
 * The call page's code: it swaps the payload's pages with what lies at their destinations, calls
 * the payload, and when that returns swaps them back and leads home. Without relocations, like the
 * trampoline. Until the payload is entered and from its return on it uses its own page, the control
 * page, the list, the pages that the list names and the digest page, and it reads the template once
 * (H2).
 *
 *     exit_call (control page) -> call page: swap, compare -> payload
 *     the old kernel <- exit_call, trampoline <- call page: swap  <- its return, or a fault
 */
#include "i386.h"
#include "baton/list.h"
#include "relocate/trampoline/call.h"
#include "relocate/trampoline/flat32.inc"

#define AT(label) (label - call_code)
#define PARAM(name) (CONTROL_PARAMS + PARAM_##name)
#define CALLED(name) (CALL_PARAMS + CALL_##name)
#define PAGE_DWORDS 1024

        .section .rodata.call, "a", @progbits
        .balign 16
        .globl  call_code
        .type   call_code, @object
call_code:
/*
 * In:     ebp = pa of the control page, as an exit is entered (exit.h)
 * Out:    by exit_call's way home
 */
        call    1f
1:      popl    %ebx
        subl    $AT(1b), %ebx           /* ebx = this page */

        /* The template may lie in a destination: what it has for us is read first. */
        movl    CALLED(SAVED_AT)(%ebx), %esi
        leal    CALLED(SAVED)(%ebx), %edi
        movl    $SAVED_WORDS, %ecx
        rep movsl
        call    .Lswap

        /* Is what lies there now what was loaded? If not, the digest page has reported it. */
        movl    CALLED(DIGEST)(%ebx), %eax
        testl   %eax, %eax
        jz      .Lenter
        pushl   %ebx
        call    *%eax
        popl    %ebx
        testl   %eax, %eax
        jz      .Lenter
        movl    $CALL_DIFFERS, CALLED(STATUS)(%ebx)
        movl    %eax, CALLED(VALUE)(%ebx)
        jmp     .Lback

        /* The documented state (H9), on this page's stack. From here on a fault comes home. */
.Lenter:
        leal    CALL_STACK_TOP(%ebx), %esp
        leal    AT(.Lfaulted)(%ebx), %eax
        movl    %eax, CONTROL_RETURN(%ebp)
        pushl   $CONTROL_CS
        leal    AT(.Lflat)(%ebx), %eax
        pushl   %eax
        lret
.Lflat:
        FLAT_SEGMENTS
        pushl   %ebx
        movl    $CONTROL_LAST_STEP, %ebx
        leal    CONTROL_STEP(%ebp), %eax
        call    *%eax
        popl    %ebx
        testb   $MACHINE_HAS_CR4, PARAM(MACHINE)(%ebp)
        jz      1f
        xorl    %eax, %eax
        movl    %eax, %cr4
1:      leal    AT(.Lreturned)(%ebx), %eax
        pushl   %eax                    /* the payload's return address */
        pushl   $EFLAGS_FIXED
        popfl
        pushl   CALLED(EIP)(%ebx)
        FLAT_REGISTERS
        ret

/*
 * A fault of the payload: the fault task has printed its line.
 * In:     ebp = pa of the control page, tr = CONTROL_FAULT_TR + 8 * vector; paging off, the fault
 *         task's segments and stack
 */
.Lfaulted:
        call    1f
1:      popl    %ebx
        subl    $AT(1b), %ebx
        str     %ax
        movzwl  %ax, %eax
        subl    $CONTROL_FAULT_TR, %eax
        shrl    $3, %eax
        movl    %eax, CALLED(VECTOR)(%ebx)
        movl    CONTROL_TSS + TSS_EIP(%ebp), %eax
        movl    %eax, CALLED(VALUE)(%ebx)
        movl    $CALL_FAULTED, CALLED(STATUS)(%ebx)
        jmp     .Lknown

/*
 * The payload has returned.
 * In:     eax = its answer; CS flat and readable, the word below ss:esp can be written, as it was
 *         the return address; all else is whatever the payload left
 */
.Lreturned:
        cli
        cld
        call    1f
1:      popl    %ebx
        subl    $AT(1b), %ebx
        movl    %eax, %edi
        movl    $CR0_PE | CR0_ET, %eax  /* if it has paging on, by an identity mapping */
        movl    %eax, %cr0
        jmp     1f
1:      movl    %cs:CALLED(CONTROL)(%ebx), %ebp
        lgdt    %cs:PARAM(GDTR_PA)(%ebp)
        movl    $CONTROL_DS, %eax
        movl    %eax, %ss
        leal    CALL_STACK_TOP(%ebx), %esp
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    %edi, CALLED(VALUE)(%ebx)
        movl    $CALL_RETURNED, CALLED(STATUS)(%ebx)

        /* A known state again. The IRET is a far return that ends the blocking of NMIs: one may
         * have led to the fault task. Its NT flag is clear, so it is no task switch. */
.Lknown:
        movl    $0, CONTROL_RETURN(%ebp)
        pushl   $EFLAGS_FIXED
        popfl
        pushl   $EFLAGS_FIXED
        pushl   $CONTROL_CS
        leal    AT(.Lours)(%ebx), %eax
        pushl   %eax
        iret
.Lours: andb    $~DESCRIPTOR_TSS_BUSY, CONTROL_GDT_PA + CONTROL_TR + DESCRIPTOR_ACCESS(%ebp)
        movl    $CONTROL_TR, %eax
        ltr     %ax
        lidt    PARAM(IDTR_PA)(%ebp)
        xorl    %eax, %eax
        lldt    %ax
        movl    $DR7_RESET, %eax        /* no breakpoint of the payload's meets the old kernel */
        movl    %eax, %dr7
        testb   $MACHINE_HAS_CR4, PARAM(MACHINE)(%ebp)
        jz      .Lback
        movl    PARAM(MACHINE)(%ebp), %eax
        andl    $MACHINE_HAS_MCE, %eax  /* machine checks are reported on the way */
        movl    %eax, %cr4
.Lback:
        call    .Lswap
        movl    %ebx, %esi
        leal    CONTROL_EXIT + CALL_HOME(%ebp), %eax
        jmp     *%eax

/* Swaps each destination with its source, by the list. In: ebx = this page. Corrupts all but ebx
 * and ebp. No page is in two pairs, so the second time it swaps everything back. */
.Lswap:
        leal    CALLED(LIST)(%ebx), %esi
.Lnext: lodsl
        testb   $LIST_SOURCE, %al
        jz      2f
        pushl   %esi
        leal    -LIST_SOURCE(%eax), %esi
        movl    $PAGE_DWORDS, %ecx
1:      movl    (%edi), %edx
        lodsl
        stosl
        movl    %edx, -4(%esi)
        loop    1b
        popl    %esi
        jmp     .Lnext
2:      testb   $LIST_DESTINATION, %al
        jz      3f
        leal    -LIST_DESTINATION(%eax), %edi
        jmp     .Lnext
3:      testb   $LIST_INDIRECTION, %al
        jz      4f
        leal    -LIST_INDIRECTION(%eax), %esi
        jmp     .Lnext
4:      testb   $LIST_DONE, %al
        jnz     5f
        ud2                             /* no such word: the fault line says so */
5:      ret
        .org    call_code + CALL_CODE_SIZE
        .size   call_code, . - call_code

        .section .note.GNU-stack, "", @progbits
