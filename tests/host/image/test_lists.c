/*
 * The indirection list for drawn layouts: built by the core, run on paper, every byte compared.
 * Each drawing is tried small and large, low and above 2 GiB and at the end of 4 GiB, in both
 * table formats, with an allocator that lends from the top, from the bottom, and at random.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/picture.h"

static struct journey journey;

/* clang-format off */
static const struct picture pictures[] = {
    /*                        before            after      */
    {"nothing moves",        "..ABC...",       "..ABC..."},
    {"one page",             "A.......",       ".......A"},
    {"no overlap",           "ABC.....",       "....ABC."},
    {"no overlap, down",     "....ABC.",       "ABC....."},
    {"overlap up",           "ABCDE...",       "..ABCDE."},
    {"overlap down",         "..ABCDE.",       "ABCDE..."},
    {"up by one",            "ABCDEFG.",       ".ABCDEFG"},
    {"down by one",          ".ABCDEFG",       "ABCDEFG."},
    {"touching, up",         "ABCD....",       "....ABCD"},
    {"touching, down",       "....ABCD",       "ABCD...."},
    {"swap",                 "A......B",       "B......A"},
    {"swap of neighbours",   "AB......",       "BA......"},
    {"swap of runs",         "ABC..DEF",       "DEF..ABC"},
    {"cycle of three",       "A..B..C.",       "C..A..B."},
    {"cycle of three, back", "A..B..C.",       "B..C..A."},
    {"cycle of eight",       "ABCDEFGH",       "HABCDEFG"},
    {"reversed",             "ABCDEFGH",       "HGFEDCBA"},
    {"rotated by three",     "ABCDEFGH",       "FGHABCDE"},
    {"two cycles",           "AB....CD",       "BA....DC"},
    {"four cycles",          "ABCDEFGH",       "BADCFEHG"},
    {"cycle and path",       "AB.CD...",       "BA..CD.."},
    {"path into path",       "AB..CD..",       "....ABCD"},
    {"path leads away",      "ABC.....",       "C.AB...."},
    {"tree of shifts",       "A.B.C.D.",       ".A.B.C.D"},
    {"crossing",             "A.B.C.D.",       "D.C.B.A."},
    {"some stay, some move", "ABCDEF..",       "ABFDE..C"},
    {"zeros behind",         "AB......",       "....AB00"},
    {"zeros over a source",  "AB......",       "00..AB.."},
    {"zeros over all",       "ABCD....",       "0000ABCD"},
    {"zeros between",        "ABCD....",       "A0B0C0D0"},
    {"only zeros",           "........",       "..0000.."},
    {"zeros and a cycle",    "AB....C.",       "BA0000.C"},
    {"tail over own source", "..AB....",       "AB000000"},
    {"stays, tail zeroed",   "AB......",       "AB00...."},
    {"half is used",         "ABCDEFGH",       "..D..E.."},
    {"long chain",           "A.BCDEFGH",      ".ABCDEFGH"},
    {"far apart",            "A..............B", "B..............A"},
};
/* clang-format on */

/* Where the drawing lies, and how large its blocks are. */
static const struct scale {
    uint64_t base, pages; /* base 0: so that the drawing ends at 4 GiB */
} scales[] = {
    {0x00200000, 1}, {0x00200000, 3}, {0x7fffe000, 2}, {0x90000000, 5}, {0, 1}, {0, 4},
};

/* Longer than an indirection page: 1024 words. */
static const struct scale long_scales[] = {{0x00200000, 700}, {0x80000000, 300}};

static void play(const struct picture *p, const struct scale *scale, bool pae,
                 enum machine_order order)
{
    uint64_t size = strlen(p->before) * scale->pages * BATON_PAGE_SIZE;
    struct recipe recipe;

    picture_recipe(p, scale->base ? scale->base : MACHINE_END - size, scale->pages, &recipe);
    recipe.pae = pae;
    recipe.order = order;
    recipe.made = 2;
    if (!recipe_play(&recipe, &journey) || journey.error) {
        print_error("drawing \"%s\": %s -> %s, %u pages a block, base 0x%llx\n", p->name, p->before,
                    p->after, (unsigned)scale->pages, (unsigned long long)scale->base);
        assert_journey(&journey, false);
    }
}

static void drawn_layouts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pictures); i++)
        for (size_t k = 0; k < COUNT(scales); k++)
            for (int order = 0; order < LEND_ORDERS; order++)
                for (int pae = 0; pae < 2; pae++)
                    play(&pictures[i], &scales[k], pae, (enum machine_order)order);
}

static void lists_longer_than_a_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pictures); i++)
        for (size_t k = 0; k < COUNT(long_scales); k++)
            play(&pictures[i], &long_scales[k], i % 2, (enum machine_order)(i % LEND_ORDERS));
}

/* An empty list is DONE alone: one page, one word. */
static void empty_list(void **state)
{
    const struct picture p = {"stays", "..AB..", "..AB.."};
    struct recipe recipe;

    (void)state;
    picture_recipe(&p, 0x200000, 1, &recipe);
    recipe_stage(&recipe, &journey);
    assert_int_equal(journey_load(&journey), 0);
    assert_int_equal(machine_word(journey.image.list), 4);
    assert_int_equal(journey.image.counts.stay, 2);
    assert_int_equal(journey.image.counts.move, 0);
    assert_int_equal(journey.image.counts.zero, 0);
    assert_int_equal(journey.image.counts.list_pages, 1);
    assert_int_equal(journey.image.swap, 0);
    assert_journey(&journey, journey_finish(&journey));
    assert_int_equal(journey.run.words, 2); /* the parameters' word, and DONE */
}

/* A list that ends with the last word of a page, one before it, and one behind it. */
static void list_ends_at_a_page_end(void **state)
{
    (void)state;
    for (uint64_t pages = 1018; pages <= 1026; pages++) { /* words: destination, pages, DONE */
        const struct picture p = {"page end", "A..", "..A"};
        struct recipe recipe;

        picture_recipe(&p, 0x200000, pages, &recipe);
        assert_journey(&journey, recipe_play(&recipe, &journey));
        assert_int_equal(journey.error, 0);
        assert_int_equal(journey.run.list_pages, pages + 2 <= 1024 ? 1 : 2);
    }
}

/* Each moved page costs one copy and one word, each cycle one copy more. */
static void cost_of_a_swap(void **state)
{
    const struct picture p = {"swap", "A..B", "B..A"};
    struct recipe recipe;

    (void)state;
    picture_recipe(&p, 0x200000, 50, &recipe);
    recipe_stage(&recipe, &journey);
    assert_int_equal(journey_load(&journey), 0);
    assert_int_equal(journey.image.counts.move, 100);
    assert_int_equal(journey.image.counts.cycles, 50);
    assert_int_equal(journey.image.counts.stay, 0);
    assert_true(journey.image.swap != 0);
    assert_journey(&journey, journey_finish(&journey));
    assert_int_equal(journey.run.copies, 150);
}

/* No word that could be spared: a destination only where the one before does not lead there. */
static void number_of_words(void **state)
{
    static const struct {
        const char *before, *after;
        unsigned words; /* for blocks of one page, with the parameters' word and DONE */
    } cases[] = {
        {"A.......", ".......A", 4},
        {"ABC.....", "....ABC.", 3 + 3},
        {"AB......", "....AB00", 3 + 2 + 2},     /* the zeros go on where the copies end */
        {"A.B.....", "....AB..", 3 + 1 + 1},     /* two segments, side by side */
        {"AB......", "....A0B0", 3 + 2 + 2 + 3}, /* A, B, then zeros: three destinations more */
        {"A......B", "B......A", 2 + 2 + 2 + 2}, /* a cycle: save, copy, restore */
        {"ABCDEFG.", ".ABCDEFG", 2 + 2 * 7},     /* backwards: a destination for each page */
        {".ABCDEFG", "ABCDEFG.", 3 + 7},
        {"..AB....", "..AB....", 2},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct picture p = {"words", cases[i].before, cases[i].after};
        struct recipe recipe;

        picture_recipe(&p, 0x200000, 1, &recipe);
        recipe.order = LEND_LOWEST; /* no page of the core's is beside the drawing */
        assert_journey(&journey, recipe_play(&recipe, &journey));
        if (journey.run.words != cases[i].words)
            print_error("%s -> %s: %u words\n", p.before, p.after, (unsigned)journey.run.words);
        assert_int_equal(journey.run.words, cases[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawn_layouts),  cmocka_unit_test(lists_longer_than_a_page),
        cmocka_unit_test(empty_list),     cmocka_unit_test(list_ends_at_a_page_end),
        cmocka_unit_test(cost_of_a_swap), cmocka_unit_test(number_of_words),
    };

    return cmocka_run_group_tests_name("lists", tests, NULL, NULL);
}
