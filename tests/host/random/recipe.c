/* Recipes: played, printed. */
#include "tests/host/random/recipe.h"

#include <inttypes.h>

unsigned recipe_segments(const struct recipe *r)
{
    unsigned n = 0;

    while (n < RECIPE_SEGMENTS && r->segment[n].mem_size)
        n++;
    return n;
}

void recipe_stage(const struct recipe *r, struct journey *j)
{
    unsigned segments = recipe_segments(r);

    journey_start(j, r->trampoline_va ? r->trampoline_va : RECIPE_TRAMPOLINE_VA,
                  r->trampoline_pa ? r->trampoline_pa : RECIPE_TRAMPOLINE_PA);
    for (unsigned i = 0; i < RECIPE_RANGES && r->memory[i].end; i++)
        machine_memory(&j->machine, r->memory[i].start, r->memory[i].end, r->memory[i].type);
    machine_ready(&j->machine);
    for (unsigned i = 0; i < 4 && r->keep[i].end; i++)
        machine_keep(&j->machine, r->keep[i].start, r->keep[i].end);
    for (unsigned i = 0; i < RECIPE_RANGES && r->file[i].end; i++)
        machine_file(&j->machine, r->file[i].start, r->file[i].end - r->file[i].start);
    j->machine.order = r->order;
    j->machine.dice.state = r->seed;
    j->machine.fail_at = r->fail_at;
    j->request.live.kind = r->pae;
    j->request.place = r->place;
    j->request.digest_page = r->digest ? journey_digest_code : NULL;
    for (unsigned i = 0; i < segments + r->made; i++) {
        const struct recipe_segment *from = &r->segment[i];
        struct baton_segment *s;

        if (i >= segments) {
            journey_segment(j, "made", BATON_SEG_GENERATED)->mem_size = BATON_PAGE_SIZE;
            continue;
        }
        s = journey_segment(j, i ? "other" : "kernel", from->flags);
        s->source = from->source;
        s->file_size = from->file_size;
        s->mem_size = from->mem_size;
        s->prefer = from->prefer;
        if (from->prefer == UINT64_MAX)
            s->flags |= BATON_SEG_ANYWHERE;
        s->min = from->min;
        s->max = from->max ? from->max : MACHINE_END;
        s->align = from->align ? from->align : from->flags & BATON_SEG_FIXED ? 1 : BATON_PAGE_SIZE;
        s->window = from->window;
        s->room = from->room;
    }
    uint32_t first = j->payload.segments;
    if (r->area &&
        !baton_area_add(&j->payload, BATON_ROLE_OTHER, "area", r->area, &(struct baton_refusal){0}))
        j->payload.segment[first].min = BATON_PAGE_SIZE;
}

bool recipe_play(const struct recipe *r, struct journey *j)
{
    recipe_stage(r, j);
    if (journey_load(j))
        return !j->wrong[0];
    if (r->fail_at && j->given >= r->fail_at) {
        snprintf(j->wrong, sizeof(j->wrong), "H6: an allocation failed unnoticed");
        return false;
    }
    return journey_finish(j);
}

/* ---- on paper -------------------------------------------------------------------------------- */

static void print_flags(uint32_t flags, FILE *to)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {{BATON_SEG_FIXED, "BATON_SEG_FIXED"},
                 {BATON_SEG_SKEW, "BATON_SEG_SKEW"},
                 {BATON_SEG_INPLACE, "BATON_SEG_INPLACE"},
                 {BATON_SEG_LIVE, "BATON_SEG_LIVE"},
                 {BATON_SEG_FOLLOWS, "BATON_SEG_FOLLOWS"}};
    const char *between = "";

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (flags & names[i].flag) {
            fprintf(to, "%s%s", between, names[i].name);
            between = " | ";
        }
    if (!*between)
        fputc('0', to);
}

/* Its values up to the last that is not 0. */
static void print_segment(const struct recipe_segment *s, FILE *to)
{
    const uint64_t values[] = {s->source, s->file_size, s->mem_size, s->prefer, s->min,
                               s->max,    s->align,     s->window,   s->room};
    size_t n = sizeof(values) / sizeof(*values);

    while (!values[n - 1])
        n--;
    fputs("            {", to);
    print_flags(s->flags, to);
    for (size_t i = 0; i < n; i++)
        if (values[i] == UINT64_MAX)
            fputs(", UINT64_MAX", to);
        else
            fprintf(to, ", 0x%" PRIx64, values[i]);
    fputs("},\n", to);
}

static void print_ranges(const char *name, const struct baton_range *range, unsigned most, FILE *to)
{
    const char *between = "";

    if (!range->end)
        return;
    fprintf(to, "        .%s = {", name);
    for (unsigned i = 0; i < most && range[i].end; i++, between = ", ")
        fprintf(to, "%s{0x%" PRIx64 ", 0x%" PRIx64 "}", between, range[i].start, range[i].end);
    fputs("},\n", to);
}

static void print_memory(const struct recipe *r, FILE *to)
{
    fputs("        .memory = {", to);
    for (unsigned i = 0; i < RECIPE_RANGES && r->memory[i].end; i++)
        fprintf(to, "%s{0x%" PRIx64 ", 0x%" PRIx64 ", %u}", i ? ", " : "", r->memory[i].start,
                r->memory[i].end, r->memory[i].type);
    fputs("},\n", to);
}

void recipe_print(const struct recipe *r, FILE *to)
{
    static const char *const orders[] = {"LEND_HIGHEST", "LEND_LOWEST", "LEND_RANDOM"};
    static const char *const places[] = {"BATON_PLACE_AUTO", "BATON_PLACE_PREFER", "BATON_PLACE_ALL",
                                         "BATON_PLACE_NONE"};

    fputs("    {\n        .name = \"\",\n", to);
    if (r->trampoline_va)
        fprintf(to, "        .trampoline_va = 0x%x,\n", r->trampoline_va);
    if (r->trampoline_pa)
        fprintf(to, "        .trampoline_pa = 0x%" PRIx64 ",\n", r->trampoline_pa);
    if (r->pae)
        fputs("        .pae = true,\n", to);
    if (r->place)
        fprintf(to, "        .place = %s,\n", places[r->place]);
    if (r->order)
        fprintf(to, "        .order = %s,\n", orders[r->order]);
    if (r->seed)
        fprintf(to, "        .seed = 0x%" PRIx64 ",\n", r->seed);
    if (r->fail_at)
        fprintf(to, "        .fail_at = %" PRIu64 ",\n", r->fail_at);
    print_memory(r, to);
    print_ranges("keep", r->keep, sizeof(r->keep) / sizeof(r->keep[0]), to);
    print_ranges("file", r->file, RECIPE_RANGES, to);
    fputs("        .segment = {\n", to);
    for (unsigned i = 0; i < recipe_segments(r); i++)
        print_segment(&r->segment[i], to);
    fputs("        },\n", to);
    if (r->made)
        fprintf(to, "        .made = %u,\n", r->made);
    if (r->area)
        fprintf(to, "        .area = 0x%x,\n", r->area);
    if (r->digest)
        fputs("        .digest = true,\n", to);
    fputs("    },\n", to);
}
