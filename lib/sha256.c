/* SHA-256, written for small size. The digest page has its own code, in assembly. */
#include "lib/sha256.h"

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

/* Words 16 to 63 of the schedule are computed from earlier words. Only the last 16 are kept. */
static uint32_t schedule(uint32_t w[16], unsigned i)
{
    uint32_t w2 = w[(i + 14) % 16], w15 = w[(i + 1) % 16];

    w[i % 16] += (rotate(w2, 17) ^ rotate(w2, 19) ^ w2 >> 10) + w[(i + 9) % 16] +
                 (rotate(w15, 7) ^ rotate(w15, 18) ^ w15 >> 3);
    return w[i % 16];
}

static void compress(uint32_t state[SHA256_WORDS], const uint8_t *block)
{
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    uint32_t w[16];

    for (unsigned i = 0; i < 16; i++)
        w[i] = word_at(block + 4 * i);
    for (unsigned i = 0; i < SHA256_ROUNDS; i++) {
        uint32_t one = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) +
                       round_word[i] + (i < 16 ? w[i] : schedule(w, i));
        uint32_t two =
            (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));

        h = g;
        g = f;
        f = e;
        e = d + one;
        d = c;
        c = b;
        b = a;
        a = one + two;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
}

void sha256_begin(struct sha256 *sha)
{
    __builtin_memcpy(sha->state, initial, sizeof(initial));
    sha->size = 0;
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;

    while (n) {
        size_t held = (size_t)(sha->size % SHA256_BLOCK), part = SHA256_BLOCK - held;

        part = part < n ? part : n;
        if (part == SHA256_BLOCK) {
            compress(sha->state, at);
        } else {
            __builtin_memcpy(sha->block + held, at, part);
            if (held + part == SHA256_BLOCK)
                compress(sha->state, sha->block);
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
