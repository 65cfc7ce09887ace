/*
 * A payload that returns, entered and left as record.h says. In: esp -> the return address, in the
 * stack of the call page.
 */
        .section .text.entry, "ax", @progbits
        .globl  called_entry
called_entry:
        pushl   %ss
        pushl   %gs
        pushl   %fs
        pushl   %es
        pushl   %ds
        pushl   %cs
        pushfl
        pushal
        movl    %esp, %eax
        pushl   %eax
        call    called                  /* (const struct entry *): its answer is ours */
        addl    $4 + 8 * 4 + 7 * 4, %esp
        cmpl    $0, called_wild
        jne     1f
        ret

        /* Wild: another stack, GDT, IDT, no TSS of anyone's, breakpoints, flags and registers; what
         * record.h asks for is left: flat code and a stack for the return. */
1:      popl    %ebx
        lgdt    wild_gdtr
        lidt    wild_idtr
        movl    $wild_stack, %esp
        movl    $0x38, %ecx
        movl    %ecx, %ss
        ljmp    $0x30, $1f
1:      xorl    %ecx, %ecx
        movl    %ecx, %ds
        movl    %ecx, %es
        movl    %ecx, %fs
        movl    %ecx, %gs
        movl    $called_entry, %ecx
        movl    %ecx, %dr0
        movl    $0x402, %ecx
        movl    %ecx, %dr7
        movl    %cr0, %ecx
        orl     $0x40010008, %ecx       /* CD, WP, TS */
        movl    %ecx, %cr0
        pushl   %ebx
        pushl   $0x254cd7               /* all flags but TF and IF; NT and DF among them */
        popfl
        movl    $0x11111111, %ecx
        movl    $0x22222222, %edx
        movl    $0x33333333, %ebx
        movl    $0x44444444, %esi
        movl    $0x55555555, %edi
        movl    $0x66666666, %ebp
        ret

        .data
        .balign 8
wild_gdt:
        .fill   6, 8, 0
        .quad   0x00cf9b000000ffff
        .quad   0x00cf93000000ffff
wild_gdtr:
        .short  . - wild_gdt - 1
        .long   wild_gdt
wild_idtr:
        .short  0
        .long   0
        .bss
        .skip   64
wild_stack:

        .section .note.GNU-stack, "", @progbits
