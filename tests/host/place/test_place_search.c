/*
 * Placement against a search that tries everything: every place of the kernel with every place of
 * the initrd, on small random machines. A refusal means that there is none; an answer moves as few
 * pages as the best pair that the policy allows.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/judge.h"
#include "tests/host/random/random_recipe.h"
#include "tests/host/random/shrink.h"

#include <inttypes.h>

#define ROUNDS 2000
#define PAGE ((uint64_t)BATON_PAGE_SIZE)
#define PLACES 256

static struct journey journey, trial;
static struct recipe recipe;

struct places {
    uint64_t dest[PLACES];
    unsigned n;
};

static void put_at(struct baton_segment *s, uint64_t dest)
{
    uint64_t base = (dest + s->align - 1) / s->align * s->align;

    if ((s->flags & BATON_SEG_INPLACE) && base < s->prefer)
        base = s->prefer;
    s->dest = dest;
    s->used = s->room_used = (struct baton_range){0, 0};
    if (s->window)
        s->used = (struct baton_range){base, base + s->window};
    if (s->room)
        s->room_used = (struct baton_range){dest, dest + s->room};
}

/* One more place for segment i, if it may be there. */
static void try(uint32_t i, uint64_t dest, struct places *places)
{
    put_at(&trial.payload.segment[i], dest);
    trial.wrong[0] = '\0';
    if (!judge_place(&trial, i))
        return;
    for (unsigned n = 0; n < places->n; n++)
        if (places->dest[n] == dest)
            return;
    assert_true(places->n < PLACES);
    places->dest[places->n++] = dest;
}

/* All places where segment i may be, if it were alone. */
static void search(uint32_t i, struct places *places)
{
    const struct baton_segment *s = &trial.payload.segment[i];
    uint64_t skew = s->flags & BATON_SEG_SKEW ? s->source % PAGE : 0;

    places->n = 0;
    try(i, s->source, places);
    for (uint32_t k = 0; k < trial.machine.host.memory_count; k++) {
        const struct baton_memory *r = &trial.machine.memory[k];

        if (r->type != BATON_MEM_USABLE || r->start >= MACHINE_END)
            continue;
        for (uint64_t page = r->start / PAGE * PAGE; page < r->end; page += PAGE)
            try(i, page + skew, places);
    }
}

static uint64_t moved_pages(const struct baton_payload *p)
{
    uint64_t pages = 0;

    for (uint32_t i = 0; i < 2; i++)
        if (p->segment[i].mem_size && p->segment[i].dest != p->segment[i].source)
            pages += (p->segment[i].mem_size + PAGE - 1) / PAGE;
    return pages;
}

/* Where the kernel runs if it starts at dest. */
static uint64_t runs_at(struct baton_segment *s, uint64_t dest)
{
    put_at(s, dest);
    return s->used.start;
}

/* The fewest pages that can move; UINT64_MAX: there is no place for both. The kernel starts where it
 * lies if it prefers that, if place=none, or if place=auto and it then runs where it prefers to. */
static uint64_t best_of(const struct places *kernel, const struct places *initrd,
                        enum baton_policy policy)
{
    uint64_t best = UINT64_MAX;
    struct baton_segment *s = trial.payload.segment;

    for (unsigned a = 0; a < kernel->n; a++) {
        uint64_t below = (PAGE - s[0].source % PAGE) % PAGE;

        if (kernel->dest[a] == s[0].source && kernel->dest[a] != s[0].prefer - below &&
            policy != BATON_PLACE_NONE &&
            (policy != BATON_PLACE_AUTO || !s[0].window ||
             runs_at(&s[0], s[0].source) != runs_at(&s[0], s[0].prefer - below)))
            continue;
        put_at(&s[0], kernel->dest[a]);
        for (unsigned b = 0; b < (s[1].mem_size ? initrd->n : 1); b++) {
            if (s[1].mem_size) {
                put_at(&s[1], initrd->dest[b]);
                trial.wrong[0] = '\0';
                if (!judge_apart(&trial, 0, 1))
                    continue;
            }
            uint64_t pages = moved_pages(&trial.payload);
            if (pages < best)
                best = pages;
        }
    }
    return best;
}

/* Small machines only. */
static uint64_t pages_of(const struct recipe *r)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < RECIPE_RANGES && r->memory[i].end; i++)
        if (r->memory[i].start < MACHINE_END)
            bytes += r->memory[i].end - r->memory[i].start;
    return bytes / PAGE;
}

/* Places the recipe and judges it by the search; false: j->wrong says why. */
static bool place_and_judge(const struct recipe *r, int *error)
{
    static struct places kernel, initrd;
    uint64_t best;

    recipe_stage(r, &trial); /* the judge's copy */
    search(0, &kernel);
    if (trial.payload.segments > 1)
        search(1, &initrd);
    else
        trial.payload.segment[1].mem_size = 0;
    best = best_of(&kernel, &initrd, r->place);
    if (best == UINT64_MAX && r->place != BATON_PLACE_ALL)
        best = best_of(&kernel, &initrd, BATON_PLACE_NONE); /* the last choice */

    recipe_stage(r, &journey);
    *error = baton_place(&journey.machine.host, &journey.request, &journey.payload, &journey.why);
    if (*error) {
        if (*error == BATON_E_NO_ROOM && best == UINT64_MAX)
            return true;
        snprintf(journey.wrong, sizeof(journey.wrong), "refused, and there is room");
        return false;
    }
    if (!judge_places(&journey))
        return false;
    if (moved_pages(&journey.payload) == best)
        return true;
    snprintf(journey.wrong, sizeof(journey.wrong),
             "%" PRIu64 " pages move, the best moves %" PRIu64, moved_pages(&journey.payload),
             best);
    return false;
}

/* A kernel that need not be anywhere, one initrd at most, on a machine that can be searched. */
static bool is_searched(const struct recipe *r)
{
    return r->segment[0].flags == (BATON_SEG_SKEW | BATON_SEG_INPLACE) && recipe_segments(r) <= 2 &&
           pages_of(r) <= PLACES / 2;
}

/* For the search for a smaller recipe. */
static bool judge_by_search(const struct recipe *r, struct journey *j)
{
    int error;
    bool sound = !is_searched(r) || place_and_judge(r, &error);

    memcpy(j->wrong, journey.wrong, sizeof(j->wrong));
    return sound;
}

static void against_a_search(void **state)
{
    uint64_t seed = dice_seed(), rounds = dice_rounds(ROUNDS), placed = 0, refused = 0;

    (void)state;
    for (uint64_t round = 0; placed + refused < rounds; round++) {
        struct dice dice = {seed * 3 + (round << 20)};
        int error;

        random_recipe(&dice, &recipe);
        if (!is_searched(&recipe))
            continue;
        recipe.made = recipe.area = 0;
        if (!place_and_judge(&recipe, &error)) {
            print_error("round %" PRIu64 " of seed %" PRIu64 ": %s; made smaller:\n", round, seed,
                        journey.wrong);
            recipe_report(&recipe, judge_by_search);
            assert_journey(&journey, false);
        }
        placed += !error;
        refused += !!error;
    }
    printf("note: seed %" PRIu64 ": %" PRIu64 " placed, %" PRIu64 " refused\n", seed, placed,
           refused);
}

/* Machines that were once placed badly, or refused though there was room. */
#define KERNEL (BATON_SEG_SKEW | BATON_SEG_INPLACE)
#define INITRD BATON_SEG_SKEW

static const struct recipe once_wrong[] = {
    {
        .name = "none: the cost did not count the kernel's own pages",
        .place = BATON_PLACE_NONE,
        .memory = {{0x100000, 0x13d000, 1}, {0x1000000, 0x1027000, 1}},
        .file = {{0x1002e00, 0x100e535}, {0x101f000, 0x1027000}},
        .segment = {{KERNEL, 0x1002e00, 0xb735, 0xb735, 0x1000000, 0x100000, 0, 0x10000, 0x1312a},
                    {INITRD, 0x101f000, 0x8000, 0x8000, UINT64_MAX, 0x100000}},
    },
    {
        .name = "none: an initrd that must move anyway was spared",
        .place = BATON_PLACE_NONE,
        .memory = {{0x100000, 0x120000, 1}, {0x200000, 0x205000, 1}, {0x205000, 0x21e000, 1}},
        .file = {{0x213400, 0x213936}, {0x21c000, 0x21da91}},
        .segment = {{KERNEL, 0x213400, 0x536, 0x536, 0x210000, 0x100000, 0, 0x8000, 0x4081},
                    {INITRD, 0x21c000, 0x1a91, 0x1a91, UINT64_MAX, 0x100000, 0x208001}},
    },
    {
        .name = "none: two that stay and share a page",
        .place = BATON_PLACE_NONE,
        .memory = {{0x100000, 0x133000, 1}, {0x200000, 0x211000, 1}},
        .file = {{0x207400, 0x20a589}, {0x205000, 0x207099}},
        .segment = {{KERNEL, 0x207400, 0x3189, 0x3189, 0x208000, 0x100000, 0, 0x1000, 0x5d6b},
                    {INITRD, 0x205000, 0x2099, 0x2099, UINT64_MAX, 0x100000, 0x208001}},
    },
    {
        .name = "prefer: RAM that ends within a page hid the place below its end",
        .place = BATON_PLACE_PREFER,
        .memory = {{0x100000, 0x103000, 1},
                   {0x200000, 0x20b0f1, 1},
                   {0x20b0f1, 0x20ba9e, 10},
                   {0x20ba9e, 0x20c000, 1}},
        .file = {{0x209000, 0x20c000}, {0x204584, 0x2075d7}},
        .segment = {{KERNEL, 0x209000, 0x3000, 0x3000, 0x203000, 0x100000, 0, 0x1000, 0x4095},
                    {INITRD, 0x204584, 0x3053, 0x3053, UINT64_MAX, 0x100000}},
    },
    {
        .name = "prefer: a room that ends in the initrd's first page counted as in its way",
        .place = BATON_PLACE_PREFER,
        .memory = {{0x100000, 0x129000, 1}, {0x90000000, 0x9000a000, 1}},
        .file = {{0x90001000, 0x90002d73}, {0x90003ea3, 0x900063bb}},
        .segment = {{KERNEL, 0x90001000, 0x1d73, 0x1d73, 0x90001000, 0x100000, 0, 0x1000, 0x2134,
                     0x2134},
                    {INITRD, 0x90003ea3, 0x2518, 0x2518, UINT64_MAX, 0x100000}},
    },
    {
        .name = "prefer: the only candidate was the place where the kernel lies",
        .place = BATON_PLACE_PREFER,
        .memory = {{0x100000, 0x106000, 1}, {0xfffe3000, 0x100000000, 1}},
        .file = {{0xffff8000, 0xffffd5ce}, {0xfffef000, 0xffff747a}},
        .segment = {{KERNEL, 0xffff8000, 0x55ce, 0x55ce, 0xfffe8000, 0x100000, 0, 0x4000, 0x7535},
                    {INITRD, 0xfffef000, 0x847a, 0x847a, UINT64_MAX, 0x100000, 0xfffee001}},
    },
    {
        .name = "all: the place below the kernel's own",
        .place = BATON_PLACE_ALL,
        .memory = {{0x100000, 0x102000, 1}, {0x200000, 0x21c000, 1}},
        .file = {{0x210000, 0x2175d5}, {0x20b000, 0x20fc6a}},
        .segment = {{KERNEL, 0x210000, 0x75d5, 0x75d5, 0x200000, 0x100000, 0, 0x4000, 0x90e2},
                    {INITRD, 0x20b000, 0x4c6a, 0x4c6a, UINT64_MAX, 0x100000, 0x20c001}},
    },
};

static void once_wrong_now_right(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(once_wrong); i++) {
        int error;

        if (!place_and_judge(&once_wrong[i], &error)) {
            print_error("%s\n", once_wrong[i].name);
            assert_journey(&journey, false);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_wrong_now_right),
        cmocka_unit_test(against_a_search),
    };

    return cmocka_run_group_tests_name("place_search", tests, NULL, NULL);
}
