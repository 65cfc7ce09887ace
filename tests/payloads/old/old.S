/*
 * An imitation of the i386 Linux kernels of boot protocols 2.02 and 2.03 (2.2, 2.4, 2.6 up to
 * 2.6.13). It uses what a boot loader leaves in the same way:
 *
 *   1. it unpacks itself through low memory, up to boot_params: here that is filled with a pattern
 *   2. it switches paging on, with tables that map its first megabytes, at 0 and at 3 GiB
 *   3. only then it loads SS from the given GDT,
 *   4. and reads boot_params and the command line
 *
 * It prints a line on COM1 for each step; then writes 0x20 to isa-debug-exit. Flat, linked at 1
 * MiB. The test sets the two bytes of `what` (tests/boot/files/oldlinux.py).
 */
#define COM1 0x3f8
#define EXIT_PORT 0xf4
#define EXIT_PASS 0x20
#define BOOT_DS 0x18                    /* [LBP 32-bit] */
#define HDR_MAGIC 0x202
#define HDR_CMD_LINE_PTR 0x228
#define PARAMS_SIZE 0x1000
#define LINE_SIZE 2048                  /* 2.4 always copies so many bytes */
#define UNPACK_LOW_START 0x1000
#define UNPACK_LOW_END 0x90000
#define PATTERN 0xa5a5a5a5
#define UPPER_HALF (0xc0000000 >> 22)   /* the entry of the directory */
#define CR0_PG 0x80000000
#define NOWHERE 0x40000000              /* an address that is not mapped */
#define DIRECTORY 0x00140000            /* in the memory that the kernel unpacks into */
#define TABLES 0x00141000

        .text
        .globl  entry
entry:
        jmp     start
        .org    4
what:   .byte   1                       /* tables: 4 MiB each */
        .byte   0                       /* the fault before it has an IDT, 0: none */

start:
        cld
        movl    $stack_top, %esp
        movl    $at_entry, %ebx
        call    say_hex                 /* of esi */

        /* 1. low memory */
        movl    $UNPACK_LOW_START, %edi
        movl    $UNPACK_LOW_END, %ecx
        cmpl    %ecx, %esi
        ja      1f
        movl    %esi, %ecx
1:      andl    $~0xfff, %ecx
        subl    %edi, %ecx
        shrl    $2, %ecx
        movl    $PATTERN, %eax
        rep stosl

        /* 2. paging */
        movl    $DIRECTORY, %edi
        xorl    %eax, %eax
        movl    $1024, %ecx
        rep stosl
        movzbl  what, %ecx
        movl    $TABLES + 3, %eax
        xorl    %ebx, %ebx
1:      movl    %eax, DIRECTORY(,%ebx,4)
        movl    %eax, DIRECTORY + 4 * UPPER_HALF(,%ebx,4)
        addl    $0x1000, %eax
        incl    %ebx
        loop    1b
        movzbl  what, %ecx
        shll    $10, %ecx
        movl    $TABLES, %edi
        movl    $3, %eax
1:      stosl
        addl    $0x1000, %eax
        loop    1b
        movl    $DIRECTORY, %eax
        movl    %eax, %cr3
        movl    %cr0, %eax
        orl     $CR0_PG, %eax
        movl    %eax, %cr0
        jmp     1f
1:      movl    $paged, %ebx
        call    say

        movzbl  what + 1, %eax
        shll    $4, %eax
        addl    $faults, %eax
        jmp     *%eax
        .balign 16
faults:
        jmp     stack_segment           /* 0: none */
        .balign 16
        movl    NOWHERE, %eax           /* 1: page fault */
        .balign 16
        ud2                             /* 2: invalid opcode */
        .balign 16
        movl    $0x7ff8, %eax           /* 3: general protection */
        movl    %eax, %ds
        .balign 16
        movl    $NOWHERE, %esp          /* 4: a page fault, with an unmapped stack */
        pushl   %eax
        .balign 16
        int     $2                      /* 5: an NMI's vector */

        /* 3. the loader's GDT */
stack_segment:
        movl    $BOOT_DS, %eax
        movl    %eax, %ss
        movl    $got_stack, %ebx
        call    say

        /* 4. boot_params, every byte; the command line, to beyond its end */
        movl    %esi, %ebp
        movl    $PARAMS_SIZE, %ecx
        rep lodsb
        movl    HDR_MAGIC(%ebp), %esi
        movl    $magic, %ebx
        call    say_hex
        movl    HDR_CMD_LINE_PTR(%ebp), %esi
        movl    $line_at, %ebx
        call    say_hex
        movl    %esi, %ebp
        movl    $LINE_SIZE, %ecx
        rep lodsb
        movl    $line, %ebx
        call    say
        movl    %ebp, %ebx
        call    say
        movl    $line_end, %ebx
        call    say
        movl    $EXIT_PORT, %edx
        movb    $EXIT_PASS, %al
        outb    %al, %dx
1:      hlt
        jmp     1b

/* In: ebx -> string. Corrupts eax, ebx, edx. */
say:    movb    (%ebx), %al
        testb   %al, %al
        jz      1f
        call    put
        incl    %ebx
        jmp     say
1:      ret

/* In: al. Corrupts ah, edx. */
put:    movb    %al, %ah
        movl    $COM1 + 5, %edx
1:      inb     %dx, %al
        testb   $0x20, %al
        jz      1b
        movl    $COM1, %edx
        movb    %ah, %al
        outb    %al, %dx
        ret

/* A string, esi in hex, the line's end. Corrupts eax, ebx, ecx, edx. */
say_hex:
        call    say
        movl    $8, %ecx
1:      roll    $4, %esi
        movl    %esi, %eax
        andl    $15, %eax
        movb    digits(%eax), %al
        call    put
        loop    1b
        movl    $end, %ebx
        jmp     say

digits:         .ascii "0123456789abcdef"
at_entry:       .asciz "old entry boot_params 0x"
paged:          .asciz "old paged\n"
got_stack:      .asciz "old stack segment\n"
magic:          .asciz "old header 0x"
line_at:        .asciz "old command line at 0x"
line:           .asciz "old command line \""
line_end:       .asciz "\"\n"
end:            .asciz "\n"
        .balign 16
        .fill   64, 4, 0
stack_top:
        .section .note.GNU-stack, "", @progbits
