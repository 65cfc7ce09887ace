/*
 * The trampoline: the last code of the old kernel and the only code between two kernels.
 *
 * It is a whole page, position independent, without a relocation (the build checks that). The template is called at its kernel address, in the live tables; the
 * copy in the control page goes on at the same address after the CR3 switch, and then at its
 * physical one. It reads nothing outside its own page and the indirection list (H2).
 *
 *     live tables      va -> template           steps 1-3   (the old stack, read no more)
 *     new tables       va -> control page       step 4
 *     new tables       pa -> control page       step 5
 *     paging off             control page       steps 6-8
 */
#include "relocate/control.h"
#include "relocate/list.h"

#define CR0_PE_ET 0x11          /* protected mode, nothing else; ET is fixed at 1 [SDM3 2.5] */
#define CR0_TS (1 << 3)
#define CR4_PGE (1 << 7)
#define MSR_EFER 0xc0000080
#define EFLAGS_CLEAR 2          /* bit 1 is fixed at 1 */
#define DR6_CLEAR 0xffff0ff0    /* the reset values [SDM3 table 9-1] */
#define DR7_CLEAR 0x400
#define PAGE_DWORDS 1024

        .section .trampoline, "awx", @progbits
        .balign 4096
        .globl  baton_trampoline_page
        .globl  baton_trampoline
        .type   baton_trampoline, @function

/* The offset of a label in the page. */
#define AT(label) (label - baton_trampoline_page)
#define PARAM(name) (CONTROL_PARAMS + PARAM_##name)

/* A step is done: see .Lmark. Corrupts eax, ebx, edx; the stack must be the page's, and empty. */
#define MARK(step) movl $step, %ebx; call .Lmark
#ifdef BATON_INJECT             /* for the tests, see kernel/inject.h */
#include "relocate/inject.h"
#define INJECT(phase) movl $phase, %ebx; call .Linject
#define COMMA ,
#else
#define INJECT(phase)
#endif
#define FIRST_STAMP 4           /* the step of the trace's second stamp; the first is the host's */
#define LAST_STEP 8

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
        MARK(2)

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
        MARK(3)
        INJECT(INJECT_BEFORE_CR3)

        /* 4. The switch. The next instruction comes from the same address in the new tables. The
         *    host's stamp is in the template, and goes over in registers. */
        movl    CONTROL_TRACE_TICKS(%ebp), %ecx
        movl    CONTROL_TRACE_TICKS + 4(%ebp), %ebx
        movl    %edi, %cr3
.Lswitched:
        movl    %ecx, CONTROL_TRACE_TICKS(%ebp)
        movl    %ebx, CONTROL_TRACE_TICKS + 4(%ebp)
        MARK(4)
        INJECT(INJECT_AFTER_CR3)
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
        MARK(5)
        INJECT(INJECT_PHYSICAL)

        /* 6. Paging off, caches on, every control register in a known state. LME cannot change
         *    while paging is on, so EFER comes after CR0. */
        movl    $CR0_PE_ET, %eax
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
1:      movl    $DR7_CLEAR, %ecx        /* breakpoints off before their addresses go */
        movl    %ecx, %dr7
        movl    %eax, %dr0
        movl    %eax, %dr1
        movl    %eax, %dr2
        movl    %eax, %dr3
        movl    $DR6_CLEAR, %ecx
        movl    %ecx, %dr6
        lldt    %ax
        MARK(6)
        INJECT(INJECT_UNPAGED)

        /* 7. The list. esi reads it, edi is the destination. Each arm fetches the next word
         *    itself: it saves a jump a page. */
.Llist:
        leal    PARAM(LIST)(%ebp), %esi
.Lnext:
        lodsl
        testb   $LIST_SOURCE, %al
        jz      .Lnot_source
.Lcopy:
        INJECT(INJECT_LIST)
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
        jnz     .Lentry
        ud2                             /* no such word: the fault line tells */

        /* 8. The documented state, every register of it (H9). */
.Lentry:
        MARK(7)
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
        MARK(LAST_STEP)
        INJECT(INJECT_ENTRY)
        testb   $MACHINE_HAS_CR4, PARAM(MACHINE)(%ebp)
        jz      1f
        xorl    %eax, %eax
        movl    %eax, %cr4
1:      pushl   $EFLAGS_CLEAR
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
.Lsteps_end:
        .size   baton_trampoline, . - baton_trampoline

/*
 * A step is done: its time, and its number for who watches (trace=).
 * In:     ebx = the step, ebp = this page        Corrupts: eax, ebx, edx
 */
.Lmark:
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
1:      cmpl    $LAST_STEP, %ebx
        jne     2f
        leal    AT(.Lnewline)(%ebp), %ebx
        call    .Lputs
2:      ret

#ifdef BATON_INJECT
/*
 * Raises the fault that kernel/inject.c has ordered, if it is its phase and turn.
 * In:     ebx = the phase, ebp = this page        Corrupts: ebx
 */
.Linject:
        cmpb    %bl, CONTROL_INJECT + INJECT_AT_PHASE(%ebp)
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

/*
 * The fault task: one line on the serial port, then the end. The CPU has saved the registers in
 * the trampoline's own TSS, and has loaded all of these from the fault task's.
 * In:     tr = CONTROL_FAULT_TR + 8 * vector, ebp = this page at the address it runs at,
 *         esp -> the error code if there is one, else the top of the fault task's stack
 * Out:    never
 * A second fault in here prints a second line or goes on, as the CPU saves first or loads first.
 * Each vector has one turn, for then its TSS is busy; so it ends, in a shutdown at the worst.
 */
.Lfault:
        leal    AT(.Lsay_fault)(%ebp), %ebx
        call    .Lputs
        call    .Lphase                 /* ebx = the phase's name */
        call    .Lputs
        leal    AT(.Lsay_vector)(%ebp), %ebx
        call    .Lputs
        str     %ax
        movzwl  %ax, %eax
        subl    $CONTROL_FAULT_TR, %eax
        shrl    $3, %eax
        movl    %eax, %esi
        call    .Lhex
        leal    AT(.Lnames)(%ebp), %ebx
        movl    %esi, %ecx
        call    .Lskip                  /* ebx = the vector's name */
        call    .Lputs
        leal    AT(.Lsay_values)(%ebp), %ebx
        call    .Lputs
        leal    CONTROL_FAULT_STACK_TOP(%ebp), %eax
        cmpl    %eax, %esp
        je      1f
        popl    %eax
        call    .Lhex
        leal    AT(.Lsay_eip)(%ebp), %ebx
        jmp     2f
1:      call    .Lputs                  /* "none" */
2:      movl    CONTROL_TSS + TSS_EIP(%ebp), %eax
        call    .Lput_value
        movzwl  CONTROL_TSS + TSS_CS(%ebp), %eax
        call    .Lput_value
        movl    CONTROL_TSS + TSS_EFLAGS(%ebp), %eax
        call    .Lput_value
        movl    %cr0, %eax
        andl    $~CR0_TS, %eax          /* that was the task switch */
        call    .Lput_value
        movl    %cr2, %eax
        call    .Lput_value
        movl    %cr3, %eax
        call    .Lput_value
        testb   $MACHINE_HAS_CR4, PARAM(MACHINE)(%ebp)
        jz      1f
        movl    %cr4, %eax
        call    .Lput_value
1:      call    .Lput_stack
        leal    AT(.Lnewline)(%ebp), %ebx
        call    .Lputs

        movw    PARAM(EXIT_PORT)(%ebp), %dx
        testw   %dx, %dx
        jz      1f
        movb    $EXIT_HANDOFF_FAULT, %al
        outb    %al, %dx
1:      testb   $MACHINE_RESET, PARAM(MACHINE)(%ebp)
        jz      2f
        movb    $0x06, %al              /* hard reset, then the keyboard controller's pulse */
        movw    $0xcf9, %dx
        outb    %al, %dx
        movb    $0xfe, %al
        outb    %al, $0x64
2:      hlt
        jmp     2b

/* Is eax in this page, at either of its addresses? Out: below: yes, and eax = its offset */
.Lin_page:
        movl    %eax, %ecx
        subl    %ebp, %eax
        cmpl    $0x1000, %eax
        jb      1f
        movl    %ecx, %eax
        subl    PARAM(GDTR_PA) + 2(%ebp), %eax
        addl    $CONTROL_GDT_PA, %eax
        cmpl    $0x1000, %eax
1:      ret

/*
 * Out: ebx = the name of the phase that the faulting address is in. That of a subroutine is where
 * the steps called it from: the stack is empty between the steps, so that is its first word.
 */
.Lphase:
        movl    CONTROL_TSS + TSS_EIP(%ebp), %eax
        call    .Lin_page
        leal    AT(.Lphases)(%ebp), %ebx
        jae     .Lwild
        cmpl    $AT(.Lsteps_end), %eax
        jb      2f
        cmpl    $AT(.Lphases), %eax
        jae     .Lwild
        movl    CONTROL_STACK_TOP - 4(%ebp), %eax
        decl    %eax                    /* the call itself, which may be its phase's last */
        call    .Lin_page
        jae     .Lwild
        cmpl    $AT(.Lsteps_end), %eax
        jae     .Lwild
2:      movzwl  (%ebx), %ecx            /* {end, name}: the first whose end lies beyond eip */
        addl    $2, %ebx
        cmpl    %ecx, %eax
        jb      3f
        movl    $1, %ecx
        call    .Lskip
        jmp     2b
.Lwild: leal    AT(.Lphase_wild)(%ebp), %ebx
3:      ret

/* In: ebx -> strings. Out: ebx -> the ecx-th of them, from 0. Corrupts ecx. */
.Lskip:
        jecxz   2f
1:      incl    %ebx
        cmpb    $0, -1(%ebx)
        jne     1b
        loop    1b
2:      ret

/* The stack pointer at the fault, and the last two words of the stack if that is ours. */
.Lput_stack:
        leal    AT(.Lsay_esp)(%ebp), %ebx
        movl    CONTROL_TSS + TSS_ESP(%ebp), %eax
        movl    %eax, %edi
        call    .Lput_value
        leal    -1(%edi), %eax          /* its top is the end of the page */
        call    .Lin_page
        jae     .Lputs                  /* "(not in the control page)" */
        leal    1(%eax), %edi
        movl    $1, %ecx
        call    .Lskip
        call    .Lputs                  /* "stack" */
        movl    $2, %esi
1:      cmpl    $0x1000 - 4, %edi
        ja      2f
        movl    (%ebp,%edi), %eax
        addl    $4, %edi
        movl    %eax, %ecx
        movb    $' ', %al
        call    .Lputc
        movl    %ecx, %eax
        call    .Lhex
        decl    %esi
        jnz     1b
        ret
2:      cmpl    $2, %esi
        je      .Lputs                  /* "empty" */
        ret

/* In: ebx -> " name " string, eax = value. Out: ebx -> the next string. */
.Lput_value:
        pushl   %eax
        call    .Lputs
        popl    %eax
/* In: eax. Prints 0x and 8 digits. Corrupts eax, ecx, edx. */
.Lhex:
        pushl   %eax
        movb    $'0', %al
        call    .Lputc
        movb    $'x', %al
        call    .Lputc
        popl    %eax
        movl    $8, %ecx
1:      roll    $4, %eax
        pushl   %eax
        andb    $15, %al
        cmpb    $10, %al
        sbbb    $0x69, %al              /* 0-9 -> 0x96-0x9f + CF, a-f: das makes ASCII of both */
        das
        orb     $0x20, %al
        call    .Lputc
        popl    %eax
        loop    1b
        ret

/* In: ebx -> string. Out: ebx -> behind its NUL. Corrupts eax, edx. */
.Lputs:
        movb    (%ebx), %al
        incl    %ebx
        testb   %al, %al
        jz      1f
        call    .Lputc
        jmp     .Lputs
1:      ret

/* In: al. Waits for the transmitter, but not for ever. Corrupts ah, edx. */
.Lputc:
        pushl   %ecx
        movzwl  PARAM(COM_PORT)(%ebp), %edx
        testl   %edx, %edx
        jz      2f
        addl    $5, %edx                /* line status; bit 5: holding register empty */
        movb    %al, %ah
        movl    $0x20000, %ecx
1:      inb     %dx, %al
        testb   $0x20, %al
        loopz   1b
        subl    $5, %edx
        movb    %ah, %al
        outb    %al, %dx
2:      popl    %ecx
        ret

.Lphases:
        .word   AT(.Lswitched)
        .asciz  "at the kernel address, before CR3"
        .word   AT(.Lidentity)
        .asciz  "at the kernel address, after CR3"
        .word   AT(.Lunpaged)
        .asciz  "at the physical address"
        .word   AT(.Llist)
        .asciz  "paging off"
        .word   AT(.Lentry)
        .asciz  "in the list"
        .word   0x1000
        .asciz  "at the entry"
.Lphase_wild:
        .asciz  "in the payload, or a wild jump"
.Lsay_fault:
        .asciz  "\r\nfault       in the hand-off, "
.Lsay_vector:
        .asciz  ": vector "
.Lsay_values:
        .asciz  "; error "
        .asciz  "none"
.Lsay_eip:
        .asciz  " eip "
        .asciz  " cs "
        .asciz  " eflags "
        .asciz  " cr0 "
        .asciz  " cr2 "
        .asciz  " cr3 "
        .asciz  " cr4 "
.Lsay_esp:
        .asciz  " esp "
        .asciz  " (not in the control page)"
        .asciz  " stack"
        .asciz  " empty"
.Lnewline:
        .asciz  "\r\n"
.Lnames:                                /* [SDM3 table 6-1] */
        .asciz  " divide error"
        .asciz  " debug"
        .asciz  " NMI"
        .asciz  " breakpoint"
        .asciz  " overflow"
        .asciz  " bound range"
        .asciz  " invalid opcode"
        .asciz  " no FPU"
        .asciz  " double fault"
        .asciz  " FPU segment"
        .asciz  " invalid TSS"
        .asciz  " segment not present"
        .asciz  " stack fault"
        .asciz  " general protection"
        .asciz  " page fault"
        .asciz  " reserved"
        .asciz  " FPU error"
        .asciz  " alignment check"
        .asciz  " machine check"
        .asciz  " SIMD error"
        .asciz  " virtualization"
        .asciz  " control protection"
        .rept   CONTROL_VECTORS - 22
        .asciz  " reserved"
        .endr

        /* .org refuses to go back: that is the check that the code fits its part. The rest of the
         * page is C's to fill (control.c). */
        .org    CONTROL_FAULT
        jmp     .Lfault
        .org    0x1000

        .section .note.GNU-stack, "", @progbits
