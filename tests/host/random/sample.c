/* The sample, and ways to find one's way in its list. */
#include "tests/host/paper/cm.h"
#include "tests/host/random/sample.h"

void sample_recipe(bool pae, uint64_t blocks, struct recipe *r)
{
    uint64_t four = 4 * blocks * BATON_PAGE_SIZE, base = SAMPLE_BASE;
    const struct recipe_segment segments[] = {
        {BATON_SEG_FIXED, base, four, four, base + four}, /* A */
        {BATON_SEG_FIXED, base + four, four, four, base}, /* B */
        {BATON_SEG_FIXED, base + 2 * four + 0x800, four - 0x800, 2 * four - 0x900,
         base + 3 * four + 0x800},                                         /* C and zeros */
        {BATON_SEG_FIXED, base, 0x1800, 0x1800, base + 5 * four + 0x1000}, /* D */
    };

    memset(r, 0, sizeof(*r));
    r->name = "sample";
    r->pae = pae;
    r->order = LEND_LOWEST; /* control pages lie apart from the drawing */
    r->memory[0] = (struct baton_memory){0x100000, 0x200000, BATON_MEM_USABLE};
    r->memory[1] = (struct baton_memory){SAMPLE_KEEP, SAMPLE_KEEP + 0x2000, BATON_MEM_USABLE};
    r->memory[2] = (struct baton_memory){base, base + 6 * four, BATON_MEM_USABLE};
    r->keep[0] = (struct baton_range){SAMPLE_KEEP, SAMPLE_KEEP + 0x2000};
    r->file[0] = (struct baton_range){base, base + 3 * four};
    memcpy(r->segment, segments, sizeof(segments));
    r->made = 2;
    r->digest = true;
}

void sample_load(bool pae, uint64_t blocks, struct journey *j)
{
    struct recipe recipe;

    sample_recipe(pae, blocks, &recipe);
    recipe_stage(&recipe, j);
    if (journey_load(j)) {
        journey_describe(j);
        fail_msg("the sample is refused: %s", j->wrong);
    }
}

unsigned sample_words(const struct journey *j, void (*visit)(void *ctx, uint64_t pa), void *ctx)
{
    unsigned n = 0;

    for (uint64_t at = j->image.list;; at += 4) {
        uint32_t word = machine_word(at);

        if (visit)
            visit(ctx, at);
        n++;
        if (word & 4)
            return n;
        if (word & 2)
            at = (word & ~0xfffu) - 4;
    }
}

struct looking {
    uint32_t flag;
    unsigned n;
    uint64_t found;
};

static void look(void *ctx, uint64_t pa)
{
    struct looking *l = ctx;

    if ((machine_word(pa) & 0xfff) == l->flag && l->n-- == 0)
        l->found = pa;
}

uint64_t sample_word(const struct journey *j, uint32_t flag, unsigned n)
{
    struct looking l = {flag, n, 0};

    sample_words(j, look, &l);
    assert_true(l.found != 0);
    return l.found;
}
