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
#define CR4_PGE (1 << 7)
#define MSR_EFER 0xc0000080
#define EFLAGS_CLEAR 2          /* bit 1 is fixed at 1 */
#define DR6_CLEAR 0xffff0ff0    /* the reset values [SDM3 table 9-1] */
#define DR7_CLEAR 0x400
#define PAGE_DWORDS 1024
#define VECTORS_WITH_CODE 0x60227d00 /* 8, 10-14, 17, 21, 29, 30 [SDM3 table 6-1] */

        .section .trampoline, "awx", @progbits
        .balign 4096
        .globl  baton_trampoline_page
        .globl  baton_trampoline
        .type   baton_trampoline, @function

/* The offset of a label in the page. */
#define AT(label) (label - baton_trampoline_page)
#define PARAM(name) (CONTROL_PARAMS + PARAM_##name)

baton_trampoline_page:
/*
 * baton_trampoline: hands the machine over. Never returns.
 * In:     eax = pa of the new root table, edx = pa of the control page,
 *         ecx = MACHINE_ bits; interrupts off, CPL 0, paging on, called at the kernel address
 * Stack:  any; two words of it are used
 */
baton_trampoline:
        cli
        cld

        /* 1. Segments of our own, so that the gates' selector means something. */
        call    1f
1:      popl    %ebx
        subl    $AT(1b), %ebx           /* ebx = kernel address of this page */
        lgdt    PARAM(GDTR_VA)(%ebx)
        pushl   $CONTROL_CS
        leal    AT(.Lsegments)(%ebx), %edi
        pushl   %edi
        lret
.Lsegments:
        movl    $CONTROL_DS, %edi
        movl    %edi, %ds
        movl    %edi, %es
        movl    %edi, %fs
        movl    %edi, %gs

        /* 2. From here a fault is ours. The IDT comes before the stack: a fault between the two
         *    must find a handler and the stack that it expects. SS and ESP change together. */
        lidt    PARAM(IDTR_VA)(%ebx)
        movl    %edi, %ss
        leal    CONTROL_STACK_TOP(%ebx), %esp

        /* 3. A CR3 write keeps global entries. The old kernel's entry for this very address may
         *    be one: drop them while it still maps the code that runs. */
        testb   $MACHINE_HAS_CR4, %cl
        jz      .Lswitch
        movl    %cr4, %esi
        andl    $~CR4_PGE, %esi
        movl    %esi, %cr4

        /* 4. The switch. The next instruction comes from the same address in the new tables. */
.Lswitch:
        movl    %eax, %cr3
.Lswitched:
        leal    AT(.Lidentity)(%edx), %esi
        jmp     *%esi

        /* 5. At the physical address: descriptor tables and stack follow. */
.Lidentity:
        movl    %edx, %ebp              /* ebp = this page, from now on */
        lgdt    PARAM(GDTR_PA)(%ebp)
        lidt    PARAM(IDTR_PA)(%ebp)
        leal    CONTROL_STACK_TOP(%ebp), %esp

        /* 6. Paging off, caches on, every control register in a known state. LME cannot change
         *    while paging is on, so EFER comes after CR0. */
        movl    $CR0_PE_ET, %eax
        movl    %eax, %cr0
.Lunpaged:
        jmp     1f                      /* [SDM3 9.9.2] asks for a jump here */
1:      xorl    %eax, %eax
        testb   $MACHINE_HAS_CR4, PARAM(MACHINE)(%ebp)
        jz      1f
        movl    %eax, %cr4
1:      movl    %eax, %cr3
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

        /* 7. The list. esi reads it, edi is the destination. Each arm fetches the next word
         *    itself: it saves a jump a page. */
.Llist:
        leal    PARAM(LIST)(%ebp), %esi
.Lnext:
        lodsl
        testb   $LIST_SOURCE, %al
        jz      .Lnot_source
.Lcopy:
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
        pushl   $EFLAGS_CLEAR
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
        .size   baton_trampoline, . - baton_trampoline

/*
 * A fault, at either address, with paging on or off. One line on the serial port, then the end.
 * In:     esp -> vector, [error code,] eip, cs, eflags; CONTROL_CS
 * Out:    never. Uses ebp = this page at the address it runs at, all registers
 */
.Lfault:
        call    1f
1:      popl    %ebp
        subl    $AT(1b), %ebp
        popl    %esi                    /* vector */
        xorl    %edi, %edi              /* error code, if the CPU pushed one */
        movl    $VECTORS_WITH_CODE, %eax
        btl     %esi, %eax
        jnc     1f
        popl    %edi
1:      leal    AT(.Lsay_fault)(%ebp), %ebx
        call    .Lputs
        call    .Lphase                 /* ebx = the phase's name */
        call    .Lputs
        leal    AT(.Lsay_vector)(%ebp), %ebx
        call    .Lputs
        movl    %esi, %eax
        call    .Lhex
        leal    AT(.Lnames)(%ebp), %ebx /* and its name: the esi-th string */
        movl    %esi, %ecx
1:      jecxz   3f
2:      incl    %ebx
        cmpb    $0, -1(%ebx)
        jne     2b
        decl    %ecx
        jmp     1b
3:      movb    $' ', %al
        call    .Lputc
        call    .Lputs
        leal    AT(.Lsay_values)(%ebp), %ebx
        movl    %edi, %eax              /* error */
        call    .Lput_value
        popl    %eax                    /* eip */
        call    .Lput_value
        popl    %eax                    /* cs */
        call    .Lput_value
        popl    %eax                    /* eflags */
        call    .Lput_value
        movl    %cr0, %eax
        call    .Lput_value
        movl    %cr2, %eax
        call    .Lput_value
        movl    %cr3, %eax
        call    .Lput_value
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

/* Out: ebx = the name of the phase that the eip on the stack (above the return address) is in. */
.Lphase:
        movl    4(%esp), %eax
        movl    %eax, %ecx
        andl    $0xfffff000, %ecx
        cmpl    %ebp, %ecx              /* this page at the address it runs at... */
        je      0f
        movl    PARAM(GDTR_PA) + 2(%ebp), %ebx
        andl    $0xfffff000, %ebx
        cmpl    %ebx, %ecx              /* ... or, in step 5, already at its physical one; */
        leal    AT(.Lphase_wild)(%ebp), %ebx
        jne     2f                      /* else a wild jump */
0:      andl    $0xfff, %eax
        leal    AT(.Lphases)(%ebp), %ebx
1:      movzwl  (%ebx), %ecx            /* {end, name}: the first whose end lies beyond eip */
        addl    $2, %ebx
        cmpl    %ecx, %eax
        jb      2f
3:      incl    %ebx
        cmpb    $0, -1(%ebx)
        jne     3b
        jmp     1b
2:      ret

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
        .asciz  "outside the trampoline"
.Lsay_fault:
        .asciz  "\r\nfault       in the hand-off, "
.Lsay_vector:
        .asciz  ": vector "
.Lsay_values:
        .asciz  "; error "
        .asciz  " eip "
        .asciz  " cs "
        .asciz  " eflags "
        .asciz  " cr0 "
        .asciz  " cr2 "
        .asciz  " cr3 "
.Lnewline:
        .asciz  "\r\n"
.Lnames:                                /* [SDM3 table 6-1] */
        .asciz  "divide error"
        .asciz  "debug"
        .asciz  "NMI"
        .asciz  "breakpoint"
        .asciz  "overflow"
        .asciz  "bound range"
        .asciz  "invalid opcode"
        .asciz  "no FPU"
        .asciz  "double fault"
        .asciz  "FPU segment"
        .asciz  "invalid TSS"
        .asciz  "segment not present"
        .asciz  "stack fault"
        .asciz  "general protection"
        .asciz  "page fault"
        .asciz  "reserved"
        .asciz  "FPU error"
        .asciz  "alignment check"
        .asciz  "machine check"
        .asciz  "SIMD error"
        .asciz  "virtualization"
        .asciz  "control protection"
        .rept   CONTROL_VECTORS - 22
        .asciz  "reserved"
        .endr

        /* .org refuses to go back: that is the check that the code fits its part. */
        .org    CONTROL_STUBS
        .set    vector, 0
        .rept   CONTROL_VECTORS
1:      pushl   $vector
        jmp     .Lfault
        .org    CONTROL_STUBS + (vector + 1) * CONTROL_STUB_SIZE
        .set    vector, vector + 1
        .endr

        .org    CONTROL_PARAMS
        .fill   CONTROL_GDT - CONTROL_PARAMS, 1, 0

        /* Flat 4 GiB, accessed already: the CPU has nothing to write. [SDM3 3.4.5] */
        .org    CONTROL_GDT
        .quad   0
        .quad   0
        .quad   0x00cf9b000000ffff      /* 0x10: code, execute and read */
        .quad   0x00cf93000000ffff      /* 0x18: data, read and write */

        .org    CONTROL_IDT_VA
        .fill   0x1000 - CONTROL_IDT_VA, 1, 0

        .section .note.GNU-stack, "", @progbits
