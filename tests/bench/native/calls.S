/*
 * The list and the digest pages' blocks, called from C in a 32-bit program. bench.mk makes global
 * names of their labels.
 */
#include "baton/control.h"

        .text
        .globl  list_run
        .type   list_run, @function
/* void list_run(void *page): steps 7 and 8 of the trampoline; its exit leads back here. */
list_run:
        pushal
        movl    36(%esp), %ebp
        movl    %esp, saved_esp
        jmp     trampoline_list
        .globl  list_exit
list_exit:
        movl    saved_esp, %esp
        popal
        ret

        .globl  blocks_run
        .type   blocks_run, @function
/* void blocks_run(const void *code, void *table, const uint8_t *from, uint32_t blocks) */
blocks_run:
        pushal
        movl    36(%esp), %eax
        movl    40(%esp), %ebp
        movl    44(%esp), %esi
        movl    48(%esp), %ecx
        call    *%eax
        popal
        ret

        .bss
        .balign 4
saved_esp:
        .skip   4

        .section .note.GNU-stack, "", @progbits
