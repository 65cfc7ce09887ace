/* Where a segment fits: alignment, RAM, the live tables, and what placed segments use. */
#include "relocate/place/fit.h"

uint32_t fit_kernel(const struct baton_payload *payload)
{
    uint32_t i = 0;

    while (i < payload->segments && payload->segment[i].role != BATON_ROLE_KERNEL)
        i++;
    return i < payload->segments ? i : NO_KERNEL;
}

/* Bytes by which a SKEW segment starts below its aligned address, so that pages stay pages. */
uint64_t fit_skew(const struct baton_segment *s)
{
    return s->flags & BATON_SEG_SKEW ? (0 - s->source) & BATON_PAGE_MASK : 0;
}

/* Where the window of s begins if s starts at dest. A self-aligning kernel never unpacks below
 * the address it prefers. */
uint64_t fit_window(const struct baton_segment *s, uint64_t dest)
{
    uint64_t base = fit_align(dest, s->align);

    return (s->flags & BATON_SEG_INPLACE) && base < s->prefer ? s->prefer : base;
}

bool fit_is_memory(const struct baton_host *host, uint64_t start, uint64_t end, bool kept_too)
{
    for (uint32_t i = 0; i < host->memory_count && start < end; i++) {
        const struct baton_memory *m = &host->memory[i];

        if ((m->type == BATON_MEM_USABLE || (kept_too && m->type == BATON_MEM_KEPT)) &&
            m->start <= start && start < m->end)
            start = m->end;
    }
    return start >= end;
}

bool baton_is_ram(const struct baton_host *host, uint64_t start, uint64_t end)
{
    return fit_is_memory(host, start, end, false);
}

const struct baton_range *fit_keep_at(const struct baton_host *host, uint64_t start, uint64_t end)
{
    for (uint32_t i = 0; i < host->keep_count; i++)
        if (baton_overlap(start, end, host->keep[i].start, host->keep[i].end))
            return &host->keep[i];
    return NULL;
}

/* Does a placed segment other than `self` lie in [start, end), or use it early on? Two that stay
 * may share a page: neither is written. */
static bool is_claimed(const struct placing *p, uint32_t self, uint64_t start, uint64_t end,
                       bool stays)
{
    for (uint32_t i = 0; i < p->payload->segments; i++) {
        const struct baton_segment *s = &p->payload->segment[i];

        if (i == self || !(p->placed & 1ull << i))
            continue;
        uint64_t from = s->dest, to = s->dest + s->mem_size;
        if (!stays || !fit_stays(p, i, s->dest)) {
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

/* May the list write to [start, end) for segment `self`? */
static bool is_free(const struct placing *p, uint32_t self, uint64_t start, uint64_t end)
{
    start = baton_page_down(start);
    end = baton_page_up(end);
    if (end > FOUR_GIB || !baton_is_ram(p->host, start, end))
        return false;
    return !fit_keep_at(p->host, start, end) && !is_claimed(p, self, start, end, false);
}

bool fit_lies_well(const struct baton_segment *s)
{
    return s->flags & BATON_SEG_INPLACE || !((s->source + fit_skew(s)) & (s->align - 1));
}

bool fit_within(const struct baton_segment *s, uint64_t dest)
{
    uint64_t window = fit_window(s, dest);

    if (dest < s->min || dest > s->max || s->mem_size > s->max - dest || s->room > s->max - dest)
        return false;
    return !s->window || (window <= s->max && s->window <= s->max - window);
}

/* Could segment i start at dest? */
bool fit_at(const struct placing *p, uint32_t i, uint64_t dest)
{
    const struct baton_segment *s = &p->payload->segment[i];
    uint64_t window = fit_window(s, dest), moving;

    if (!fit_within(s, dest))
        return false;
    if (p->policy == BATON_PLACE_ALL && group_staying(p->payload, p->groups, i, dest, &moving))
        return false;
    if (!fit_stays(p, i, dest)) {
        if (!is_free(p, i, dest, dest + s->mem_size))
            return false;
    } else if (is_claimed(p, i, dest, dest + s->mem_size, true)) {
        return false; /* nothing is written there, so the map need not say that it is RAM */
    }
    if (s->room && !is_free(p, i, baton_page_up(dest + s->mem_size), dest + s->room))
        return false;
    return !s->window || is_free(p, i, window, window + s->window);
}

void fit_settle(struct placing *p, uint32_t i, uint64_t dest)
{
    struct baton_segment *s = &p->payload->segment[i];

    s->dest = dest;
    s->used = (struct baton_range){0, 0};
    s->room_used = (struct baton_range){0, 0};
    if (s->window) {
        s->used.start = fit_window(s, dest);
        s->used.end = s->used.start + s->window;
    }
    if (s->room)
        s->room_used = (struct baton_range){dest, dest + s->room};
    p->placed |= 1ull << i;
}

/* A fixed segment: why it cannot be where it must be, or 0. */
int fit_refusal(const struct placing *p, uint32_t i, struct baton_refusal *why)
{
    const struct baton_segment *s = &p->payload->segment[i];
    uint64_t start = baton_page_down(s->prefer);
    uint64_t end = baton_page_up(s->prefer + s->mem_size);
    uint64_t used_end = s->prefer + s->window;

    why->what = s->what;
    why->value = s->prefer;
    why->limit = s->window > s->mem_size ? used_end : s->prefer + s->mem_size;
    if (end > FOUR_GIB || used_end > FOUR_GIB)
        return BATON_E_TOO_HIGH;
    if (!baton_is_ram(p->host, start, end) ||
        !baton_is_ram(p->host, start, baton_page_up(used_end)))
        return BATON_E_NOT_RAM;
    const struct baton_range *keep = fit_keep_at(p->host, start, end);
    if (keep) {
        why->limit = keep->start;
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
