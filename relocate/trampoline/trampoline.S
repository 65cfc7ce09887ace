/*
 * The trampoline: the last code of the old kernel and the only code between two kernels.
 *
 * It is a whole page, position independent, without a relocation (the build checks that). The
 * template is called at its kernel address, in the live tables; the copy in the control page goes on
 * at the same address after the CR3 switch, and then at its physical one. It reads nothing outside
 * its own page and the indirection list (H2); digest.S says what the digest page does.
 *
 *     live tables      va -> template           steps 1-3   (the old stack, read no more)
 *     new tables       va -> control page       step 4
 *     new tables       pa -> control page       step 5
 *     paging off             control page       steps 6-8, and 9: the exit (exit.h)
 */
#include "i386.h"
#include "lib/uart.h"
#include "relocate/trampoline/control.h"
#include "relocate/trampoline/list.h"

#define PAGE_DWORDS 1024

        .section .trampoline, "awx", @progbits
        .balign 4096
        .globl  baton_trampoline_page
        .globl  baton_trampoline
        .type   baton_trampoline, @function

/* The offset of a label in the page. */
#define AT(label) (label - baton_trampoline_page)
#define PARAM(name) (CONTROL_PARAMS + PARAM_##name)

/* A step is done: its time, its number for who watches (trace=), and in a build for the tests its
 * fault (see .Lstep). Corrupts eax, ebx, edx; the stack must be the page's, and empty. */
#define STEP(step) movl $step, %ebx; call .Lstep
#ifdef BATON_INJECT             /* for the tests, see kernel/load/inject.h */
#include "relocate/trampoline/inject.h"
#define COMMA ,
#endif
#define FIRST_STAMP 4           /* the step of the trace's second stamp; the first is the host's */

baton_trampoline_page:
/*
 * baton_trampoline: hands the machine over. Never returns.
 * In:     eax = pa of the new root table, edx = pa of the control page; interrupts off, CPL 0,
 *         paging on, called at the kernel address
 * Stack:  any; a word of it is used
 */
baton_trampoline:
        cli
        cld
        movl    %eax, %edi              /* edi = the new root, */
        movl    %edx, %esi              /* esi = pa of the control page, until they are used */

        /* 1. From here a fault is ours, whatever segments and stack hold: it ends in the fault
         *    task, which brings all of its own. Until the CR3 write it runs in the tables that are
         *    loaded now. Its task switch sets CR0.TS, so nobody else may have done that. */
        clts
        call    1f
1:      popl    %ebp
        subl    $AT(1b), %ebp           /* ebp = this page, from now on */
        movl    %cr3, %eax
        movl    %eax, CONTROL_FAULT_TSS_VA + TSS_CR3(%ebp)
        movl    $CONTROL_TR, %eax
        lgdt    PARAM(GDTR_VA)(%ebp)
        ltr     %ax
        lidt    PARAM(IDTR_VA)(%ebp)

        /* 2. Segments and stack of our own; SS and ESP change together. */
        movl    $CONTROL_DS, %eax
        movl    %eax, %ss
        leal    CONTROL_STACK_TOP(%ebp), %esp
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        pushl   $CONTROL_CS
        leal    AT(.Lsegments)(%ebp), %eax
        pushl   %eax
        lret
.Lsegments:
        STEP(2)

        /* 3. A CR3 write keeps global entries. The old kernel's entry for this very address may
         *    be one: drop them while it still maps the code that runs. A machine check is a fault
         *    from here on; without CR4.MCE it would be a shutdown. */
        testb   $MACHINE_HAS_CR4, PARAM(MACHINE)(%ebp)
        jz      .Lswitch
        movl    PARAM(MACHINE)(%ebp), %ecx
        andl    $MACHINE_HAS_MCE, %ecx  /* CR4.MCE */
        movl    %cr4, %eax
        andl    $~CR4_PGE, %eax
        orl     %ecx, %eax
        movl    %eax, %cr4
.Lswitch:
        STEP(3)

        /* 4. The switch. The host's time stamp is in the template, and goes over in registers. */
        movl    CONTROL_TRACE_TICKS(%ebp), %ecx
        movl    CONTROL_TRACE_TICKS + 4(%ebp), %ebx

        /* The next instruction comes from the same address in the new tables. */
        movl    %edi, %cr3
.Lswitched:
        movl    %ecx, CONTROL_TRACE_TICKS(%ebp)
        movl    %ebx, CONTROL_TRACE_TICKS + 4(%ebp)
        STEP(4)
        leal    AT(.Lidentity)(%esi), %eax
        jmp     *%eax

        /* 5. At the physical address: descriptor tables and stack follow. Between two of these
         *    instructions a fault finds a GDT, a TSS and an IDT at one address or the other; both
         *    are mapped. */
.Lidentity:
        movl    %esi, %ebp
        movl    $CONTROL_TR, %eax
        lgdt    PARAM(GDTR_PA)(%ebp)
        ltr     %ax
        lidt    PARAM(IDTR_PA)(%ebp)
        leal    CONTROL_STACK_TOP(%ebp), %esp
        STEP(5)

        /* 6. Paging off, caches on, every control register in a known state. LME cannot change
         *    while paging is on, so EFER comes after CR0. */
        movl    $CR0_PE | CR0_ET, %eax
        movl    %eax, %cr0
.Lunpaged:
        jmp     1f                      /* [SDM3 9.9.2] asks for a jump here */
1:      testb   $MACHINE_HAS_CR4, PARAM(MACHINE)(%ebp)
        jz      1f
        movl    PARAM(MACHINE)(%ebp), %eax
        andl    $MACHINE_HAS_MCE, %eax  /* machine checks are told of until the entry */
        movl    %eax, %cr4
1:      xorl    %eax, %eax
        movl    %eax, %cr3
        testb   $MACHINE_HAS_EFER, PARAM(MACHINE)(%ebp)
        jz      1f
        movl    $MSR_EFER, %ecx
        xorl    %edx, %edx
        wrmsr                           /* edx:eax = 0 */
1:      movl    $DR7_RESET, %ecx        /* breakpoints off before their addresses go */
        movl    %ecx, %dr7
        movl    %eax, %dr0
        movl    %eax, %dr1
        movl    %eax, %dr2
        movl    %eax, %dr3
        movl    $DR6_RESET, %ecx
        movl    %ecx, %dr6
        lldt    %ax
        /* Who switches paging on next does it without PAE, and a fault then loads this CR3. */
        movl    CONTROL_FAULT_ROOT(%ebp), %ecx
        movl    %ecx, CONTROL_FAULT_TSS_PA + TSS_CR3(%ebp)
        STEP(6)

        /* 7. The list. esi reads it, edi is the destination. Each arm fetches the next word
         *    itself: it saves a jump a page. */
.Llist:
        leal    PARAM(LIST)(%ebp), %esi
.Lnext:
        lodsl
        testb   $LIST_SOURCE, %al
        jz      .Lnot_source
.Lcopy:
#ifdef BATON_INJECT
        movl    $INJECT_LIST, %ebx
        call    .Linject
#endif
        movl    %esi, %edx
        leal    -LIST_SOURCE(%eax), %esi
        movl    $PAGE_DWORDS, %ecx
        rep movsl
        movl    %edx, %esi
        lodsl
        testb   $LIST_SOURCE, %al
        jnz     .Lcopy
.Lnot_source:
        testb   $LIST_DESTINATION, %al
        jz      .Lnot_destination
        leal    -LIST_DESTINATION(%eax), %edi
        lodsl
        testb   $LIST_SOURCE, %al
        jnz     .Lcopy
        jmp     .Lnot_source
.Lnot_destination:
        testb   $LIST_ZERO, %al
        jz      .Lnot_zero
        xorl    %eax, %eax
        movl    $PAGE_DWORDS, %ecx
        rep stosl
        jmp     .Lnext
.Lnot_zero:
        testb   $LIST_INDIRECTION, %al
        jz      .Lnot_indirection
        leal    -LIST_INDIRECTION(%eax), %esi
        jmp     .Lnext
.Lnot_indirection:
        testb   $LIST_DONE, %al
        jnz     .Lcheck
        ud2                             /* no such word: the fault line tells */

        /* 8. Is what lies there now what was loaded? The digest page has told if not. */
.Lcheck:
        STEP(7)
        movl    PARAM(DIGEST)(%ebp), %eax
        testl   %eax, %eax
        jz      .Lentry
        call    *%eax
        testl   %eax, %eax
        jnz     .Lend

        /* 9. The exit, which the load has copied here. */
.Lentry:
        STEP(8)
        leal    CONTROL_EXIT(%ebp), %eax
        jmp     *%eax
.Lsteps_end:
        .size   baton_trampoline, . - baton_trampoline

/*
 * A step is done.
 * In:     ebx = the step, ebp = this page        Corrupts: eax, ebx, edx
 */
.Lstep:
        cmpl    $FIRST_STAMP, %ebx
        jb      1f
        testb   $MACHINE_HAS_TSC, PARAM(MACHINE)(%ebp)
        jz      1f
        rdtsc
        movl    %eax, CONTROL_TRACE_TICKS + 8 - 8 * FIRST_STAMP(%ebp,%ebx,8)
        movl    %edx, CONTROL_TRACE_TICKS + 12 - 8 * FIRST_STAMP(%ebp,%ebx,8)
1:      testb   $MACHINE_TRACE, PARAM(MACHINE)(%ebp)
        jz      2f
        leal    '0'(%ebx), %eax
        call    .Lputc
        testb   $MACHINE_TRACE_PORT, PARAM(MACHINE)(%ebp)
        jz      1f
        movl    %ebx, %eax
        outb    %al, $0x80
1:      cmpl    $CONTROL_LAST_STEP, %ebx
        jne     2f
        pushl   %ebx
        leal    AT(.Lnewline)(%ebp), %ebx
        call    .Lputs
        popl    %ebx
2:
#ifndef BATON_INJECT
        ret
#else
/*
 * Goes on here: raises the fault that kernel/load/inject.c has ordered, if it is its step and turn.
 * In:     ebx = the step, or INJECT_LIST; ebp = this page        Corrupts: ebx
 */
.Linject:
        cmpb    %bl, CONTROL_INJECT + INJECT_AT_STEP(%ebp)
        jne     1f
        decw    CONTROL_INJECT + INJECT_AT_TURN(%ebp)
        jnz     1f
        movzbl  CONTROL_INJECT + INJECT_AT_KIND(%ebp), %ebx
        shll    $4, %ebx
        leal    AT(.Lkinds)(%ebp,%ebx), %ebx
        jmp     *%ebx
1:      ret

/* A kind: what leads to it, and its last instruction. The label is the address that is told: of
 * the instruction if it is a fault, of the next one if it is a trap. */
#define FAULT(name, before, last) .balign 16; before; .globl inject_##name; inject_##name: last
#define TRAP(name, last) .balign 16; last; .globl inject_##name; inject_##name:
        .balign 16
.Lkinds:
        FAULT(divide, xorl %ecx COMMA %ecx, divl %ecx)
        TRAP(int3, int3)
        FAULT(ud, , ud2)
        FAULT(gp, movl $INJECT_SELECTOR COMMA %ebx, movl %ebx COMMA %ds)
        FAULT(pf, , movl INJECT_ADDRESS COMMA %ebx)
        TRAP(nmi, int $2)
        TRAP(df, int $8)
        FAULT(stack, movl $INJECT_STACK COMMA %esp, pushl %ebx)
        .globl  inject_stack_unpaged
inject_stack_unpaged:
        ud2                             /* without paging any address will do */
        FAULT(jump, movl $INJECT_ADDRESS COMMA %ebx, jmp *%ebx)
#endif

#include "relocate/trampoline/fault_task.inc"

        /* .org refuses to go back: that is the check that the code fits its part. The rest of the
         * page is C's to fill (control.c). */
        .org    CONTROL_EXIT
        .org    CONTROL_STEP
        jmp     .Lstep
#ifdef BATON_INJECT
        .org    CONTROL_INJECT
#endif
        .org    CONTROL_PUTS
        jmp     .Lputs
        .org    CONTROL_PUT_VALUE
        jmp     .Lput_value
        .org    CONTROL_FAULT
        jmp     .Lfault
        .org    0x1000

        .section .note.GNU-stack, "", @progbits
