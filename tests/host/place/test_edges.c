/*
 * Segments that do not begin and end at page ends: shared pages, sources that lie otherwise in
 * their page than the destination, zero tails of every length. Addresses in the pictures are
 * offsets in pages from where the file begins (F) or from where it goes (D).
 */
#include "tests/host/paper/cm.h"
#include "tests/host/random/recipe.h"

#define P BATON_PAGE_SIZE
#define FIXED BATON_SEG_FIXED
#define F 0x00400000ull /* the file: 64 pages */
#define D 0x00600000ull
#define FILE_PAGES 64

static struct journey journey;

/* clang-format off */
static const struct edge {
    const char *name;
    struct recipe_segment segment[6];
    int composed; /* pages put together at load time; -1: not looked at */
} edges[] = {
    /* F |....####|  ->  D |....####| */
    {"part of a page, congruent", {{FIXED, F + 0x800, 0x400, 0x400, D + 0x800}}, 1},
    {"part of a page, not congruent", {{FIXED, F + 0x801, 0x400, 0x400, D + 0x123}}, 1},
    {"one byte", {{FIXED, F + 0xfff, 1, 1, D}}, 1},
    {"one byte at a page end", {{FIXED, F, 1, 1, D + 0xfff}}, 1},
    {"two bytes over a page end", {{FIXED, F + 0xfff, 2, 2, D + 0xfff}}, 2},
    {"starts within a page, ends at a page end", {{FIXED, F + 0x10, 0x1ff0, 0x1ff0, D + 0x10}}, 1},
    {"starts at a page, ends within one", {{FIXED, F, 0x1010, 0x1010, D}}, 1},
    {"edges on both sides", {{FIXED, F + 0x123, 0x5000, 0x5000, D + 0x123}}, 2},
    {"not congruent, many pages", {{FIXED, F + 0x200, 0x8000, 0x8000, D}}, 8},
    {"not congruent by one byte", {{FIXED, F + 1, 0x3000, 0x3000, D}}, 3},
    {"not congruent, odd on both sides", {{FIXED, F + 0xe01, 0x3333, 0x3333, D + 0x7}}, 4},

    /* D |##########..|  ->  the tail, from one byte to many pages */
    {"tail of one byte", {{FIXED, F, 0xfff, 0x1000, D}}, 1},
    {"tail of one byte in a page of its own", {{FIXED, F, 0x1000, 0x1001, D}}, 1},
    {"tail to the page end", {{FIXED, F, 0x1001, 0x2000, D}}, 1},
    {"tail over the page end by one byte", {{FIXED, F, 0x1001, 0x2001, D}}, 2},
    {"tail of a page", {{FIXED, F, 0x1000, 0x2000, D}}, 0},
    {"tail of many pages", {{FIXED, F, 0x1800, 0x20000, D}}, 1},
    {"tail of many pages and a byte", {{FIXED, F, 0x1800, 0x20001, D}}, 2},
    {"no file bytes, one byte of zeros", {{FIXED, F, 0, 1, D + 0x800}}, 1},
    {"no file bytes, zeros over a page end", {{FIXED, F, 0, 0x10, D + 0xff8}}, 2},
    {"no file bytes, whole pages", {{FIXED, F, 0, 0x3000, D}}, 0},
    {"no file bytes, edges and a page", {{FIXED, F, 0, 0x1ffe, D + 0xfff}}, 2},
    {"tail, not congruent", {{FIXED, F + 5, 0x1800, 0x4801, D}}, 3},

    /* D |aaaabbbb|  two segments, one page */
    {"two segments share a page",
     {{FIXED, F, 0x1800, 0x1800, D}, {FIXED, F + 0x1800, 0x1800, 0x1800, D + 0x1800}}, 1},
    {"the same, told the other way round",
     {{FIXED, F + 0x1800, 0x1800, 0x1800, D + 0x1800}, {FIXED, F, 0x1800, 0x1800, D}}, 1},
    {"shared page with a gap",
     {{FIXED, F, 0x1100, 0x1100, D}, {FIXED, F + 0x4f00, 0x1100, 0x1100, D + 0x1f00}}, 1},
    {"shared page: tail of one, head of the other",
     {{FIXED, F, 0x1100, 0x1e00, D}, {FIXED, F + 0x2e00, 0x1200, 0x1200, D + 0x1e00}}, 1},
    {"tail ends where the next begins, at a page end",
     {{FIXED, F, 0x1100, 0x2000, D}, {FIXED, F + 0x3000, 0x1000, 0x1000, D + 0x2000}}, 1},
    {"three in one page",
     {{FIXED, F, 0x100, 0x100, D + 0x100},
      {FIXED, F + 0x2000, 0x100, 0x200, D + 0x400},
      {FIXED, F + 0x1ffe, 0x800, 0x800, D + 0x700}}, 1},
    {"three in one page, from the end",
     {{FIXED, F + 0x1ffe, 0x800, 0x800, D + 0x700},
      {FIXED, F + 0x2000, 0x100, 0x200, D + 0x400},
      {FIXED, F, 0x100, 0x100, D + 0x100}}, 1},
    {"shared page, one is not congruent",
     {{FIXED, F, 0x2800, 0x2800, D}, {FIXED, F + 0x4001, 0x2800, 0x2800, D + 0x2800}}, 3},
    {"zeros between two in one page",
     {{FIXED, F, 0x10, 0x10, D}, {FIXED, F, 0, 0x20, D + 0x10}, {FIXED, F, 0x10, 0x10, D + 0x30}},
     1},

    /* F |######..|  segments that lie where they go already */
    {"stays, whole pages", {{FIXED, F, 0x3000, 0x3000, F}}, 0},
    {"stays, edges too", {{FIXED, F + 0x10, 0x3000, 0x3000, F + 0x10}}, 0},
    {"stays, a byte of tail", {{FIXED, F, 0x2fff, 0x3000, F}}, 1},
    {"stays, head edge stays, tail is zeroed", {{FIXED, F + 0x10, 0x2800, 0x2ff0, F + 0x10}}, 1},
    {"stays, pages of tail", {{FIXED, F, 0x2800, 0x6800, F}}, 2},
    {"stays in less than a page", {{FIXED, F + 0x100, 0x100, 0x100, F + 0x100}}, 0},
    {"stays in less than a page, with a tail", {{FIXED, F + 0x100, 0x100, 0x200, F + 0x100}}, 1},
    {"stays, a neighbour comes into its page",
     {{FIXED, F, 0x1800, 0x1800, F}, {FIXED, F + 0x4800, 0x800, 0x800, F + 0x1800}}, 1},
    {"the same, the neighbour first",
     {{FIXED, F + 0x4800, 0x800, 0x800, F + 0x1800}, {FIXED, F, 0x1800, 0x1800, F}}, 1},
    {"two stay in one page",
     {{FIXED, F, 0x1800, 0x1800, F}, {FIXED, F + 0x1800, 0x800, 0x800, F + 0x1800}}, -1},
    {"stays, and its pages are read by another",
     {{FIXED, F, 0x3000, 0x3000, F}, {FIXED, F, 0x3000, 0x3000, D}}, -1},
    {"the same, the other first",
     {{FIXED, F, 0x3000, 0x3000, D}, {FIXED, F, 0x3000, 0x3000, F}}, -1},

    /* a destination that holds its own source: F |######| -> one page on, half a page on, ... */
    {"onto itself, one byte up", {{FIXED, F, 0x4000, 0x4000, F + 1}}, 5},
    {"onto itself, one byte down", {{FIXED, F + 1, 0x4000, 0x4000, F}}, 4},
    {"onto itself, half a page up", {{FIXED, F, 0x4000, 0x4000, F + 0x800}}, 5},
    {"onto itself, a page up, edges", {{FIXED, F + 0x80, 0x4000, 0x4000, F + 0x1080}}, 2},
    {"onto itself, a page down, edges", {{FIXED, F + 0x1080, 0x4000, 0x4000, F + 0x80}}, 2},
    {"onto itself, a page up, with a tail", {{FIXED, F + 0x80, 0x4000, 0x8000, F + 0x1080}}, -1},
    {"tail over the rest of the file",
     {{FIXED, F, 0x800, 0x10000, F}, {FIXED, F + 0x8000, 0x2000, 0x2000, D}}, 1},
    {"swap with edges",
     {{FIXED, F + 0x123, 0x2000, 0x2000, F + 0x8123},
      {FIXED, F + 0x8456, 0x2000, 0x2000, F + 0x456}}, -1},

    /* one source, two readers */
    {"a source read twice", {{FIXED, F, 0x2000, 0x2000, D}, {FIXED, F, 0x2000, 0x2000, D + 0x4000}},
     2},
    {"a source read twice, by parts",
     {{FIXED, F, 0x2000, 0x2000, D}, {FIXED, F + 0x1000, 0x2000, 0x2000, D + 0x4000}}, -1},
    {"a page read by the edges of two",
     {{FIXED, F, 0x1800, 0x1800, D}, {FIXED, F + 0x1800, 0x1800, 0x1800, D + 0x5800}}, 2},
    {"an edge reads what another moves whole",
     {{FIXED, F, 0x3000, 0x3000, D}, {FIXED, F + 0x2800, 0x100, 0x100, D + 0x5800}}, 1},
    {"the same, the edge first",
     {{FIXED, F + 0x2800, 0x100, 0x100, D + 0x5800}, {FIXED, F, 0x3000, 0x3000, D}}, -1},
    {"read twice, written over",
     {{FIXED, F, 0x2000, 0x2000, F + 0x2000}, {FIXED, F, 0x2000, 0x2000, F + 0x5000},
      {FIXED, F + 0x2000, 0x2000, 0x2000, F}}, -1},
};
/* clang-format on */

static void recipe_of(const struct edge *e, struct recipe *r)
{
    memset(r, 0, sizeof(*r));
    r->name = e->name;
    r->memory[0] = (struct baton_memory){0x100000, 0x180000, BATON_MEM_USABLE};
    r->memory[1] = (struct baton_memory){F - 4 * P, D + 64 * P, BATON_MEM_USABLE};
    r->file[0] = (struct baton_range){F, F + FILE_PAGES * P};
    memcpy(r->segment, e->segment, sizeof(e->segment));
    r->made = 1;
}

static void chosen_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(edges); i++)
        for (int order = 0; order < LEND_ORDERS; order++) {
            struct recipe recipe;

            recipe_of(&edges[i], &recipe);
            recipe.order = (enum machine_order)order;
            recipe.pae = order & 1;
            recipe_stage(&recipe, &journey);
            if (journey_load(&journey) ||
                (edges[i].composed >= 0 &&
                 journey.image.counts.bounce != (uint32_t)edges[i].composed)) {
                print_error("edges: %s: %u pages composed\n", edges[i].name,
                            journey.image.counts.bounce);
                assert_journey(&journey, false);
            }
            if (!journey_finish(&journey)) {
                print_error("edges: %s\n", edges[i].name);
                assert_journey(&journey, false);
            }
        }
}

/* Every length of tail and file around two page ends, from two offsets. */
static void every_length(void **state)
{
    static const uint64_t lengths[] = {0,      1,      2,      0x7ff,  0xffe,  0xfff,  0x1000,
                                       0x1001, 0x17ff, 0x1fff, 0x2000, 0x2001, 0x2fff, 0x3000};
    static const uint64_t offsets[] = {0, 1, 0x800, 0xffe, 0xfff};

    (void)state;
    for (size_t a = 0; a < COUNT(offsets); a++)
        for (size_t b = 0; b < COUNT(offsets); b++)
            for (size_t f = 0; f < COUNT(lengths); f++)
                for (size_t t = 0; t < COUNT(lengths); t++) {
                    uint64_t file = lengths[f], mem = file + lengths[t];
                    const struct edge e = {
                        "lengths", {{FIXED, F + offsets[a], file, mem, D + offsets[b]}}, -1};
                    struct recipe recipe;

                    if (!mem)
                        continue;
                    recipe_of(&e, &recipe);
                    assert_journey(&journey, recipe_play(&recipe, &journey));
                    assert_int_equal(journey.error, 0);
                }
}

/* The pages of each kind add up: every page of a destination is counted once. */
static void counts_add_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(edges); i++) {
        const struct baton_counts *c = &journey.image.counts;
        uint64_t pages = 0;
        struct recipe recipe;

        recipe_of(&edges[i], &recipe);
        recipe_stage(&recipe, &journey);
        assert_int_equal(journey_load(&journey), 0);
        for (uint64_t page = F - 4 * P; page < D + 64 * P; page += P)
            for (unsigned k = 0; k < 6; k++) {
                const struct recipe_segment *s = &edges[i].segment[k];

                if (s->prefer < page + P && page < s->prefer + s->mem_size) {
                    pages++;
                    break;
                }
            }
        if (c->stay + c->move + c->zero != pages)
            print_error("edges: %s\n", edges[i].name);
        assert_int_equal(c->stay + c->move + c->zero, pages);
        baton_image_free(&journey.image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_edges),
        cmocka_unit_test(every_length),
        cmocka_unit_test(counts_add_up),
    };

    return cmocka_run_group_tests_name("edges", tests, NULL, NULL);
}
