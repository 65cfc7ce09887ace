/* The list for people: runs, what lies where, and lists of garbage. */
#include "kernel/shell/decode.h"
#include "baton/list.h"
#include "tests/host/paper/cm.h"
#include "tests/host/paper/machine.h"

#define RAM (16ull << 20)
#define LIST 0x00800000ull
#define SECOND 0x00a00000ull

static struct machine machine;
static struct baton_image image;

static int start(void **state)
{
    (void)state;
    machine_start(&machine, 0xc0100000, 0x00100000);
    machine_memory(&machine, 0, RAM, BATON_MEM_USABLE);
    machine_ready(&machine);
    machine_file(&machine, 0, RAM); /* the decoder may look at all of it, but at nothing else */
    image = (struct baton_image){.host = &machine.host, .list = LIST};
    image.counts.list_pages = 2;
    return 0;
}

static void word(uint64_t page, uint32_t i, uint32_t value)
{
    machine_write(page + 4 * i, &value, 4);
}

static void assert_run(struct decoder *d, uint32_t most, const struct run *expected)
{
    struct run run;

    assert_true(decode_next(d, most, &run));
    assert_int_equal(run.page, expected->page);
    assert_int_equal(run.number, expected->number);
    assert_int_equal(run.first, expected->first);
    assert_int_equal(run.words, expected->words);
    assert_int_equal(run.value, expected->value);
    if ((run.value & LIST_FLAGS) == LIST_SOURCE || (run.value & LIST_FLAGS) == LIST_ZERO)
        assert_int_equal(run.dest, expected->dest);
    assert_int_equal(run.strays, expected->strays);
}

static void a_list(void)
{
    word(LIST, 0, 0x00100000 | LIST_DESTINATION);
    word(LIST, 1, 0x00200000 | LIST_SOURCE);
    word(LIST, 2, 0x00201000 | LIST_SOURCE);
    word(LIST, 3, 0x00203000 | LIST_SOURCE); /* a page left out */
    word(LIST, 4, LIST_ZERO);
    word(LIST, 5, LIST_ZERO);
    word(LIST, 6, SECOND | LIST_INDIRECTION);
    word(SECOND, 0, LIST_ZERO); /* runs do not reach across pages */
    word(SECOND, 1, LIST_DONE);
    word(SECOND, 2, LIST_ZERO); /* nobody comes here */
}

static void runs_are_folded(void **state)
{
    static const struct run expected[] = {
        {LIST, 1, 0, 1, 0x00100000 | LIST_DESTINATION, 0, false},
        {LIST, 1, 1, 2, 0x00200000 | LIST_SOURCE, 0x00100000, false},
        {LIST, 1, 3, 1, 0x00203000 | LIST_SOURCE, 0x00102000, false},
        {LIST, 1, 4, 2, LIST_ZERO, 0x00103000, false},
        {LIST, 1, 6, 1, SECOND | LIST_INDIRECTION, 0, false},
        {SECOND, 2, 0, 1, LIST_ZERO, 0x00105000, false},
        {SECOND, 2, 1, 1, LIST_DONE, 0, false},
    };
    struct decoder d;
    struct run run;

    (void)state;
    a_list();
    decode_start(&d, &image);
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_run(&d, LIST_WORDS, &expected[i]);
    assert_false(decode_next(&d, LIST_WORDS, &run));
}

static void word_by_word(void **state)
{
    struct decoder d;
    struct run run;
    uint32_t words = 0;

    (void)state;
    a_list();
    for (decode_start(&d, &image); decode_next(&d, 1, &run); words++)
        assert_int_equal(run.words, 1);
    assert_int_equal(words, 9);
}

static void garbage_is_not_followed(void **state)
{
    struct decoder d;
    struct run run;

    (void)state;
    word(LIST, 0, 0x00200000 | LIST_SOURCE); /* for nowhere */
    word(LIST, 1, 0xfee00000 | LIST_INDIRECTION);
    decode_start(&d, &image);
    assert_run(&d, LIST_WORDS,
               &(struct run){LIST, 1, 0, 1, 0x00200000 | LIST_SOURCE, DECODE_NOWHERE, false});
    assert_run(&d, LIST_WORDS,
               &(struct run){LIST, 1, 1, 1, 0xfee00000 | LIST_INDIRECTION, 0, true});
    assert_false(decode_next(&d, LIST_WORDS, &run));

    word(LIST, 0, LIST | LIST_INDIRECTION); /* round and round: as often as there are pages */
    decode_start(&d, &image);
    assert_true(decode_next(&d, LIST_WORDS, &run));
    assert_true(decode_next(&d, LIST_WORDS, &run));
    assert_false(decode_next(&d, LIST_WORDS, &run));

    word(LIST, 0, 0x00100000 | LIST_DESTINATION | LIST_SOURCE);
    decode_start(&d, &image);
    assert_true(decode_next(&d, LIST_WORDS, &run));
    assert_false(decode_next(&d, LIST_WORDS, &run));
    assert_string_equal(machine.violation, "");
}

/* Any list ends, is read within its pages, and no word is told twice. */
static void any_list(void **state)
{
    static const uint32_t flags[] = {LIST_DESTINATION, LIST_SOURCE, LIST_SOURCE, LIST_ZERO,
                                     LIST_SOURCE};
    struct dice dice = {dice_seed()};

    for (uint64_t round = dice_rounds(300); round; round--) {
        uint32_t value = 0, words = 0;
        struct decoder d;
        struct run run;

        start(state);
        for (uint32_t i = 0; i < 2 * LIST_WORDS; i++) {
            value = dice_once(&dice, 3)
                        ? value + BATON_PAGE_SIZE
                        : (uint32_t)dice_bits(&dice) << 12 | flags[dice_roll(&dice, COUNT(flags))];
            if (dice_once(&dice, 2000))
                value = (uint32_t)dice_bits(&dice);
            word(i < LIST_WORDS ? LIST : SECOND, i % LIST_WORDS, value);
        }
        word(LIST, LIST_WORDS - 1, SECOND | LIST_INDIRECTION);
        for (decode_start(&d, &image); decode_next(&d, LIST_WORDS, &run); words += run.words) {
            assert_true(run.words && run.first + run.words <= LIST_WORDS);
            assert_int_equal(machine_word(run.page + 4 * run.first), run.value);
        }
        assert_true(words <= 2 * LIST_WORDS);
        assert_string_equal(machine.violation, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(runs_are_folded, start),
        cmocka_unit_test_setup(word_by_word, start),
        cmocka_unit_test_setup(garbage_is_not_followed, start),
        cmocka_unit_test_setup(any_list, start),
    };

    return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
