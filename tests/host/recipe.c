/* Recipes: played, shrunk, printed. */
#include "tests/host/recipe.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static unsigned segments_of(const struct recipe *r)
{
    unsigned n = 0;

    while (n < RECIPE_SEGMENTS && r->segment[n].mem_size)
        n++;
    return n;
}

void recipe_stage(const struct recipe *r, struct journey *j)
{
    unsigned segments = segments_of(r);

    journey_start(j, r->trampoline_va ? r->trampoline_va : 0xc0105000u,
                  r->trampoline_pa ? r->trampoline_pa : 0x105000u);
    for (unsigned i = 0; i < RECIPE_RANGES && r->memory[i].end; i++)
        machine_memory(&j->machine, r->memory[i].start, r->memory[i].end, r->memory[i].type);
    machine_ready(&j->machine);
    for (unsigned i = 0; i < 4 && r->keep[i].end; i++)
        machine_keep(&j->machine, r->keep[i].start, r->keep[i].end);
    for (unsigned i = 0; i < RECIPE_RANGES && r->file[i].end; i++)
        machine_file(&j->machine, r->file[i].start, r->file[i].end - r->file[i].start);
    j->machine.order = r->order;
    j->machine.dice.state = r->seed;
    j->request.live.pae = r->pae;
    j->request.place = r->place;
    for (unsigned i = 0; i < segments + r->made; i++) {
        const struct recipe_segment *from = &r->segment[i];
        struct baton_segment *s;

        if (i >= segments) {
            journey_segment(j, "made", BATON_SEG_MADE)->mem_size = BATON_PAGE_SIZE;
            continue;
        }
        s = journey_segment(j, i ? "other" : "kernel", from->flags);
        s->source = from->source;
        s->file_size = from->file_size;
        s->mem_size = from->mem_size;
        s->prefer = from->prefer;
        s->min = from->min;
        s->max = from->max ? from->max : MACHINE_END;
        s->align = from->align ? from->align : from->flags & BATON_SEG_FIXED ? 1 : BATON_PAGE_SIZE;
        s->window = from->window;
        s->room = from->room;
    }
}

bool recipe_play(const struct recipe *r, struct journey *j)
{
    recipe_stage(r, j);
    if (journey_load(j))
        return !j->wrong[0];
    return journey_finish(j);
}

/* ---- smaller --------------------------------------------------------------------------------- */

static bool fails(const struct recipe *r, struct journey *j)
{
    return segments_of(r) && !recipe_play(r, j);
}

/* Tries a change; keeps it if the recipe still fails. */
static bool keep_if_failing(struct recipe *r, const struct recipe *changed, struct journey *j)
{
    if (!memcmp(r, changed, sizeof(*r)) || !fails(changed, j))
        return false;
    *r = *changed;
    return true;
}

static void drop_segment(struct recipe *r, unsigned i)
{
    memmove(&r->segment[i], &r->segment[i + 1], (RECIPE_SEGMENTS - 1 - i) * sizeof(r->segment[0]));
    r->segment[RECIPE_SEGMENTS - 1] = (struct recipe_segment){0};
}

/* The n-th way to make segment i simpler; false: there are no more. */
static bool simplify(struct recipe_segment *s, unsigned way)
{
    uint64_t half = s->file_size / 2;

    switch (way) {
    case 0:
        s->file_size = half;
        s->mem_size = half ? half : 1;
        break;
    case 1:
        s->mem_size = s->file_size ? s->file_size : 1;
        break;
    case 2:
        s->mem_size = s->file_size + (s->mem_size - s->file_size) / 2;
        break;
    case 3:
        if (s->file_size > BATON_PAGE_SIZE) {
            s->file_size -= BATON_PAGE_SIZE;
            s->mem_size -= BATON_PAGE_SIZE;
        }
        break;
    case 4:
        s->room = 0;
        break;
    case 7:
        s->window = s->room = 0;
        break;
    case 5:
        s->file_size &= ~0xfffull;
        s->mem_size = s->mem_size > 0xfff ? s->mem_size & ~0xfffull : s->mem_size;
        s->mem_size = s->mem_size < s->file_size ? s->file_size : s->mem_size;
        break;
    case 6:
        s->align = 0;
        break;
    default:
        return false;
    }
    return true;
}

void recipe_shrink(struct recipe *r, struct journey *j)
{
    bool smaller = true;
    struct recipe t;

    while (smaller) {
        smaller = false;
        for (unsigned i = 0; i < segments_of(r); i++) {
            t = *r;
            drop_segment(&t, i);
            smaller |= keep_if_failing(r, &t, j);
        }
        for (unsigned i = 0; i < segments_of(r); i++)
            for (unsigned way = 0; t = *r, simplify(&t.segment[i], way); way++)
                smaller |= keep_if_failing(r, &t, j);
        t = *r;
        t.made = 0;
        smaller |= keep_if_failing(r, &t, j);
        t = *r;
        t.pae = false;
        smaller |= keep_if_failing(r, &t, j);
        t = *r;
        t.order = LEND_HIGHEST;
        t.seed = 0;
        smaller |= keep_if_failing(r, &t, j);
        t = *r;
        memset(t.keep, 0, sizeof(t.keep));
        smaller |= keep_if_failing(r, &t, j);
    }
    fails(r, j); /* so that the journey tells of this one */
}

/* ---- on paper -------------------------------------------------------------------------------- */

void recipe_print(const struct recipe *r, FILE *to)
{
    fprintf(to,
            "    {\n        .name = \"\",\n        .trampoline_va = 0x%x,\n"
            "        .trampoline_pa = 0x%" PRIx64 ",\n        .pae = %s,\n"
            "        .place = %d,\n        .order = %d,\n        .seed = 0x%" PRIx64 ",\n",
            r->trampoline_va, r->trampoline_pa, r->pae ? "true" : "false", (int)r->place,
            (int)r->order, r->seed);
    fprintf(to, "        .memory = {");
    for (unsigned i = 0; i < RECIPE_RANGES && r->memory[i].end; i++)
        fprintf(to, "{0x%" PRIx64 ", 0x%" PRIx64 ", %u}, ", r->memory[i].start, r->memory[i].end,
                r->memory[i].type);
    fprintf(to, "},\n        .keep = {");
    for (unsigned i = 0; i < 4 && r->keep[i].end; i++)
        fprintf(to, "{0x%" PRIx64 ", 0x%" PRIx64 "}, ", r->keep[i].start, r->keep[i].end);
    fprintf(to, "},\n        .file = {");
    for (unsigned i = 0; i < RECIPE_RANGES && r->file[i].end; i++)
        fprintf(to, "{0x%" PRIx64 ", 0x%" PRIx64 "}, ", r->file[i].start, r->file[i].end);
    fprintf(to, "},\n        .segment = {\n");
    for (unsigned i = 0; i < segments_of(r); i++) {
        const struct recipe_segment *s = &r->segment[i];

        fprintf(to,
                "            {%u, 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
                ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 "},\n",
                s->flags, s->source, s->file_size, s->mem_size, s->prefer, s->min, s->max, s->align,
                s->window, s->room);
    }
    fprintf(to, "        },\n        .made = %u,\n    },\n", r->made);
}
