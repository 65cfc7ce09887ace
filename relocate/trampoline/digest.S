/*
 * The digest page's code: SHA-256 over each range, compared with what it was at the load. A control
 * page gets a copy; digest.c writes the ranges into another one, the table. Without relocations,
 * like the trampoline. It uses its own page, the table, the control page and the ranges (H2), and
 * writes to the table alone.
 */
#include "baton/control.h"
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

/*
 * In a round, six of the working variables only change their names. A name is one word lower in the
 * next round: the new e is written to d's word, the new a to h's. So every address is a constant,
 * and after 8 rounds each word has its first name again. The message schedule is a ring of 16
 * words: each word is written over the one 16 before it.
 *
 * Registers have copies of a, e and f, then b ^ c and the round's sum. These five and a free one
 * change their roles in each round; after 4 rounds they have their first ones again. The seventh is
 * ebp. So it is esp that points to the block, and then to the round words. That is safe: there is
 * no push in the rounds, and a fault or an NMI is a task gate, which has a stack of its own.
 */
#define VARIABLE(first, round) TABLE_VARIABLES + 4 * (((first) - (round)) & 7)(%ebp)
#define A(round) VARIABLE(0, round)
#define B(round) VARIABLE(1, round)
#define C(round) VARIABLE(2, round)
#define D(round) VARIABLE(3, round)
#define E(round) VARIABLE(4, round)
#define F(round) VARIABLE(5, round)
#define G(round) VARIABLE(6, round)
#define H(round) VARIABLE(7, round)
#define RING(word) TABLE_RING + 4 * ((word) & 15)(%ebp)

/* A word of the schedule, from 16 on. Out: sum = it; the ring has it, too. Corrupts tmp. */
        .macro  schedule round, sum, tmp
        movl    RING(\round + 1), \sum
        movl    \sum, \tmp
        rorl    $18 - 7, \sum           /* rotated by 7 and by 18, as nested rotations */
        xorl    \tmp, \sum
        rorl    $7, \sum
        shrl    $3, \tmp
        xorl    \tmp, \sum
        addl    \sum, RING(\round)
        movl    RING(\round + 14), \sum
        movl    \sum, \tmp
        rorl    $19 - 17, \sum          /* by 17 and by 19 */
        xorl    \tmp, \sum
        rorl    $17, \sum
        shrl    $10, \tmp
        xorl    \tmp, \sum
        addl    RING(\round + 9), \sum
        addl    RING(\round), \sum
        movl    \sum, RING(\round)
        .endm

/* In: sum = the schedule's word. Out: sum is more; tmp = e, rotated. Corrupts f. */
        .macro  first_half round, sum, tmp, e, f
        addl    H(\round), \sum
        xorl    G(\round), \f
        andl    \e, \f
        xorl    G(\round), \f           /* e ? f : g, bit by bit */
        addl    \f, \sum
        movl    \e, \tmp
        rorl    $25 - 11, \tmp          /* by 6, by 11 and by 25 */
        xorl    \e, \tmp
        rorl    $11 - 6, \tmp
        xorl    \e, \tmp
        rorl    $6, \tmp
        .endm

/*
 * In:  sum = "one" of the standard, bc = b ^ c
 * Out: sum = the new a, a = the new b ^ c, f = the new e. Corrupts tmp and bc
 */
        .macro  second_half round, sum, a, bc, tmp, f
        movl    D(\round), \f
        addl    \sum, \f
        movl    \f, D(\round)
        movl    \a, \tmp
        rorl    $22 - 13, \tmp          /* by 2, by 13 and by 22 */
        xorl    \a, \tmp
        rorl    $13 - 2, \tmp
        xorl    \a, \tmp
        rorl    $2, \tmp
        addl    \tmp, \sum
        xorl    B(\round), \a
        andl    \a, \bc
        xorl    B(\round), \bc          /* the majority of a, b and c, bit by bit */
        addl    \bc, \sum
        movl    \sum, H(\round)
        .endm

/* Round 0 to 15. In: esp -> the block; word: the round's word. */
        .macro  early_round round, word, sum, a, bc, tmp, e, f
        movl    4 * (\round)(%esp), \sum
        bswap   \sum
        movl    \sum, RING(\round)
        first_half \round, \sum, \tmp, \e, \f
        leal    \word(\sum, \tmp), \sum
        second_half \round, \sum, \a, \bc, \tmp, \f
        .endm

/* Round 16 to 63, as 0 to 15. In: esp -> the words of these 16. */
        .macro  late_round round, sum, a, bc, tmp, e, f
        schedule \round, \sum, \tmp
        first_half \round, \sum, \tmp, \e, \f
        addl    4 * (\round)(%esp), \sum
        addl    \tmp, \sum
        second_half \round, \sum, \a, \bc, \tmp, \f
        .endm

        .macro  early_rounds round, word0, word1, word2, word3, words:vararg
        early_round \round, \word0, %ecx, %ebx, %edx, %edi, %eax, %esi
        early_round \round + 1, \word1, %edi, %ecx, %ebx, %edx, %esi, %eax
        early_round \round + 2, \word2, %edx, %edi, %ecx, %ebx, %eax, %esi
        early_round \round + 3, \word3, %ebx, %edx, %edi, %ecx, %esi, %eax
        .if     \round < 12
        early_rounds "(\round + 4)", \words
        .endif
        .endm

        .macro  late_rounds round
        late_round \round, %ecx, %ebx, %edx, %edi, %eax, %esi
        late_round \round + 1, %edi, %ecx, %ebx, %edx, %esi, %eax
        late_round \round + 2, %edx, %edi, %ecx, %ebx, %eax, %esi
        late_round \round + 3, %ebx, %edx, %edi, %ecx, %esi, %eax
        .endm

/* In: esi -> 64 bytes. Out: TABLE_STATE has them, too; esi behind them. Corrupts all but ebp. */
.Lcompress:
        movl    %esp, TABLE_BLOCK_ESP(%ebp)
        movl    %esi, %esp
        leal    TABLE_STATE(%ebp), %esi
        leal    TABLE_VARIABLES(%ebp), %edi
        movl    $SHA256_WORDS, %ecx
        rep movsl
        movl    A(0), %ebx
        movl    B(0), %edx
        xorl    C(0), %edx
        movl    E(0), %eax
        movl    F(0), %esi
        early_rounds 0, SHA256_ROUND_WORDS
        addl    $BLOCK_BYTES, %esp
        movl    %esp, TABLE_BLOCK_END(%ebp)
        movl    TABLE_CODE(%ebp), %esp
        addl    $AT(.Llate_words), %esp
        movl    $SHA256_ROUNDS / 16 - 1, TABLE_BLOCK_LEFT(%ebp)
1:      .irp    round, 0, 4, 8, 12
        late_rounds \round
        .endr
        addl    $16 * 4, %esp
        decl    TABLE_BLOCK_LEFT(%ebp)
        jnz     1b
        movl    TABLE_BLOCK_ESP(%ebp), %esp
        movl    TABLE_BLOCK_END(%ebp), %esi
        .irp    n, 0, 1, 2, 3, 4, 5, 6, 7
        movl    TABLE_VARIABLES + 4 * \n(%ebp), %eax
        addl    %eax, TABLE_STATE + 4 * \n(%ebp)
        .endr
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
.Llate_words:   /* of rounds 16 to 63; the code has those of the first 16 rounds */
        .macro  late_words a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, late:vararg
        .long   \late
        .endm
        late_words SHA256_ROUND_WORDS
        .org    DIGEST_CODE_SIZE
        .size   baton_digest_page, . - baton_digest_page

        .section .note.GNU-stack, "", @progbits
