/*
 * Placement: every segment gets its destination, and as little moves as can be.
 *
 * Fixed segments go where they must. The first movable one (the kernel) tries its candidates in
 * order of cost; the others then take the nearest place that is left. Candidates are the segment's
 * preferred address, the place where it lies, and the first fit above and below every obstacle: an
 * optimum is always at one of these. The cost of a candidate is the pages that move because of it,
 * then its distance from where the segment would like to be.
 *
 *     cost 0   ......[ initrd ]....[ kernel ].......   stays, or lies as preferred
 *              ..[ obstacle ][ kernel ].............   first fit above
 *              .............[ kernel ][ obstacle ]..   first fit below
 */
#include "relocate/place.h"

#define NOWHERE UINT64_MAX
#define COST_LAST_CHOICE (1ull << 60)
#define COST_PAGES_SHIFT 24 /* distances are below 2^20 pages: all of it lies below 4 GiB */
#define COST_OVERLAP (1ull << 20)
#define FOUR_GIB (1ull << 32)

struct placing {
    const struct baton_host *host;
    struct baton_payload *payload;
    enum baton_policy policy;
    uint64_t placed; /* bit i: segment i has its destination */
};

_Static_assert(BATON_SEGMENTS <= 64, "placed is one word");

static uint64_t align_up(uint64_t x, uint64_t align)
{
    return (x + align - 1) & ~(align - 1);
}

/* Bytes by which a SKEW segment starts below its aligned address, so that pages stay pages. */
static uint64_t skew_of(const struct baton_segment *s)
{
    return s->flags & BATON_SEG_SKEW ? (0 - s->source) & BATON_PAGE_MASK : 0;
}

/* Where the window of s begins if s starts at dest. A self-aligning kernel never unpacks below
 * the address it prefers. */
static uint64_t window_start(const struct baton_segment *s, uint64_t dest)
{
    uint64_t base = align_up(dest, s->align);

    return (s->flags & BATON_SEG_INPLACE) && base < s->prefer ? s->prefer : base;
}

bool place_is_ram(const struct baton_host *host, uint64_t start, uint64_t end)
{
    for (uint32_t i = 0; i < host->memory_count && start < end; i++) {
        const struct baton_memory *m = &host->memory[i];

        if (m->type == BATON_MEM_USABLE && m->start <= start && start < m->end)
            start = m->end;
    }
    return start >= end;
}

/* Does a placed segment other than `self` lie in [start, end), or use it early on? Two that stay may
 * share a page: neither is written. */
static bool is_claimed(const struct placing *p, uint32_t self, uint64_t start, uint64_t end,
                       bool stays)
{
    for (uint32_t i = 0; i < p->payload->segments; i++) {
        const struct baton_segment *s = &p->payload->segment[i];

        if (i == self || !(p->placed & 1ull << i))
            continue;
        uint64_t from = s->dest, to = s->dest + s->mem_size;
        if (!stays || s->dest != s->source) {
            from = baton_page_down(from);
            to = baton_page_up(to);
        }
        if (baton_overlap(start, end, from, to) ||
            baton_overlap(start, end, s->used.start, s->used.end) ||
            baton_overlap(start, end, s->room_used.start, s->room_used.end))
            return true;
    }
    return false;
}

/* May pages of [start, end) be written for segment `self`? */
static bool is_free(const struct placing *p, uint32_t self, uint64_t start, uint64_t end)
{
    start = baton_page_down(start);
    end = baton_page_up(end);
    if (end > FOUR_GIB || !place_is_ram(p->host, start, end))
        return false;
    for (uint32_t i = 0; i < p->host->keep_count; i++)
        if (baton_overlap(start, end, p->host->keep[i].start, p->host->keep[i].end))
            return false;
    return !is_claimed(p, self, start, end, false);
}

/* Could segment i start at dest? */
static bool fits(const struct placing *p, uint32_t i, uint64_t dest)
{
    const struct baton_segment *s = &p->payload->segment[i];
    uint64_t window = window_start(s, dest);

    if (dest < s->min || dest > s->max || s->mem_size > s->max - dest)
        return false;
    if (dest != s->source) {
        if (!is_free(p, i, dest, dest + s->mem_size))
            return false;
    } else if (p->policy == BATON_PLACE_ALL || is_claimed(p, i, dest, dest + s->mem_size, true)) {
        return false; /* nothing is written there, so it need not be RAM by the map */
    }
    if (s->room && !is_free(p, i, baton_page_up(dest + s->mem_size), dest + s->room))
        return false;
    return !s->window || is_free(p, i, window, window + s->window);
}

/* Might the segment stay where it lies, were it alone? */
static bool may_stay(const struct placing *p, const struct baton_segment *s)
{
    return p->policy != BATON_PLACE_ALL && s->source >= s->min && s->source <= s->max &&
           s->mem_size <= s->max - s->source;
}

/* Pages of other movable segments that could stay, did segment i not come to dest. */
static uint64_t displaced(const struct placing *p, uint32_t i, uint64_t dest)
{
    const struct baton_segment *s = &p->payload->segment[i];
    uint64_t window = window_start(s, dest);
    uint64_t end = baton_page_up(dest + (s->room ? s->room : s->mem_size));
    uint64_t pages = 0;

    for (uint32_t k = 0; k < p->payload->segments; k++) {
        const struct baton_segment *o = &p->payload->segment[k];

        if (k == i || (p->placed & 1ull << k) || (o->flags & BATON_SEG_MADE) || !may_stay(p, o))
            continue;
        if (baton_overlap(o->source, o->source + o->mem_size, baton_page_down(dest), end) ||
            baton_overlap(o->source, o->source + o->mem_size, window, window + s->window))
            pages += (o->mem_size + BATON_PAGE_MASK) >> BATON_PAGE_SHIFT;
    }
    return pages;
}

/* What it costs to put segment i at dest: pages moved above all, then how far it is from home. */
static uint64_t cost_of(const struct placing *p, uint32_t i, uint64_t dest)
{
    const struct baton_segment *s = &p->payload->segment[i];
    bool has_wish = s->prefer != NOWHERE, stays = dest == s->source;
    uint64_t home = has_wish ? s->prefer - skew_of(s) : s->source;
    uint64_t distance = (dest > home ? dest - home : home - dest) >> BATON_PAGE_SHIFT;
    uint64_t pages = displaced(p, i, dest);

    if (stays && dest != home && p->policy != BATON_PLACE_NONE)
        return COST_LAST_CHOICE; /* a kernel starts where it lies only if nothing else fits */
    if (!stays)
        pages += (s->mem_size + BATON_PAGE_MASK) >> BATON_PAGE_SHIFT;
    /* onto its own pages only where there is no other room: such a move has no long runs */
    if (!stays && !has_wish &&
        baton_overlap(dest, dest + s->mem_size, s->source, s->source + s->mem_size))
        distance += COST_OVERLAP;
    return pages << COST_PAGES_SHIFT | distance;
}

/* The cheapest place of segment i that costs more than `above`, or as much and lies higher. */
struct choice {
    uint64_t dest, cost;
    uint64_t above_cost, above_dest; /* what was tried already */
};

static void consider(const struct placing *p, uint32_t i, uint64_t dest, struct choice *best)
{
    if (dest == NOWHERE || !fits(p, i, dest))
        return;
    uint64_t cost = cost_of(p, i, dest);
    if (best->above_dest != NOWHERE &&
        (cost < best->above_cost || (cost == best->above_cost && dest <= best->above_dest)))
        return;
    if (best->dest == NOWHERE || cost < best->cost || (cost == best->cost && dest < best->dest)) {
        best->dest = dest;
        best->cost = cost;
    }
}

/* First fits around one obstacle [start, end). */
static void consider_around(const struct placing *p, uint32_t i, uint64_t start, uint64_t end,
                            struct choice *best)
{
    const struct baton_segment *s = &p->payload->segment[i];
    uint64_t skew = skew_of(s), most = s->room > s->mem_size ? s->room : s->mem_size;
    uint64_t behind = most > skew ? most - skew : 0; /* bytes behind the aligned address */
    uint64_t size = s->window > behind ? s->window : behind;
    uint64_t low = s->min;

    if (end <= FOUR_GIB)
        consider(p, i, align_up((end > low ? end : low) + skew, s->align) - skew, best);
    if (start >= size) {
        uint64_t base = (start - size) & ~(s->align - 1);
        if (base >= skew)
            consider(p, i, base - skew, best);
    }
}

static uint64_t choose(const struct placing *p, uint32_t i, struct choice *best)
{
    const struct baton_host *host = p->host;
    const struct baton_segment *s = &p->payload->segment[i];

    best->dest = NOWHERE;
    if (s->prefer != NOWHERE && s->prefer >= skew_of(s))
        consider(p, i, s->prefer - skew_of(s), best);
    if (s->prefer == NOWHERE || (s->flags & BATON_SEG_INPLACE))
        consider(p, i, s->source, best);
    consider_around(p, i, s->max, s->min, best); /* its own limits are obstacles turned round */
    for (uint32_t k = 0; k < host->memory_count; k++)
        if (host->memory[k].type == BATON_MEM_USABLE)
            /* and so are the ends of RAM */
            consider_around(p, i, baton_page_down(host->memory[k].end),
                            baton_page_up(host->memory[k].start), best);
    for (uint32_t k = 0; k < host->keep_count; k++)
        consider_around(p, i, baton_page_down(host->keep[k].start),
                        baton_page_up(host->keep[k].end), best);
    for (uint32_t k = 0; k < p->payload->segments; k++) {
        const struct baton_segment *o = &p->payload->segment[k];

        if (k == i)
            continue;
        if (p->placed & 1ull << k) {
            consider_around(p, i, baton_page_down(o->dest), baton_page_up(o->dest + o->mem_size),
                            best);
            if (o->used.end)
                consider_around(p, i, baton_page_down(o->used.start), baton_page_up(o->used.end),
                                best);
            if (o->room_used.end)
                consider_around(p, i, baton_page_down(o->room_used.start),
                                baton_page_up(o->room_used.end), best);
        } else if (!(o->flags & BATON_SEG_MADE)) {
            consider_around(p, i, baton_page_down(o->source),
                            baton_page_up(o->source + o->mem_size), best);
        }
    }
    if (p->policy == BATON_PLACE_ALL) /* so that "all" finds a place beside its own */
        consider_around(p, i, baton_page_down(s->source), baton_page_up(s->source + s->mem_size),
                        best);
    return best->dest;
}

static void settle(struct placing *p, uint32_t i, uint64_t dest)
{
    struct baton_segment *s = &p->payload->segment[i];

    s->dest = dest;
    s->used = (struct baton_range){0, 0};
    s->room_used = (struct baton_range){0, 0};
    if (s->window) {
        s->used.start = window_start(s, dest);
        s->used.end = s->used.start + s->window;
    }
    if (s->room)
        s->room_used = (struct baton_range){dest, dest + s->room};
    p->placed |= 1ull << i;
}

/* A fixed segment: why it cannot be where it must be, or 0. */
static int fixed_refusal(const struct placing *p, uint32_t i, struct baton_refusal *why)
{
    const struct baton_segment *s = &p->payload->segment[i];
    uint64_t start = baton_page_down(s->prefer);
    uint64_t end = baton_page_up(s->prefer + s->mem_size);
    uint64_t used_end = s->prefer + s->window;

    why->what = s->what;
    why->value = s->prefer;
    why->limit = s->prefer + s->mem_size;
    if (end > FOUR_GIB || used_end > FOUR_GIB)
        return BATON_E_TOO_HIGH;
    if (!place_is_ram(p->host, start, end) ||
        !place_is_ram(p->host, start, baton_page_up(used_end))) {
        if (used_end > why->limit)
            why->limit = used_end;
        return BATON_E_NOT_RAM;
    }
    for (uint32_t k = 0; k < p->host->keep_count; k++)
        if (baton_overlap(start, end, p->host->keep[k].start, p->host->keep[k].end)) {
            why->limit = p->host->keep[k].start;
            return BATON_E_LIVE_TABLES;
        }
    for (uint32_t k = 0; k < p->payload->segments; k++) {
        const struct baton_segment *o = &p->payload->segment[k];

        /* Fixed segments may share a page, but not a byte. */
        if (k != i && (p->placed & 1ull << k) &&
            baton_overlap(s->prefer, s->prefer + s->mem_size, o->dest, o->dest + o->mem_size)) {
            why->limit = o->dest;
            return BATON_E_OVERLAP;
        }
    }
    return 0;
}

/* Everything but segment 0 and the pages of Baton's making, nearest first. */
static bool place_others(struct placing *p, struct baton_refusal *why)
{
    for (uint32_t i = 0; i < p->payload->segments; i++) {
        const struct baton_segment *s = &p->payload->segment[i];
        struct choice best = {.above_dest = NOWHERE};

        if ((s->flags & BATON_SEG_MADE) || (p->placed & 1ull << i))
            continue;
        if (choose(p, i, &best) == NOWHERE) {
            *why = (struct baton_refusal){BATON_E_NO_ROOM, s->what, s->mem_size, s->max};
            return false;
        }
        settle(p, i, best.dest);
    }
    return true;
}

int baton_place(const struct baton_host *host, const struct baton_request *request,
                struct baton_payload *payload, struct baton_refusal *why)
{
    struct placing p = {host, payload, request->place, 0};
    const struct baton_segment *kernel = &payload->segment[0];

    for (uint32_t i = 0; i < payload->segments; i++) {
        if (!(payload->segment[i].flags & BATON_SEG_FIXED))
            continue;
        why->error = fixed_refusal(&p, i, why);
        if (why->error)
            return why->error;
        settle(&p, i, payload->segment[i].prefer);
    }

    if (p.placed & 1)
        return place_others(&p, why) ? 0 : why->error;

    uint64_t fixed = p.placed;
    struct choice kernel_choice = {.above_dest = NOWHERE};
    bool tried = false;
    while (choose(&p, 0, &kernel_choice) != NOWHERE) {
        tried = true;
        settle(&p, 0, kernel_choice.dest);
        if (place_others(&p, why))
            return 0;
        kernel_choice.above_cost = kernel_choice.cost;
        kernel_choice.above_dest = kernel_choice.dest;
        p.placed = fixed;
    }
    if (!tried)
        *why =
            (struct baton_refusal){BATON_E_NO_ROOM, kernel->what,
                                   kernel->window ? kernel->window : kernel->mem_size, kernel->max};
    return why->error;
}
