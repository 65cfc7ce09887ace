/*
 * The digest pages, one behind the other: for any CPU, and for one with the SHA extensions. A control
 * page gets a copy of one; digest.c writes the ranges into another one, the table. Without
 * relocations, like the trampoline.
 */
#include "baton/control.h"
#include "i386.h"
#include "relocate/trampoline/digest.h"
#include "lib/sha256_words.h"

#define AT(label) (L(label) - L(page)) /* its offset in its page */
#define BLOCK_SHIFT 6
#define BLOCK_BYTES 64
#define LENGTH_BYTES 8

#include "relocate/trampoline/sha256_rounds.inc"

        .section .rodata.digest, "a", @progbits
        .balign 16
        .globl  baton_digest_page
        .type   baton_digest_page, @object
baton_digest_page:

#define L(label) .Lplain_##label
#define digest_begin
#define digest_end
#include "relocate/trampoline/digest_page.inc"
#include "relocate/trampoline/digest_plain.inc"
        plain_blocks
        .balign 4
L(late_words):  /* of rounds 16 to 63; the code has those of the first 16 rounds */
        .macro  late_words a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, late:vararg
        .long   \late
        .endm
        late_words SHA256_ROUND_WORDS
        .org    DIGEST_CODE_SIZE
        .long   0                       /* pa of the table, in a copy */

#undef L
#undef digest_begin
#undef digest_end
#define L(label) .Lsha_##label
#define digest_begin sha_begin
#define digest_end sha_end
#include "relocate/trampoline/digest_sha.inc"
#include "relocate/trampoline/digest_page.inc"
        sha_blocks
        .balign 16
L(round_words):
        .long   SHA256_ROUND_WORDS
L(swapped):     /* the bytes of each word, the most significant one first */
        .byte   3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12
        .org    DIGEST_PAGE_SIZE + DIGEST_CODE_SIZE
        .long   0
        .size   baton_digest_page, . - baton_digest_page

        .section .note.GNU-stack, "", @progbits
