/*
 * The firmware of the machines of tests/boot/layouts: 64 KiB below 4 GiB, and no more in them than
 * the way from reset to a multiboot kernel's entry. RAM already holds kernel, modules and all
 * else when the machine starts; a letter in it says where to go.
 */
#define RESET 0xfff0            /* IP at reset; CS begins where this image does [SDM3 9.1.4] */
#define LETTER 0x500            /* eip, eax, ebx: layouts/machine.py writes it */
#define CR0_PE 1
#define CODE 0x08
#define DATA 0x10

        .section .text, "ax", @progbits
        .code32
image:
enter:  movl    $DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    %eax, %ss
        movl    LETTER, %ecx
        movl    LETTER + 4, %eax
        movl    LETTER + 8, %ebx
        jmp     *%ecx

        .code16
start:  cli
        lgdtl   %cs:gdtr - image
        movl    %cr0, %eax
        orl     $CR0_PE, %eax
        movl    %eax, %cr0
        ljmpl   $CODE, $enter

        .balign 8
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      /* flat code */
        .quad   0x00cf93000000ffff      /* flat data */
gdtr:   .word   . - gdt - 1
        .long   gdt

        .org    RESET, 0xff
        jmp     start
        .org    0x10000, 0xff

        .section .note.GNU-stack, "", @progbits
