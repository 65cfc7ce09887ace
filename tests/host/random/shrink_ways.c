/* What makes a recipe smaller, one change at a time, and the rules that it must still keep. */
#include "tests/host/random/shrink_ways.h"

#include <string.h>

#define PAGE ((uint64_t)BATON_PAGE_SIZE)
#define HALVINGS 24     /* of 64 GiB of pages one is left */
#define GAP (16 * PAGE) /* more than this is not filled with memory */
#define KEEPS (sizeof(((struct recipe *)0)->keep) / sizeof(struct baton_range))

/* ---- what is not a recipe ---------------------------------------------------------------------- */

static bool meet(uint64_t start, uint64_t end, uint64_t other_start, uint64_t other_end)
{
    return start < other_end && other_start < end;
}

static bool in_a_file(const struct recipe *r, const struct recipe_segment *s)
{
    for (unsigned i = 0; i < RECIPE_RANGES && r->file[i].end; i++)
        if (s->source >= r->file[i].start && s->source + s->file_size <= r->file[i].end)
            return true;
    return !s->file_size;
}

/* The rules that the dice keep: what breaks them may fail for no fault of the core's. */
bool shrink_is_sound(const struct recipe *r)
{
    uint64_t tramp = r->trampoline_pa ? r->trampoline_pa : RECIPE_TRAMPOLINE_PA;

    for (unsigned i = 0; i < recipe_segments(r); i++) {
        const struct recipe_segment *s = &r->segment[i];

        if (s->mem_size < s->file_size || (s->window && s->window < s->mem_size) ||
            !in_a_file(r, s))
            return false;
        bool led = i && s->flags & BATON_SEG_FOLLOWS;
        bool leads = i + 1 < recipe_segments(r) && s[1].flags & BATON_SEG_FOLLOWS;

        if ((s->flags & BATON_SEG_FOLLOWS && (!led || s[-1].flags & BATON_SEG_FIXED)) ||
            (leads && s->window))
            return false;
        if (!(s->flags & BATON_SEG_FIXED) && !led && !leads && s->mem_size > s->file_size)
            return false; /* it may stay, and then nobody writes its zeros */
    }
    for (unsigned i = 0; i < RECIPE_RANGES && r->memory[i].end; i++)
        if (r->memory[i].start >= r->memory[i].end ||
            (i && r->memory[i].start < r->memory[i - 1].end))
            return false;
    for (unsigned i = 0; i < RECIPE_RANGES && r->file[i].end; i++) {
        uint64_t start = baton_page_down(r->file[i].start), end = baton_page_up(r->file[i].end);

        if (start >= end || meet(start, end, tramp, tramp + PAGE))
            return false;
        for (unsigned k = 0; k < KEEPS && r->keep[k].end; k++)
            if (meet(start, end, r->keep[k].start, r->keep[k].end))
                return false;
    }
    return recipe_segments(r) > 0;
}

/* ---- ways to make it smaller ------------------------------------------------------------------- */

#define DROP(array, n, count)                                                                      \
    (memmove(&(array)[n], &(array)[(n) + 1], ((count)-1 - (n)) * sizeof((array)[0])),              \
     memset(&(array)[(count)-1], 0, sizeof((array)[0])))

static bool drop_segment(struct recipe *r, unsigned n)
{
    if (n >= recipe_segments(r))
        return false;
    DROP(r->segment, n, RECIPE_SEGMENTS);
    return true;
}

/* A goes to where B was, and B to C: A goes to C at once. So cycles become shorter. */
static bool join_moves(struct recipe *r, unsigned n)
{
    unsigned count = recipe_segments(r), a = n / RECIPE_SEGMENTS, b = n % RECIPE_SEGMENTS;

    if (a >= count)
        return false;
    if (a == b || b >= count || r->segment[a].prefer != r->segment[b].source)
        return true;
    r->segment[a].prefer = r->segment[b].prefer;
    DROP(r->segment, b, RECIPE_SEGMENTS);
    return true;
}

static bool drop_range(struct recipe *r, unsigned n)
{
    if (n < RECIPE_RANGES)
        DROP(r->memory, n, RECIPE_RANGES);
    else if (n < 2 * RECIPE_RANGES)
        DROP(r->file, n - RECIPE_RANGES, RECIPE_RANGES);
    else if (n < 2 * RECIPE_RANGES + KEEPS)
        DROP(r->keep, n - 2 * RECIPE_RANGES, KEEPS);
    else
        return false;
    return true;
}

/* Two neighbours in the memory map become one, with a little gap between them. */
static bool join_memory(struct recipe *r, unsigned n)
{
    struct baton_memory *m = &r->memory[n];

    if (n + 1 >= RECIPE_RANGES || !m[1].end)
        return false;
    if (m[1].start - m->end > GAP)
        return true;
    m->end = m[1].end;
    DROP(r->memory, n + 1, RECIPE_RANGES);
    return true;
}

/* Shares of it, at its end or at its start: the half, the quarter, ... */
static bool cut_memory(struct recipe *r, unsigned n)
{
    enum { CUTS = 2 * HALVINGS + 1 };
    struct baton_memory *m = &r->memory[n / CUTS];

    if (n / CUTS >= RECIPE_RANGES || !m->end)
        return false;
    n %= CUTS;
    uint64_t cut = ((m->end - m->start) / PAGE >> (n / 2 + 1)) * PAGE;
    if (n ==
        CUTS - 1) { /* whole pages, usable; field by field, for recipes are compared as bytes */
        m->start = baton_page_down(m->start);
        m->end = baton_page_up(m->end);
        m->type = BATON_MEM_USABLE;
    } else if (n % 2) {
        m->start += cut;
    } else {
        m->end -= cut;
    }
    return true;
}

/* A file shrinks to what is read of it, at its start or at its end. */
static bool cut_file(struct recipe *r, unsigned n)
{
    struct baton_range *file = &r->file[n / 2];
    uint64_t start = UINT64_MAX, end = 0;

    if (n / 2 >= RECIPE_RANGES || !file->end)
        return false;
    for (unsigned i = 0; i < recipe_segments(r); i++) {
        const struct recipe_segment *s = &r->segment[i];

        if (!s->file_size || s->source < file->start || s->source >= file->end)
            continue;
        start = s->source < start ? s->source : start;
        end = s->source + s->file_size > end ? s->source + s->file_size : end;
    }
    if (start < end && n % 2)
        file->start = start;
    else if (start < end)
        file->end = end;
    return true;
}

/* A share of its bytes at their end, of its pages at their start, or of its zeros. */
static void cut_share(struct recipe_segment *s, unsigned of, unsigned halvings)
{
    uint64_t bytes = s->file_size >> halvings, pages = (s->file_size / PAGE >> halvings) * PAGE;

    if (of == 0) {
        s->file_size -= bytes;
        s->mem_size -= bytes;
    } else if (of == 1 && s->flags & BATON_SEG_FIXED) {
        s->source += pages;
        s->prefer += pages;
        s->file_size -= pages;
        s->mem_size -= pages;
    } else if (of == 2) {
        s->mem_size -= (s->mem_size - s->file_size) >> halvings;
    }
}

static bool cut_segment(struct recipe *r, unsigned n)
{
    enum { SHARES = 3 * HALVINGS, CUTS = SHARES + 7 };
    struct recipe_segment *s = &r->segment[n / CUTS];

    if (n / CUTS >= recipe_segments(r))
        return false;
    n %= CUTS;
    if (n < SHARES) {
        cut_share(s, n % 3, n / 3 + 1);
        return true;
    }
    switch (n - SHARES) {
    case 0: /* whole pages */
        if (s->file_size > PAGE) {
            s->mem_size -= s->file_size % PAGE;
            s->file_size -= s->file_size % PAGE;
        }
        break;
    case 1: /* zeros alone */
        s->file_size = s->source = 0;
        break;
    case 2: /* bytes alone */
        s->mem_size = s->file_size ? s->file_size : s->mem_size;
        break;
    case 3:
        s->room = 0;
        break;
    case 4:
        s->window = s->room = 0;
        break;
    case 5:
        s->align = s->min = s->max = 0;
        break;
    default:
        s->window -= s->window > s->mem_size ? (s->window - s->mem_size + 1) / 2 : 0;
    }
    return true;
}

static bool plainer(struct recipe *r, unsigned n)
{
    switch (n) {
    case 0:
        r->fail_at = 0;
        return true;
    case 1:
        r->fail_at -= r->fail_at > 1;
        return true;
    case 2:
        r->made = 0;
        return true;
    case 3:
        r->made -= r->made > 0;
        return true;
    case 4:
        r->pae = false;
        return true;
    case 5:
        r->order = LEND_HIGHEST;
        r->seed = 0;
        return true;
    case 6:
        if (r->order == LEND_RANDOM) /* else this and the one before would change places for ever */
            r->order = LEND_LOWEST;
        r->seed = 0;
        return true;
    case 7:
        r->trampoline_va = 0;
        return true;
    case 8:
        r->trampoline_pa = 0;
        return true;
    case 9:
        r->place = BATON_PLACE_AUTO;
        return true;
    case 10:
        r->digest = false;
        return true;
    case 11:
        r->area = 0;
        return true;
    case 12:
        r->area /= 2;
        return true;
    default:
        return false;
    }
}

shrink_way *const shrink_ways[] = {drop_segment, join_moves,  drop_range, join_memory, cut_memory,
                                   cut_file,     cut_segment, plainer,    NULL};

bool shrink_split(struct recipe *r)
{
    const struct recipe whole = *r;
    unsigned count = 0;

    memset(r->segment, 0, sizeof(r->segment));
    for (unsigned i = 0; i < recipe_segments(&whole); i++) {
        struct recipe_segment left = whole.segment[i];

        while (left.mem_size) {
            struct recipe_segment *s = &r->segment[count];
            uint64_t bytes =
                left.flags & BATON_SEG_FIXED && left.mem_size > PAGE ? PAGE : left.mem_size;

            if (++count == RECIPE_SEGMENTS - 4) /* generated ones come behind them */
                return false;
            *s = left;
            s->mem_size = bytes;
            s->file_size = left.file_size < bytes ? left.file_size : bytes;
            left.mem_size -= bytes;
            left.file_size -= s->file_size;
            left.source += s->file_size;
            left.prefer += bytes;
        }
    }
    return count > recipe_segments(&whole);
}
