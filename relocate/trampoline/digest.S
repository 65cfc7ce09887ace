/*
 * The digest page's code: SHA-256 over each range, compared with what it was at the load. A control
 * page gets a copy; digest.c writes the ranges into another one, the table. Without relocations,
 * like the trampoline. It uses its own page, the table, the control page and the ranges (H2), and
 * writes to the table alone.
 */
#include "relocate/trampoline/control.h"
#include "relocate/trampoline/digest.h"
#include "lib/sha256_words.h"

#define AT(label) (label - baton_digest_page)
#define BLOCK_BYTES 64
#define LENGTH_BYTES 8

        .section .rodata.digest, "a", @progbits
        .balign 16
        .globl  baton_digest_page
        .type   baton_digest_page, @object
baton_digest_page:
/*
 * In:     ebp = the control page; paging off, flat segments, DF clear
 * Out:    eax = how many ranges differ; each has printed a line. Keeps ebp, corrupts the rest
 * Stack:  a word besides the return address; then the table's
 */
        movl    %ebp, %eax
        call    1f
1:      popl    %ebx
        subl    $AT(1b), %ebx           /* ebx = this page */
        movl    DIGEST_TABLE(%ebx), %ebp        /* ebp = the table, from now on */
        movl    %eax, TABLE_CONTROL(%ebp)
        movl    %ebx, TABLE_CODE(%ebp)
        movl    %esp, TABLE_ESP(%ebp)
        movl    $0, TABLE_WRONG(%ebp)
        leal    TABLE_STACK_TOP(%ebp), %esp
        leal    AT(.Lround_words)(%ebx), %esi
        leal    TABLE_ROUND(%ebp), %edi
        movl    $SHA256_ROUNDS, %ecx
        rep movsl
        leal    TABLE_RANGES(%ebp), %esi
        movl    TABLE_COUNT(%ebp), %ecx
.Lrange:
        testl   %ecx, %ecx
        jz      .Ldone
        pushl   %ecx
        pushl   %esi
        call    .Ldigest                /* into TABLE_STATE */
        movl    (%esp), %esi
        addl    $RANGE_DIGEST, %esi
        leal    TABLE_STATE(%ebp), %edi
        movl    $SHA256_WORDS, %ecx
        repe cmpsl
        popl    %esi
        je      1f
        incl    TABLE_WRONG(%ebp)
        pushl   %esi
        call    .Lsay
        popl    %esi
1:      addl    $RANGE_BYTES, %esi
        popl    %ecx
        decl    %ecx
        jmp     .Lrange
.Ldone:
        movl    TABLE_WRONG(%ebp), %eax
        movl    TABLE_ESP(%ebp), %esp
        movl    TABLE_CONTROL(%ebp), %ebp
        ret

/* In: esi -> a range, ebp = the table. Out: its digest in TABLE_STATE. Corrupts all but ebp. */
.Ldigest:
        pushl   %esi
        movl    TABLE_CODE(%ebp), %esi
        addl    $AT(.Linitial), %esi
        leal    TABLE_STATE(%ebp), %edi
        movl    $SHA256_WORDS, %ecx
        rep movsl
        popl    %eax
        movl    RANGE_START(%eax), %esi
        movl    RANGE_SIZE(%eax), %ecx
        pushl   %ecx                    /* the length, for the end */
.Lblocks:
        cmpl    $BLOCK_BYTES, %ecx
        jb      .Lrest
        subl    $BLOCK_BYTES, %ecx
        pushl   %ecx
        call    .Lcompress
        popl    %ecx
        jmp     .Lblocks
.Lrest: /* the last bytes, one bit, zeros, the length in bits */
        leal    TABLE_BLOCK(%ebp), %edi
        movl    $BLOCK_BYTES - 1, %edx
        subl    %ecx, %edx              /* edx = room behind the byte with the bit */
        rep movsb
        movb    $0x80, %al
        stosb
        xorl    %eax, %eax
        movl    %edx, %ecx
        cmpl    $LENGTH_BYTES, %edx
        jae     1f
        rep stosb                       /* too little: the length gets a block of its own */
        leal    TABLE_BLOCK(%ebp), %esi
        call    .Lcompress
        leal    TABLE_BLOCK(%ebp), %edi
        xorl    %eax, %eax
        movl    $BLOCK_BYTES, %ecx
1:      subl    $LENGTH_BYTES, %ecx
        rep stosb
        popl    %eax
        movl    %eax, %edx
        shrl    $32 - 3, %edx           /* bytes to bits, in 64 bits */
        shll    $3, %eax
        bswap   %edx
        bswap   %eax
        movl    %edx, (%edi)
        movl    %eax, 4(%edi)
        leal    TABLE_BLOCK(%ebp), %esi

/* In: esi -> 64 bytes. Out: TABLE_STATE has them, too; esi behind them. Corrupts all but ebp. */
.Lcompress:
        leal    TABLE_SCHEDULE(%ebp), %edi
        movl    $16, %ecx
1:      lodsl
        bswap   %eax
        stosl
        loop    1b
        pushl   %esi
        movl    $SHA256_ROUNDS - 16, %ecx
1:      movl    -2 * 4(%edi), %eax
        movl    %eax, %edx
        movl    %eax, %ebx
        rorl    $17, %eax
        rorl    $19, %edx
        shrl    $10, %ebx
        xorl    %edx, %eax
        xorl    %ebx, %eax
        movl    -15 * 4(%edi), %edx
        movl    %edx, %ebx
        movl    %edx, %esi
        rorl    $7, %edx
        rorl    $18, %ebx
        shrl    $3, %esi
        xorl    %ebx, %edx
        xorl    %esi, %edx
        addl    %edx, %eax
        addl    -7 * 4(%edi), %eax
        addl    -16 * 4(%edi), %eax
        stosl
        loop    1b

        leal    TABLE_STATE(%ebp), %esi
        leal    TABLE_WINDOW_TOP(%ebp), %edi
        movl    $SHA256_WORDS, %ecx
        rep movsl
        leal    TABLE_WINDOW_TOP(%ebp), %edi
        leal    TABLE_SCHEDULE(%ebp), %esi
/* A round: the variables a to h are (%edi) to 28(%edi). Six of them only change their names: edi
 * goes down by a word. e becomes d + one in its place, the new a is written below. */
2:      movl    16(%edi), %eax          /* e */
        movl    %eax, %edx
        rorl    $25 - 11, %edx          /* rotated by 6, by 11 and by 25, as nested rotations */
        xorl    %eax, %edx
        rorl    $11 - 6, %edx
        xorl    %eax, %edx
        rorl    $6, %edx
        movl    24(%edi), %ebx          /* g */
        movl    20(%edi), %ecx          /* f */
        xorl    %ebx, %ecx
        andl    %eax, %ecx
        xorl    %ebx, %ecx              /* e ? f : g, bit by bit */
        addl    %ecx, %edx
        addl    28(%edi), %edx          /* h */
        addl    TABLE_ROUND - TABLE_SCHEDULE(%esi), %edx
        addl    (%esi), %edx
        addl    $4, %esi
        addl    %edx, 12(%edi)          /* d */
        movl    (%edi), %eax            /* a */
        movl    %eax, %ecx
        rorl    $22 - 13, %ecx          /* by 2, by 13 and by 22 */
        xorl    %eax, %ecx
        rorl    $13 - 2, %ecx
        xorl    %eax, %ecx
        rorl    $2, %ecx
        addl    %ecx, %edx
        movl    4(%edi), %ebx           /* b */
        movl    %eax, %ecx
        andl    %ebx, %ecx
        orl     %ebx, %eax
        andl    8(%edi), %eax           /* c */
        orl     %ecx, %eax              /* the majority of a, b and c, bit by bit */
        addl    %eax, %edx
        subl    $4, %edi
        movl    %edx, (%edi)
        leal    TABLE_WINDOW(%ebp), %eax
        cmpl    %eax, %edi
        jne     2b

        movl    %edi, %esi
        leal    TABLE_STATE(%ebp), %edi
        movl    $SHA256_WORDS, %ecx
3:      lodsl
        addl    %eax, (%edi)
        addl    $4, %edi
        loop    3b
        popl    %esi
        ret

/* The line of a range that differs. In: esi -> it. Corrupts all but ebp. */
.Lsay:
        pushl   %ebp
        movl    %ebp, %edi              /* edi = the table, ebp = the control page, which prints */
        movl    TABLE_CONTROL(%edi), %ebp
        movl    TABLE_CODE(%edi), %ebx
        addl    $AT(.Lsay_what), %ebx
        call    .Lputs
        pushl   %ebx
        leal    RANGE_WHAT(%esi), %ebx
        call    .Lputs
        popl    %ebx
        movl    RANGE_SIZE(%esi), %eax
        call    .Lput_value
        movl    RANGE_START(%esi), %eax
        call    .Lput_value
        movl    TABLE_STATE(%edi), %eax
        call    .Lput_value
        movl    RANGE_DIGEST(%esi), %eax
        call    .Lput_value
        call    .Lputs
        popl    %ebp
        ret
.Lputs:
        leal    CONTROL_PUTS(%ebp), %edx
        jmp     *%edx
.Lput_value:
        leal    CONTROL_PUT_VALUE(%ebp), %edx
        jmp     *%edx

.Lsay_what:
        .asciz  "\r\nfault       in the hand-off, checking: "
        .asciz  " is not what was loaded: "
        .asciz  " bytes at "
        .asciz  ", their SHA-256 begins with "
        .asciz  ", at the load with "
        .asciz  "\r\n"

        .balign 4
.Linitial:
        .long   SHA256_INITIAL_WORDS
.Lround_words:
        .long   SHA256_ROUND_WORDS
        .org    DIGEST_CODE_SIZE
        .size   baton_digest_page, . - baton_digest_page

        .section .note.GNU-stack, "", @progbits
