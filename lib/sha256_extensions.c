/*
 * SHA-256 by the CPU's own instructions, two rounds or four words of the schedule each: three
 * instructions for a byte. The compiler makes them of its built-in functions, in this file alone.
 * [SDM2 SHA256RNDS2, SHA256MSG1, SHA256MSG2]
 */
#include "lib/sha256_extensions.h"

#define WORDS 4   /* of an XMM register */
#define HELD 4    /* registers with the last 16 words of the schedule */
#define GROUPS 16 /* of four rounds */
#define INSTRUCTIONS __attribute__((target("sha,sse4.1")))
/* XMM registers may be kept on the stack, which the callers do not align so far. */
#define ALIGNED_STACK __attribute__((force_align_arg_pointer))

typedef uint32_t quad __attribute__((vector_size(16), may_alias));
typedef uint32_t quad_anywhere __attribute__((vector_size(16), aligned(1), may_alias));
typedef int8_t bytes __attribute__((vector_size(16)));
typedef int32_t operand __attribute__((vector_size(16))); /* of the built-in functions */

static const uint32_t round_word[SHA256_ROUNDS] __attribute__((aligned(16))) = {SHA256_ROUND_WORDS};

#define SWAPPED 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12 /* each word's bytes */

INSTRUCTIONS __attribute__((always_inline)) static inline quad two_rounds(quad to, quad from,
                                                                          quad sum)
{
    return (quad)__builtin_ia32_sha256rnds2((operand)to, (operand)from, (operand)sum);
}

/*
 * The CPU keeps the working variables as a, b, e, f in one register and c, d, g, h in the other, the
 * first letter highest. In memory the state is a, b, c, d and e, f, g, h, the first one lowest.
 */
INSTRUCTIONS ALIGNED_STACK void sha256_extensions(uint32_t state[SHA256_WORDS],
                                                  const uint8_t *block, size_t blocks)
{
    quad first = *(const quad_anywhere *)state, second = *(const quad_anywhere *)(state + WORDS);
    quad abef = __builtin_shufflevector(second, first, 1, 0, 5, 4);
    quad cdgh = __builtin_shufflevector(second, first, 3, 2, 7, 6);

    for (; blocks; blocks--, block += SHA256_BLOCK) {
        quad abef_before = abef, cdgh_before = cdgh, w[HELD];

        for (unsigned i = 0; i < HELD; i++) {
            quad read = ((const quad_anywhere *)block)[i];

            w[i] = (quad)__builtin_shufflevector((bytes)read, (bytes)read, SWAPPED);
        }
#pragma GCC unroll 16
        for (unsigned i = 0; i < GROUPS; i++) {
            quad *now = &w[i % HELD], next = w[(i + 1) % HELD], last = w[(i + 3) % HELD];
            quad sum = *now + ((const quad *)round_word)[i];

            cdgh = two_rounds(cdgh, abef, sum);
            abef = two_rounds(abef, cdgh, __builtin_shufflevector(sum, sum, 2, 3, 2, 3));
            if (i >= GROUPS - HELD)
                continue;
            *now = (quad)__builtin_ia32_sha256msg1((operand)*now, (operand)next);
            *now += __builtin_shufflevector(w[(i + 2) % HELD], last, 1, 2, 3, 4);
            *now = (quad)__builtin_ia32_sha256msg2((operand)*now, (operand)last);
        }
        abef += abef_before;
        cdgh += cdgh_before;
    }
    *(quad_anywhere *)state = __builtin_shufflevector(abef, cdgh, 3, 2, 7, 6);
    *(quad_anywhere *)(state + WORDS) = __builtin_shufflevector(abef, cdgh, 1, 0, 5, 4);
}
