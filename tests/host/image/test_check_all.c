/*
 * The dry run against every small damage there is: each bit of the list, of the control page and
 * of the tables, and random damage to the list. Whatever the dry run lets pass must do no harm:
 * the list is run then, and judged; the tables are walked; the byte is one that nobody reads.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/judge.h"
#include "tests/host/random/sample.h"
#include "tests/host/paper/walk_reference.h"

#include <inttypes.h>

#define PAGE BATON_PAGE_SIZE
#define ROUNDS 4000

static struct journey j;
static bool pae;

static bool passes(void)
{
    int error = baton_image_check(&j.request, &j.payload, &j.image, &j.why);

    assert_true(error == 0 || error == BATON_E_CHECK);
    if (error)
        assert_non_null(j.why.what);
    return !error;
}

/* ---- the list -------------------------------------------------------------------------------- */

static uint32_t damaged[PAGE / 4];

/* The damaged list passed: on a fresh sample it must lead to the right memory. */
static void assert_harmless(const char *what, uint64_t a, uint64_t b)
{
    uint64_t list = j.image.list;

    sample_load(pae, 1, &j);
    assert_int_equal(j.image.list, list);
    machine_write(list, damaged, PAGE);
    if (!journey_run(&j)) {
        print_error("%s %" PRIu64 " %" PRIu64 ": the dry run lets it pass, but %s\n", what, a, b,
                    j.wrong);
        fail();
    }
    sample_load(pae, 1, &j);
}

static void try_list(const char *what, uint64_t a, uint64_t b)
{
    uint32_t good[PAGE / 4];

    machine_read(j.image.list, good, PAGE);
    if (!memcmp(good, damaged, PAGE))
        return;
    machine_write(j.image.list, damaged, PAGE);
    if (passes())
        assert_harmless(what, a, b);
    else
        machine_write(j.image.list, good, PAGE);
}

static void every_bit_of_the_list(void **state)
{
    (void)state;
    for (int format = 0; format < 2; format++) {
        pae = format;
        sample_load(pae, 1, &j);
        j.machine.lenient = true;
        unsigned words = sample_words(&j, NULL, NULL);
        for (unsigned i = 0; i < words; i++)
            for (unsigned bit = 0; bit < 32; bit++) {
                machine_read(j.image.list, damaged, PAGE);
                damaged[i] ^= 1u << bit;
                try_list("bit", i, bit);
            }
    }
}

static void every_word_in_the_place_of_another(void **state)
{
    (void)state;
    pae = true;
    sample_load(pae, 1, &j);
    unsigned words = sample_words(&j, NULL, NULL);
    for (unsigned i = 0; i < words; i++)
        for (unsigned k = 0; k < words; k++) {
            machine_read(j.image.list, damaged, PAGE);
            damaged[i] = damaged[k];
            try_list("replaced", i, k);
            machine_read(j.image.list, damaged, PAGE);
            damaged[i] = machine_word(j.image.list + 4 * k); /* exchanged */
            damaged[k] = machine_word(j.image.list + 4 * i);
            try_list("exchanged", i, k);
            machine_read(j.image.list, damaged, PAGE);
            memmove(&damaged[i < k ? i : k], &damaged[(i < k ? i : k) + 1],
                    (words - (i < k ? i : k)) * 4); /* dropped, and put in elsewhere */
            try_list("dropped", i, k);
        }
}

static void random_lists(void **state)
{
    uint64_t rounds = dice_rounds(ROUNDS);
    struct dice dice = {dice_seed()};

    (void)state;
    pae = false;
    sample_load(pae, 1, &j);
    unsigned words = sample_words(&j, NULL, NULL);
    for (uint64_t round = 0; round < rounds; round++) {
        machine_read(j.image.list, damaged, PAGE);
        for (uint64_t n = 1 + dice_roll(&dice, 5); n > 0; n--) {
            unsigned i = (unsigned)dice_roll(&dice, words), k = (unsigned)dice_roll(&dice, words);
            uint32_t word = damaged[i];

            switch (dice_roll(&dice, 5)) {
            case 0: /* exchange */
                damaged[i] = damaged[k];
                damaged[k] = word;
                break;
            case 1: /* drop */
                memmove(&damaged[i], &damaged[i + 1], (words - i) * 4);
                break;
            case 2: /* move from i to k */
                memmove(&damaged[i], &damaged[i + 1], (words - i) * 4);
                memmove(&damaged[k + 1], &damaged[k], (words - k) * 4);
                damaged[k] = word;
                break;
            case 3: /* another page of the drawing, or of the core */
                damaged[i] = (word & 0xfff) | (uint32_t)(SAMPLE_BASE + dice_roll(&dice, 24) * PAGE);
                break;
            default: /* a flag */
                damaged[i] = (word & ~0xfffu) | 1u << dice_roll(&dice, 6);
            }
        }
        try_list("random", round, dice_seed());
    }
}

/* ---- the control page ------------------------------------------------------------------------ */

/* The stack alone may hold anything. */
#define STACK 0xf40

/* Flips each bit of the page at `pa`, or one of each byte when there is little time. */
static void every_bit_of(uint64_t pa)
{
    unsigned step = dice_thorough() ? 1 : 8;

    for (unsigned offset = 0; offset < PAGE; offset++)
        for (unsigned bit = step == 1 ? 0 : offset % 8; bit < 8; bit += step) {
            *machine_at(pa + offset) ^= (uint8_t)(1 << bit);
            if (passes() != (offset >= STACK)) {
                print_error("bit %u of byte 0x%03x: %s\n", bit, offset,
                            offset >= STACK ? j.why.what : "passes");
                fail();
            }
            *machine_at(pa + offset) ^= (uint8_t)(1 << bit);
        }
    assert_true(passes());
}

static void every_bit_of_the_control_page(void **state)
{
    (void)state;
    pae = true;
    sample_load(pae, 1, &j);
    every_bit_of(j.image.control);
}

static void every_bit_of_the_template(void **state)
{
    (void)state;
    pae = false;
    sample_load(pae, 1, &j);
    every_bit_of(j.machine.host.trampoline_pa);
}

/* ---- the tables ------------------------------------------------------------------------------ */

static bool leads_home(bool format, uint64_t root, uint32_t va)
{
    struct reference_walk w = reference_translate(judge_word, format, root, va);

    for (unsigned i = 0; i < w.tables; i++)
        if (!machine_is_lent(w.table[i]))
            return false;
    return w.present && !w.fault && w.pa == j.image.control && w.size == PAGE && w.writable &&
           !w.user && !w.no_execute && !w.global;
}

static bool tables_are_right(void)
{
    uint64_t root = j.image.tables[0], fault_root = j.image.fault_tables[0];

    return leads_home(pae, root, 0xc0105000u) && leads_home(pae, root, (uint32_t)j.image.control) &&
           reference_mappings(judge_word, pae, root, NULL, NULL) == 2 &&
           (!pae || (leads_home(false, fault_root, (uint32_t)j.image.control) &&
                     reference_mappings(judge_word, false, fault_root, NULL, NULL) == 1));
}

/* Every word with each bit flipped where it is not zero, and a few patterns where it is; of these
 * words only some when there is little time. */
static void every_word_of_the_tables(void **state)
{
    static const uint32_t patterns[] = {0x63, 0xffffffff, 1, 2, 0xe3, 0x80, 0x80000000};
    unsigned tried = dice_thorough() ? COUNT(patterns) : 2;

    (void)state;
    for (int format = 0; format < 2; format++) {
        pae = format;
        sample_load(pae, 1, &j);
        j.machine.lenient = true;
        for (uint32_t t = 0; t < j.image.table_count + (pae ? 2 : 0); t++) {
            uint64_t table = t < j.image.table_count
                                 ? j.image.tables[t]
                                 : j.image.fault_tables[t - j.image.table_count];

            for (uint64_t at = table; at < table + PAGE; at += 4) {
                uint32_t good = machine_word(at);

                if (!good && !dice_thorough() && at / 4 % 11)
                    continue;
                for (unsigned n = 0; n < (good ? 32 : tried); n++) {
                    uint32_t word = good ? good ^ 1u << n : patterns[n];

                    machine_write(at, &word, 4);
                    if (passes() && !tables_are_right()) {
                        print_error("table %u, offset 0x%03x: 0x%08x instead of 0x%08x passes\n", t,
                                    (unsigned)(at & 0xfff), word, good);
                        fail();
                    }
                    machine_write(at, &good, 4);
                }
            }
        }
        assert_true(passes());
        assert_true(tables_are_right());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_of_the_list),
        cmocka_unit_test(every_word_in_the_place_of_another),
        cmocka_unit_test(random_lists),
        cmocka_unit_test(every_bit_of_the_control_page),
        cmocka_unit_test(every_bit_of_the_template),
        cmocka_unit_test(every_word_of_the_tables),
    };

    return cmocka_run_group_tests_name("check_all", tests, NULL, NULL);
}
