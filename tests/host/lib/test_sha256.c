/*
 * SHA-256 against digests that others have reckoned: the standard's own examples, and lengths around
 * the ends of blocks and of their padding, as Python's hashlib has them. In C, and by the SHA
 * extensions where this CPU has them; tests/boot/handoff/test_digest.py has a CPU that does.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"
#include "tests/host/paper/has_sha.h"

#include "lib/sha256.h"

#define MOST 100000

static uint8_t bytes[MOST];

/* [FIPS 180-4's examples] */
static const struct {
    const char *text;
    uint32_t digest[SHA256_WORDS];
} texts[] = {
    {"",
     {0xe3b0c442, 0x98fc1c14, 0x9afbf4c8, 0x996fb924, 0x27ae41e4, 0x649b934c, 0xa495991b,
      0x7852b855}},
    {"abc",
     {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223, 0xb00361a3, 0x96177a9c, 0xb410ff61,
      0xf20015ad}},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     {0x248d6a61, 0xd20638b8, 0xe5c02693, 0x0c3e6039, 0xa33ce459, 0x64ff2167, 0xf6ecedd4,
      0x19db06c1}},
};

/* Byte i is i * i + 7 * i. */
static const struct {
    size_t length;
    uint32_t digest[SHA256_WORDS];
} lengths[] = {
    {1,
     {0x6e340b9c, 0xffb37a98, 0x9ca544e6, 0xbb780a2c, 0x78901d3f, 0xb3373876, 0x8511a306,
      0x17afa01d}},
    {3,
     {0x6f8453eb, 0x52c21241, 0x6df54921, 0xb6f965c1, 0x50666228, 0x5be6cd32, 0x0f22d7f9,
      0x6b30a701}},
    {54,
     {0x24ffb2ae, 0xab47b67e, 0x9423a368, 0x390c3803, 0xc640aafa, 0xd49a372d, 0x20d9b49f,
      0xa0626d73}},
    {55,
     {0x9e0e29be, 0xa7d562da, 0x78ec7579, 0xf34ad2db, 0xedba7a53, 0xb9c673f7, 0x432edc42,
      0x9f3b1431}},
    {56,
     {0xb5469f92, 0x95e50304, 0xcb426167, 0x59008e17, 0xe52fb5f3, 0x33995aee, 0x3f891696,
      0xab2e8287}},
    {57,
     {0x1706ed5f, 0x3f3949c1, 0x37643832, 0x29a20584, 0x841db301, 0xde4b519d, 0x889c80be,
      0xa2219028}},
    {63,
     {0xef970ead, 0xbbd5579e, 0x738155c3, 0x166f1cf9, 0xcc58d8c3, 0xe887fb06, 0xe6c625e6,
      0xb1ffea2d}},
    {64,
     {0x0b665f81, 0x344b9382, 0x77d0bf13, 0xc1154cca, 0xd8a9a24f, 0x897e73e0, 0x10ceb9d6,
      0x928f924a}},
    {65,
     {0x2d62b5df, 0xb9ed7df8, 0x20466a83, 0x789ce91e, 0x8cc9a3fe, 0xae84458e, 0xc1435cb0,
      0x68ba0a8a}},
    {119,
     {0xe7993179, 0xb98fc4a7, 0x6bc6ea12, 0xae2b7c3d, 0x86f6c0ff, 0xaf7b8655, 0xa16665d8,
      0xf822e8e1}},
    {120,
     {0x44ae02c9, 0xe4d71098, 0xf27b2a7b, 0x3efb3003, 0xfa9b1216, 0x9305a401, 0xd2d3a98b,
      0xbf75b836}},
    {127,
     {0x50bb7cef, 0x256def3e, 0xee912ee8, 0x7ffebec8, 0x0df092dd, 0x30fb707c, 0x12ee547d,
      0x7eab970f}},
    {128,
     {0xdaa3e68c, 0x4160402d, 0x32f2a7a8, 0x69859b89, 0x12a5bcdb, 0xf6e8010c, 0xe7a4b82b,
      0xf77062e4}},
    {129,
     {0x652afd63, 0xc95c622b, 0xa26932ac, 0xa1479158, 0x8c082005, 0xceecd99c, 0x35ed75f5,
      0xd02f1c57}},
    {4095,
     {0xef5074a0, 0x52e48ed7, 0x1e598f81, 0x641e0ee9, 0x8b302257, 0xa264d836, 0x9e9a36d6,
      0xb358b37f}},
    {4096,
     {0x2cb555f9, 0x296a48af, 0x09384ffd, 0x84525ee5, 0xa014d3b1, 0xff5a0c12, 0xde4333f9,
      0x020a08d0}},
    {100000,
     {0x7a64791c, 0x14d533ce, 0xf8b4d707, 0x52aef391, 0xfdd78599, 0x80bbeb90, 0x35746afd,
      0x236cebf5}},
};

/* A million letters a. */
static const uint32_t million[SHA256_WORDS] = {0xcdc76e5c, 0x9914fb92, 0x81a1c7e2, 0x84d73e67,
                                               0xf1809a48, 0xa497200e, 0x046d39cc, 0xc7112cd0};

static void assert_digest(struct sha256 *sha, const uint32_t expected[SHA256_WORDS])
{
    uint32_t digest[SHA256_WORDS];

    sha256_end(sha, digest);
    for (unsigned i = 0; i < SHA256_WORDS; i++)
        assert_int_equal(digest[i], expected[i]);
}

static void standards_examples(bool extensions)
{
    struct sha256 sha;

    for (size_t i = 0; i < COUNT(texts); i++) {
        sha256_begin(&sha, extensions);
        sha256_add(&sha, texts[i].text, strlen(texts[i].text));
        assert_digest(&sha, texts[i].digest);
    }
    memset(bytes, 'a', 1000);
    sha256_begin(&sha, extensions);
    for (unsigned i = 0; i < 1000; i++)
        sha256_add(&sha, bytes, 1000);
    assert_digest(&sha, million);
}

static void the_standards_examples(void **state)
{
    (void)state;
    standards_examples(false);
    if (has_sha())
        standards_examples(true);
}

/* In one piece, and cut anywhere. */
static void around_the_ends_of_blocks(bool extensions)
{
    struct dice dice = {dice_seed()};

    for (size_t i = 0; i < MOST; i++)
        bytes[i] = (uint8_t)(i * i + 7 * i);
    for (size_t i = 0; i < COUNT(lengths); i++)
        for (unsigned cuts = 0; cuts < 20; cuts++) {
            size_t at = 0;
            struct sha256 sha;

            sha256_begin(&sha, extensions);
            while (cuts && at < lengths[i].length) {
                size_t part = (size_t)dice_roll(&dice, 150);

                if (part > lengths[i].length - at)
                    part = lengths[i].length - at;
                sha256_add(&sha, bytes + at, part);
                at += part;
            }
            sha256_add(&sha, bytes + at, lengths[i].length - at);
            assert_digest(&sha, lengths[i].digest);
        }
}

static void lengths_around_the_ends_of_blocks(void **state)
{
    (void)state;
    around_the_ends_of_blocks(false);
    if (has_sha())
        around_the_ends_of_blocks(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standards_examples),
        cmocka_unit_test(lengths_around_the_ends_of_blocks),
    };

    return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
