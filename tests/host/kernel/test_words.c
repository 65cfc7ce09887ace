/* What is typed, as words and as numbers. */
#include "kernel/terminal/words.h"
#include "lib/text.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"

#include <inttypes.h>
#include <stdlib.h>

/* clang-format off */
static const struct {
    const char *word;
    bool good;
    uint64_t value;
} numbers[] = {
    {"0", true, 0}, {"00", true, 0}, {"1", true, 1}, {"4096", true, 4096}, {"007", true, 7},
    {"0x0", true, 0}, {"0x10", true, 16}, {"0XfF", true, 255}, {"0xABCDEFabcdef", true, 0xabcdefabcdef},
    {"1K", true, 1024}, {"4k", true, 4096}, {"16M", true, 16 << 20}, {"1m", true, 1 << 20},
    {"3G", true, 3ull << 30}, {"3g", true, 3ull << 30}, {"0x10K", true, 16384}, {"0K", true, 0},
    {"18446744073709551615", true, UINT64_MAX}, {"0xffffffffffffffff", true, UINT64_MAX},
    {"0x00000000000000000000000000001", true, 1}, {"000000000000000000000000000000001", true, 1},
    {"17179869183G", true, 17179869183ull << 30},

    {"18446744073709551616", false}, {"18446744073709551620", false}, {"99999999999999999999", false},
    {"0x10000000000000000", false}, {"0xfffffffffffffffff", false},
    {"17179869184G", false}, {"18014398509481984K", false}, {"0xffffffffffffffffK", false},
    {"", false}, {"0x", false}, {"0xK", false}, {"K", false}, {"x10", false}, {"-1", false}, {"+1", false},
    {"1KK", false}, {"1K1", false}, {"1T", false}, {"12a", false}, {"a", false}, {"0xg", false},
    {"1 ", false}, {" 1", false}, {"1.5", false}, {"1,406", false}, {"0b1", false}, {"1\x0b", false},
};
/* clang-format on */

static void known_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        uint64_t value = 0;

        if (words_number(numbers[i].word, &value) != numbers[i].good)
            fail_msg("\"%s\" is %sa number", numbers[i].word, numbers[i].good ? "" : "not ");
        if (numbers[i].good && value != numbers[i].value)
            fail_msg("\"%s\" was read as %" PRIu64, numbers[i].word, value);
    }
}

/* Written by printf, read back. */
static void any_number(void **state)
{
    static const char *const formats[] = {"%" PRIu64, "0x%" PRIx64, "0X%" PRIX64, "000%" PRIu64};
    struct dice dice = {dice_seed()};

    (void)state;
    for (uint64_t round = dice_rounds(20000); round; round--) {
        uint64_t wanted = dice_bits(&dice) >> dice_roll(&dice, 64), value;
        unsigned unit = (unsigned)dice_roll(&dice, 4);
        char word[64];

        snprintf(word, sizeof(word) - 1, formats[dice_roll(&dice, COUNT(formats))], wanted);
        if (unit)
            strcat(word, unit == 1 ? "K" : unit == 2 ? "M" : "G");
        bool fits = wanted <= UINT64_MAX >> 10 * unit;
        assert_int_equal(words_number(word, &value), fits);
        if (fits)
            assert_int_equal(value, wanted << 10 * unit);
    }
}

#define NONE                                                                                       \
    {                                                                                              \
        NULL                                                                                       \
    }

/* clang-format off */
static const struct {
    const char *line;
    const char *words[6]; /* ends with NULL */
    uint32_t start[6];
} lines[] = {
    {"", NONE, {0}},
    {"  \t ", NONE, {0}},
    {"a", {"a"}, {0}},
    {"  load  1\tplace=all ", {"load", "1", "place=all"}, {2, 8, 10}},
    {"\"a b\" c", {"a b", "c"}, {0, 6}},
    {"a\"b c\"d e", {"ab cd", "e"}, {0, 8}},
    {"\"\" x", {"", "x"}, {0, 3}},
    {"\"\"\"\"", {""}, {0}},
    {"a'b", {"a'b"}, {0}},
    {"!", {"!"}, {0}},
};
/* clang-format on */

static void known_lines(void **state)
{
    struct words words;

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        uint32_t n = 0;

        assert_null(words_split(lines[i].line, &words));
        for (; lines[i].words[n]; n++) {
            assert_true(n < words.count);
            assert_string_equal(words.word[n], lines[i].words[n]);
            assert_int_equal(words.start[n], lines[i].start[n]);
        }
        assert_int_equal(words.count, n);
        assert_false(words.more);
        assert_ptr_equal(words.line, lines[i].line);
    }
    assert_non_null(words_split("poke \"1", &words));
    assert_non_null(words_split("\"", &words));
    assert_non_null(words_split("a \"b\" \"c d", &words));
}

static void as_many_as_fit(void **state)
{
    struct words words;
    char line[WORDS_LINE] = "";

    (void)state;
    for (int i = 0; i < WORDS_MAX; i++)
        strcat(line, i ? " w" : "w");
    assert_null(words_split(line, &words));
    assert_int_equal(words.count, WORDS_MAX);
    assert_false(words.more);
    strcat(line, "  ");
    assert_null(words_split(line, &words));
    assert_false(words.more);
    strcat(line, "x \"");
    assert_null(words_split(line, &words));
    assert_int_equal(words.count, WORDS_MAX);
    assert_true(words.more);
}

static void beginnings(void **state)
{
    (void)state;
    assert_string_equal(text_after("initrd=2", "initrd="), "2");
    assert_string_equal(text_after("initrd=", "initrd="), "");
    assert_null(text_after("initrd", "initrd="));
    assert_null(text_after("", "a"));
    assert_string_equal(text_after("a", ""), "a");
    assert_true(words_equal("", ""));
    assert_true(words_equal("live", "live"));
    assert_false(words_equal("live", "liv"));
    assert_false(words_equal("liv", "live"));
    assert_false(words_equal("", "x"));
}

/* Lines of any bytes: each word, with its quotes, stands in the line where it says. */
static void any_line(void **state)
{
    struct dice dice = {dice_seed()};
    struct words *words = malloc(sizeof(*words));

    (void)state;
    for (uint64_t round = dice_rounds(20000); round; round--) {
        size_t length = (size_t)dice_roll(&dice, WORDS_LINE);
        char *line = malloc(length + 1);
        uint32_t quotes = 0, end = 0;

        for (size_t i = 0; i < length; i++) {
            line[i] = dice_once(&dice, 3) ? " \t\"a"[dice_roll(&dice, 4)]
                                          : (char)(1 + dice_roll(&dice, 255));
            quotes += line[i] == '"';
        }
        line[length] = '\0';
        if (!words_split(line, words)) {
            assert_true(words->more || quotes % 2 == 0);
            assert_true(words->count <= WORDS_MAX);
            for (uint32_t i = 0; i < words->count; i++) {
                const char *at = line + words->start[i], *word = words->word[i];

                assert_true(words->start[i] >= end);
                for (; *word; at++)
                    if (*at != '"')
                        assert_int_equal(*at, *word++);
                end = (uint32_t)(at - line);
            }
        } else {
            assert_int_equal(quotes % 2, 1);
        }
        free(line);
    }
    free(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_numbers), cmocka_unit_test(any_number),
        cmocka_unit_test(known_lines),   cmocka_unit_test(as_many_as_fit),
        cmocka_unit_test(beginnings),    cmocka_unit_test(any_line),
    };

    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
