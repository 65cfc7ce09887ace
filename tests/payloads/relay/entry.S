/* The relay's multiboot header and its entry. */
#define MB_HEADER_MAGIC 0x1badb002
#define MB_HEADER_FLAGS 3               /* modules page aligned, memory information */

        .section .multiboot, "a", @progbits
        .balign 4
        .long   MB_HEADER_MAGIC, MB_HEADER_FLAGS, -(MB_HEADER_MAGIC + MB_HEADER_FLAGS)

/* In:     eax = multiboot's magic, ebx = its information; flat segments, paging off */
        .section .text.entry, "ax", @progbits
        .globl  relay_entry
relay_entry:
        movl    $relay_stack_top, %esp
        pushl   %ebx
        pushl   %eax
        call    relay

        .section .bss
        .balign 16
        .skip   4096
relay_stack_top:

        .section .note.GNU-stack, "", @progbits
