/* The payload's data, as its file has them; called.c knows how they are made. */
        .data
        .balign 4
        .globl  pattern
pattern:
        .set    word, 1
        .rept   0x4000
        .long   word & 0xffffffff
        .set    word, (word + 0x9e3779b1) & 0xffffffff
        .endr

        .section .note.GNU-stack, "", @progbits
