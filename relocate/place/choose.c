/*
 * The candidates of one segment, and what each of them costs.
 *
 * Candidates are the segment's preferred address, the place where it lies, and the first fit above
 * and below every obstacle: an optimum is always at one of these. The cost of a candidate is the
 * pages that move because of it, then its distance from where the segment would like to be.
 *
 *     cost 0   ......[ initrd ]....[ kernel ].......   stays, or lies as preferred
 *              ..[ obstacle ][ kernel ].............   first fit above
 *              .............[ kernel ][ obstacle ]..   first fit below
 */
#include "relocate/place/choose.h"

#define COST_LAST_CHOICE (1ull << 60)
#define COST_PAGES_SHIFT 24 /* distances are below 2^20 pages: all of it lies below 4 GiB */
#define COST_OVERLAP (1ull << 20)

/* Could the segment stay where it lies, if it were the only one? */
static bool may_stay(const struct placing *p, const struct baton_segment *s)
{
    return p->policy != BATON_PLACE_ALL && fit_lies_well(s) && fit_within(s, s->source);
}

/* Pages of other segments that must move if segment i is at dest. */
static uint64_t displaced(const struct placing *p, uint32_t i, uint64_t dest)
{
    const struct baton_segment *s = &p->payload->segment[i];
    uint64_t window = fit_window(s, dest);
    /* what is moved is moved in whole pages; what stays may share its last one */
    bool stays = fit_stays(p, i, dest);
    uint64_t from = stays ? dest : baton_page_down(dest);
    uint64_t to = stays ? dest + s->mem_size : baton_page_up(dest + s->mem_size);
    uint64_t pages = 0;

    for (uint32_t k = 0; k < p->payload->segments; k++) {
        const struct baton_segment *o = &p->payload->segment[k];

        if (k == i || (p->placed & 1ull << k) || fit_is_led(o) || !may_stay(p, o))
            continue;
        if (baton_overlap(o->source, o->source + o->mem_size, from, to) ||
            baton_overlap(o->source, o->source + o->mem_size, dest, dest + s->room) ||
            baton_overlap(o->source, o->source + o->mem_size, window, window + s->window))
            pages += (o->mem_size + BATON_PAGE_MASK) >> BATON_PAGE_SHIFT;
    }
    return pages;
}

/* What it costs to put segment i at dest: first the pages that move, then the distance from
 * where it would like to be. */
static uint64_t cost_of(const struct placing *p, uint32_t i, uint64_t dest)
{
    const struct baton_segment *s = &p->payload->segment[i];
    bool prefers = !(s->flags & BATON_SEG_ANYWHERE), stays = dest == s->source;
    uint64_t home = prefers ? s->prefer - fit_skew(s) : s->source;
    uint64_t distance = (dest > home ? dest - home : home - dest) >> BATON_PAGE_SHIFT;
    uint64_t pages = displaced(p, i, dest), moving;

    if (stays && dest != home && p->policy != BATON_PLACE_NONE)
        return COST_LAST_CHOICE; /* a kernel starts where it lies only if nothing else fits */
    group_staying(p->payload, p->groups, i, dest, &moving);
    pages += moving >> BATON_PAGE_SHIFT;
    /* onto its own pages only if nothing else fits: such a move has no long runs */
    if (!stays && !prefers &&
        baton_overlap(dest, dest + s->mem_size, s->source, s->source + s->mem_size))
        distance += COST_OVERLAP;
    return pages << COST_PAGES_SHIFT | distance;
}

static void consider(const struct placing *p, uint32_t i, uint64_t dest, struct choice *best)
{
    if (dest == NOWHERE || !fit_at(p, i, dest))
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

/* The first places that fit above and below one obstacle [start, end). */
static void consider_around(const struct placing *p, uint32_t i, uint64_t start, uint64_t end,
                            struct choice *best)
{
    const struct baton_segment *s = &p->payload->segment[i];
    uint64_t skew = fit_skew(s), most = s->room > s->mem_size ? s->room : s->mem_size;
    uint64_t behind = most > skew ? most - skew : 0; /* bytes behind the aligned address */
    uint64_t size = s->window > behind ? s->window : behind;
    uint64_t low = s->min;

    if (end <= FOUR_GIB) {
        uint64_t dest = fit_align((end > low ? end : low) + skew, s->align) - skew;
        consider(p, i, dest, best);
        if (dest == s->source) /* its own place may be unwanted: the next one */
            consider(p, i, dest + s->align, best);
    }
    if (start >= size) {
        uint64_t base = (start - size) & ~(s->align - 1);
        if (base >= skew)
            consider(p, i, base - skew, best);
        if (base >= skew + s->align && base - skew == s->source)
            consider(p, i, base - s->align - skew, best);
    }
}

uint64_t choose_place(const struct placing *p, uint32_t i, struct choice *best)
{
    const struct baton_host *host = p->host;
    const struct baton_segment *s = &p->payload->segment[i];

    best->dest = NOWHERE;
    if (!(s->flags & BATON_SEG_ANYWHERE) && s->prefer >= fit_skew(s))
        consider(p, i, s->prefer - fit_skew(s), best);
    if (s->flags & (BATON_SEG_ANYWHERE | BATON_SEG_INPLACE) && fit_lies_well(s))
        consider(p, i, s->source, best);
    consider_around(p, i, s->max, s->min,
                    best); /* its limits bound it from outside, as the ends of RAM do */
    for (uint32_t k = 0; k < host->memory_count; k++)
        if (host->memory[k].type == BATON_MEM_USABLE)
            /* the ends of RAM */
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
        } else if (!fit_is_led(o)) {
            consider_around(p, i, baton_page_down(o->source),
                            baton_page_up(o->source + o->mem_size), best);
        }
    }
    /* beside its own place: a short move may let the others stay */
    consider_around(p, i, baton_page_down(s->source), baton_page_up(s->source + s->mem_size), best);
    return best->dest;
}
