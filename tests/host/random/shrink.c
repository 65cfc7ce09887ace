/* The search for a smaller recipe: every way is tried until none helps. */
#include "tests/host/random/shrink.h"

#include "tests/host/paper/apart.h"
#include "tests/host/random/shrink_ways.h"

#include <string.h>

#define TRY_SECONDS 2 /* a try takes milliseconds */

/* ---- the verdict ------------------------------------------------------------------------------- */

/* What the process that plays a recipe and the one that waits for it both see. */
struct verdict {
    struct recipe recipe;
    recipe_judge *judge;
    bool well;
    char wrong[sizeof(((struct journey *)0)->wrong)];
};

static void play(void *ctx)
{
    static struct journey journey;
    struct verdict *v = ctx;

    v->well = v->judge(&v->recipe, &journey);
    memcpy(v->wrong, journey.wrong, sizeof(v->wrong));
}

static bool fails(const struct recipe *r, recipe_judge *judge, bool aloud)
{
    static struct verdict *v;

    if (!v)
        v = apart_memory(sizeof(*v));
    v->recipe = *r;
    v->judge = judge;
    v->well = false;
    v->wrong[0] = '\0';
    const char *how = apart(play, v, TRY_SECONDS, !aloud);
    if (aloud)
        fprintf(stderr, "what is wrong with it: %s\n", how ? how : v->wrong);
    return how || !v->well;
}

/* ---- the search -------------------------------------------------------------------------------- */

/* Goes through one way's changes, keeping those that leave a failing recipe. */
static bool try_all(struct recipe *r, shrink_way *change, recipe_judge *judge)
{
    struct recipe t = *r;
    bool smaller = false;

    for (unsigned n = 0; change(&t, n);) {
        bool kept = memcmp(&t, r, sizeof(t)) && shrink_is_sound(&t) && fails(&t, judge, false);

        if (kept)
            *r = t;
        else
            n++;
        smaller |= kept;
        t = *r;
    }
    return smaller;
}

/* Until no way helps. */
static void try_all_ways(struct recipe *r, recipe_judge *judge)
{
    bool smaller = true;

    while (smaller) {
        smaller = false;
        for (unsigned i = 0; shrink_ways[i]; i++)
            smaller |= try_all(r, shrink_ways[i], judge);
    }
}

static uint64_t bytes_of(const struct recipe *r)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < recipe_segments(r); i++)
        bytes += r->segment[i].mem_size;
    return bytes;
}

bool recipe_shrink(struct recipe *r, recipe_judge *judge)
{
    struct recipe t;

    if (!fails(r, judge, false))
        return false;
    try_all_ways(r, judge);
    t = *r;
    if (shrink_split(&t) && shrink_is_sound(&t) && fails(&t, judge, false)) {
        try_all_ways(&t, judge);
        if (bytes_of(&t) < bytes_of(r))
            *r = t;
    }
    return true;
}

void recipe_report(struct recipe *r, recipe_judge *judge)
{
    if (!recipe_shrink(r, judge))
        fprintf(stderr, "played once more it does not fail; as it was:\n");
    recipe_print(r, stderr);
    fails(r, judge, true);
}
