/* Entered by a multiboot loader with paging off; stays where it is loaded. */
        .section .multiboot, "a", @progbits
        .balign 4
        .long   0x1badb002, 3, -(0x1badb002 + 3) /* page-aligned modules, memory map [MB1 3.1] */

        .text
        .globl  start
start:
        cli
        cld
        movl    $stack_end, %esp
        pushl   $0
        popfl
        pushl   %ebx                    /* multiboot information */
        call    embed_main

        .bss
        .balign 16
        .skip   8192
stack_end:
        .section .note.GNU-stack, "", @progbits
