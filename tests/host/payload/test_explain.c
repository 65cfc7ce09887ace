/* Every refusal has a name and a sentence, into a buffer of any size; text and numbers. */
#include "lib/text.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"

#include <inttypes.h>
#include <stdlib.h>

static const char *const names[BATON_ERRORS] = {
    [-BATON_OK] = "OK",
    [-BATON_E_EMPTY] = "E_EMPTY",
    [-BATON_E_FORMAT] = "E_FORMAT",
    [-BATON_E_TRUNCATED] = "E_TRUNCATED",
    [-BATON_E_FIELD] = "E_FIELD",
    [-BATON_E_PROTOCOL] = "E_PROTOCOL",
    [-BATON_E_COMMAND_LINE] = "E_COMMAND_LINE",
    [-BATON_E_SEGMENTS] = "E_SEGMENTS",
    [-BATON_E_OVERLAP] = "E_OVERLAP",
    [-BATON_E_NOT_RAM] = "E_NOT_RAM",
    [-BATON_E_LIVE_TABLES] = "E_LIVE_TABLES",
    [-BATON_E_NO_ROOM] = "E_NO_ROOM",
    [-BATON_E_NO_PAGES] = "E_NO_PAGES",
    [-BATON_E_TOO_HIGH] = "E_TOO_HIGH",
    [-BATON_E_CPU] = "E_CPU",
    [-BATON_E_CHECK] = "E_CHECK",
    [-BATON_E_REALMODE] = "E_REALMODE",
    [-BATON_E_KIND] = "E_KIND",
    [-BATON_E_LEAST] = "E_LEAST",
    [-BATON_E_MOST] = "E_MOST",
    [-BATON_E_REACH] = "E_REACH",
    [-BATON_E_HOST] = "E_HOST",
    [-BATON_E_FIXED] = "E_FIXED",
    [-BATON_E_REQUIRES] = "E_REQUIRES",
    [-BATON_E_TYPE] = "E_TYPE",
    [-BATON_E_NO_TYPE] = "E_NO_TYPE",
    [-BATON_E_FLAT] = "E_FLAT",
    [-BATON_E_CALL] = "E_CALL",
};

static void every_error_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < BATON_ERRORS; i++) {
        assert_non_null(names[i]);
        assert_string_equal(baton_error_name(-i), names[i]);
    }
    assert_string_equal(baton_error_name(1), "E_UNKNOWN");
    assert_string_equal(baton_error_name(-BATON_ERRORS), "E_UNKNOWN");
    assert_string_equal(baton_error_name(INT32_MIN), "E_UNKNOWN");
    assert_string_equal(baton_error_name(INT32_MAX), "E_UNKNOWN");
}

static void every_error_has_a_sentence(void **state)
{
    char text[512];

    (void)state;
    for (int i = 0; i < BATON_ERRORS; i++) {
        struct baton_refusal why = {-i, "WHAT", 0x1234567890abcdef, 0xfedcba9876543210};
        size_t n = baton_explain(&why, text, sizeof(text));

        assert_int_equal(n, strlen(text));
        assert_true(n >= 8);
        assert_null(strchr(text, '{'));
        assert_null(strchr(text, '}'));
        why.what = NULL; /* nothing to name is no reason to fall over */
        n = baton_explain(&why, text, sizeof(text));
        assert_null(strchr(text, '{'));
    }
    struct baton_refusal unknown = {-BATON_ERRORS, "x", 1, 2};
    baton_explain(&unknown, text, sizeof(text));
    assert_null(strchr(text, '{'));
    unknown.error = 5;
    baton_explain(&unknown, text, sizeof(text));
    assert_null(strchr(text, '{'));
}

/* The numbers and names of a refusal are in its sentence, where it has a place for them. */
static void sentences_say_what(void **state)
{
    char text[512];
    const struct {
        struct baton_refusal why;
        const char *parts[3];
    } cases[] = {
        {{BATON_E_TRUNCATED, "setup header", 700, 800}, {"setup header", "700", "800"}},
        {{BATON_E_FIELD, "boot_flag", 0xaa54, 0xaa55}, {"boot_flag", "0xaa54", ""}},
        {{BATON_E_COMMAND_LINE, "this kernel", 300, 255}, {"this kernel", "300", "255"}},
        {{BATON_E_OVERLAP, "PT_LOAD 3", 0x200000, 0x201000}, {"PT_LOAD 3", "0x200000", "0x201000"}},
        {{BATON_E_NOT_RAM, "kernel", 0x1000000, 0x2100000}, {"kernel", "0x1000000", "0x2100000"}},
        {{BATON_E_LIVE_TABLES, "PT_LOAD 0", 0x300000, 0x301000},
         {"PT_LOAD 0", "0x300000", "0x301000"}},
        {{BATON_E_NO_ROOM, "initrd", 1048576, 0x38000000}, {"initrd", "1048576", "0x38000000"}},
        {{BATON_E_NO_PAGES, "page tables", 0, 0xc0000000}, {"page tables", "", ""}},
        {{BATON_E_TOO_HIGH, "PT_LOAD 1", 0xfffff000, 0x100001000},
         {"PT_LOAD 1", "0xfffff000", "0x100001000"}},
        {{BATON_E_CHECK, "H4: some reason", 0x123000, 17}, {"H4: some reason", "0x123000", "17"}},
        {{BATON_E_CPU, "long mode", 0, 0}, {"long mode", "", ""}},
        {{BATON_E_PROTOCOL, NULL, 0x0201, 0x0202}, {"2.01", "2.02", ""}},
        {{BATON_E_SEGMENTS, "segments", 65, 64}, {"segments", "65", "64"}},
        {{BATON_E_EMPTY, "the payload", 0, 0}, {"the payload", "", ""}},
        {{BATON_E_KIND, "a script; do this", 0, 0}, {"is a script; do this", "", ""}},
        {{BATON_E_LEAST, "init_size", 16, 32}, {"init_size", "0x10", "0x20 is the least"}},
        {{BATON_E_MOST, "p_filesz", 32, 16}, {"p_filesz", "0x20", "0x10 is the most"}},
        {{BATON_E_REALMODE, "its loadflags", 0, 0}, {"its loadflags", "", ""}},
        {{BATON_E_FORMAT, "a and b", 0x464c457f, 0}, {"a and b", "0x464c457f", ""}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        baton_explain(&cases[i].why, text, sizeof(text));
        for (int k = 0; k < 3; k++)
            if (!strstr(text, cases[i].parts[k])) {
                print_error("\"%s\" does not say \"%s\"\n", text, cases[i].parts[k]);
                fail();
            }
    }
}

/* Buffers of every size: never a byte behind the end, always a NUL, the beginning of the whole. */
static void buffers_of_every_size(void **state)
{
    char whole[512];
    const struct baton_refusal why = {BATON_E_NOT_RAM, "kernel", 0x1000000, 0x2100000};
    size_t length = baton_explain(&why, whole, sizeof(whole));

    (void)state;
    for (size_t size = 1; size <= length + 2; size++) {
        char *text = malloc(size); /* so that ASan sees its end */
        size_t want = size - 1 < length ? size - 1 : length;

        memset(text, 'x', size);
        assert_int_equal(baton_explain(&why, text, size), want);
        assert_int_equal(strlen(text), want);
        assert_memory_equal(text, whole, want);
        free(text);
    }
}

/* ---- numbers --------------------------------------------------------------------------------- */

static void assert_number(uint64_t value)
{
    char got[32], want[32];
    struct text decimal = {got, sizeof(got), 0};

    text_decimal(&decimal, value);
    snprintf(want, sizeof(want), "%" PRIu64, value);
    assert_string_equal(got, want);
    struct text hex = {got, sizeof(got), 0};
    text_hex(&hex, value);
    snprintf(want, sizeof(want), "0x%" PRIx64, value);
    assert_string_equal(got, want);
    struct text address = {got, sizeof(got), 0};
    text_address(&address, value);
    snprintf(want, sizeof(want), "0x%08" PRIx64, value);
    assert_string_equal(got, want);
    assert_int_equal(address.length, strlen(want));
}

static void numbers(void **state)
{
    struct dice dice = {dice_seed()};

    (void)state;
    assert_number(0);
    assert_number(UINT64_MAX);
    for (unsigned bit = 0; bit < 64; bit++) {
        assert_number(1ull << bit);
        assert_number((1ull << bit) - 1);
        assert_number((1ull << bit) + 1);
    }
    for (uint64_t ten = 1, n = 0; n < 19; n++, ten *= 10) {
        assert_number(ten);
        assert_number(ten - 1);
    }
    for (unsigned n = 0; n < 2000; n++)
        assert_number(dice_bits(&dice) >> dice_roll(&dice, 64));
}

/* Text into every size of buffer, the smallest and none at all. */
static void text_never_overflows(void **state)
{
    (void)state;
    for (size_t size = 1; size < 40; size++) {
        char *buffer = malloc(size);
        struct text text = {buffer, size, 0};

        text_add(&text, "abc ");
        text_hex(&text, 0x1234);
        text_char(&text, ' ');
        text_decimal(&text, 567890);
        text_address(&text, 1);
        assert_int_equal(text.length, strlen(buffer));
        assert_memory_equal(buffer, "abc 0x1234 5678900x00000001", text.length);
        free(buffer);
    }
    struct text none = {NULL, 0, 0};
    text_add(&none, "abc");
    text_decimal(&none, 1);
    assert_int_equal(none.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_name),
        cmocka_unit_test(every_error_has_a_sentence),
        cmocka_unit_test(sentences_say_what),
        cmocka_unit_test(buffers_of_every_size),
        cmocka_unit_test(numbers),
        cmocka_unit_test(text_never_overflows),
    };

    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
