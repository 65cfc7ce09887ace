/*
 * SHA-256, written for few instructions: 44 for each byte on an i386. The digest page has its own
 * code, in assembly.
 */
#include "lib/sha256.h"

#include "lib/sha256_extensions.h"

#define LENGTH_BYTES 8 /* of the message's length, at the end of its last block */

static const uint32_t round_word[SHA256_ROUNDS] = {SHA256_ROUND_WORDS};
static const uint32_t initial[SHA256_WORDS] = {SHA256_INITIAL_WORDS};

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static uint32_t word_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/*
 * The array is in memory now, not in registers. Without this, the compiler tries to keep all 24
 * words of compress() in the six registers of an i386, and spends a fifth more on moving them.
 */
#define IN_MEMORY(array) __asm__("" : "+m"(array))

/*
 * In a round, six of the working variables only change their names. A name is one word lower in the
 * next round: the new e is written to d's word, the new a to h's.
 */
#define VARIABLE(v, first, round) (v)[((first) - (round)) % SHA256_WORDS]

/* The values that the next round reads most often, for registers. */
struct newest {
    uint32_t a, b_xor_c, f;
};

/* Words 16 to 63 of the schedule are computed from earlier words. Only the last 16 are kept. */
static inline uint32_t schedule(uint32_t w[16], unsigned i)
{
    uint32_t w2 = w[(i + 14) % 16], w15 = w[(i + 1) % 16];

    w[i % 16] += (rotate(rotate(w2, 19 - 17) ^ w2, 17) ^ w2 >> 10) + w[(i + 9) % 16] +
                 (rotate(rotate(w15, 18 - 7) ^ w15, 7) ^ w15 >> 3);
    return w[i % 16];
}

/* Rotations by three numbers are nested rotations by their differences. */
static inline void one_round(uint32_t v[SHA256_WORDS], struct newest *newest, unsigned i,
                             uint32_t sum)
{
    uint32_t a = newest->a, e = VARIABLE(v, 4, i), f = newest->f, b_xor_c = newest->b_xor_c;

    sum += VARIABLE(v, 7, i);
    sum += ((f ^ VARIABLE(v, 6, i)) & e) ^ VARIABLE(v, 6, i);
    sum += rotate(rotate(rotate(e, 25 - 11) ^ e, 11 - 6) ^ e, 6);
    newest->f = e;
    VARIABLE(v, 3, i) += sum;
    sum += rotate(rotate(rotate(a, 22 - 13) ^ a, 13 - 2) ^ a, 2);
    newest->b_xor_c = a ^ VARIABLE(v, 1, i);
    sum += (newest->b_xor_c & b_xor_c) ^ VARIABLE(v, 1, i);
    newest->a = VARIABLE(v, 7, i) = sum;
}

static void compress(uint32_t state[SHA256_WORDS], const uint8_t *block)
{
    struct newest newest = {.a = state[0], .b_xor_c = state[1] ^ state[2], .f = state[5]};
    uint32_t v[SHA256_WORDS], w[16];

    __builtin_memcpy(v, state, sizeof(v));
#pragma GCC unroll 16
    for (unsigned i = 0; i < 16; i++) {
        w[i] = word_at(block + 4 * i);
        one_round(v, &newest, i, w[i] + round_word[i]);
        IN_MEMORY(v);
        IN_MEMORY(w);
    }
    for (const uint32_t *word = round_word + 16; word < round_word + SHA256_ROUNDS; word += 16)
#pragma GCC unroll 16
        for (unsigned i = 0; i < 16; i++) {
            one_round(v, &newest, i, schedule(w, i) + word[i]);
            IN_MEMORY(v);
            IN_MEMORY(w);
        }
    for (unsigned i = 0; i < SHA256_WORDS; i++)
        state[i] += v[i];
}

static void add_blocks(struct sha256 *sha, const uint8_t *at, size_t blocks)
{
    if (sha->extensions) {
        sha256_extensions(sha->state, at, blocks);
        return;
    }
    for (; blocks; blocks--, at += SHA256_BLOCK)
        compress(sha->state, at);
}

void sha256_begin(struct sha256 *sha, bool extensions)
{
    __builtin_memcpy(sha->state, initial, sizeof(initial));
    sha->size = 0;
    sha->extensions = extensions;
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;

    while (n) {
        size_t held = (size_t)(sha->size % SHA256_BLOCK), part = SHA256_BLOCK - held;

        part = part < n ? part : n;
        if (part == SHA256_BLOCK) {
            part = n - n % SHA256_BLOCK;
            add_blocks(sha, at, part / SHA256_BLOCK);
        } else {
            __builtin_memcpy(sha->block + held, at, part);
            if (held + part == SHA256_BLOCK)
                add_blocks(sha, sha->block, 1);
        }
        sha->size += part;
        at += part;
        n -= part;
    }
}

void sha256_end(struct sha256 *sha, uint32_t digest[SHA256_WORDS])
{
    static const uint8_t padding[SHA256_BLOCK] = {0x80};
    uint64_t bits = sha->size * 8;
    size_t held = (size_t)(sha->size % SHA256_BLOCK);
    size_t pad =
        (held < SHA256_BLOCK - LENGTH_BYTES ? 1u : 2u) * SHA256_BLOCK - LENGTH_BYTES - held;
    uint8_t length[LENGTH_BYTES];

    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    sha256_add(sha, padding, pad);
    sha256_add(sha, length, sizeof(length));
    __builtin_memcpy(digest, sha->state, sizeof(sha->state));
}
