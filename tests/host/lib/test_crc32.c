/* CRC-32 against known sums and against the definition, bit by bit. */
#include "lib/crc32.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"

static void known_sums(void **state)
{
    static const struct {
        const char *text;
        uint32_t sum;
    } cases[] = {
        {"", 0x00000000},
        {"a", 0xe8b7be43},
        {"abc", 0x352441c2},
        {"123456789", 0xcbf43926}, /* the check value of the catalogues */
        {"The quick brown fox jumps over the lazy dog", 0x414fa339},
    };
    static const uint8_t zeros[4096];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(crc32(0, cases[i].text, strlen(cases[i].text)), cases[i].sum);
    assert_int_equal(crc32(0, zeros, sizeof(zeros)), 0xc71c0011);
}

static uint32_t by_definition(uint32_t crc, const uint8_t *bytes, size_t n)
{
    crc = ~crc;
    for (size_t i = 0; i < n; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            uint32_t out = (crc ^ bytes[i] >> bit) & 1;

            crc = crc >> 1 ^ (out ? 0xedb88320u : 0);
        }
    return ~crc;
}

static void against_the_definition(void **state)
{
    struct dice dice = {dice_seed()};
    uint8_t bytes[900];

    (void)state;
    for (unsigned round = 0; round < 500; round++) {
        size_t n = (size_t)dice_roll(&dice, sizeof(bytes)), cut = n ? dice_roll(&dice, n) : 0;

        for (size_t i = 0; i < n; i++)
            bytes[i] = (uint8_t)dice_bits(&dice);
        /* Blocks of zeros are one step: some are whole, and some are not. */
        for (size_t i = dice_roll(&dice, n + 1), end = i + dice_roll(&dice, n + 1 - i); i < end; i++)
            bytes[i] = 0;
        uint32_t sum = crc32(0, bytes, n);
        assert_int_equal(sum, by_definition(0, bytes, n));
        assert_int_equal(crc32(crc32(0, bytes, cut), bytes + cut, n - cut), sum); /* in two parts */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_sums),
        cmocka_unit_test(against_the_definition),
    };

    return cmocka_run_group_tests_name("crc32", tests, NULL, NULL);
}
