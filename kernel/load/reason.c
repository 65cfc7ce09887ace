/* Why a segment moves. */
#include "kernel/load/reason.h"

static bool holds(const struct baton_range *range, const struct baton_segment *s)
{
    return baton_overlap(range->start, range->end, s->source, s->source + s->mem_size);
}

static const char *kernel_reason(const struct baton_segment *s, uint32_t place, uint64_t *address)
{
    bool below = baton_page_up(s->source) <= s->prefer; /* it unpacks itself to where it prefers */

    if (place == BATON_PLACE_PREFER && s->dest <= s->prefer && s->prefer - s->dest < s->align)
        return "to the address that it prefers (place=prefer)";
    if (!(s->flags & BATON_SEG_INPLACE) || s->guess || !s->window)
        return "it does not say how much memory it unpacks into";
    if (place == BATON_PLACE_AUTO && !below)
        return *address = s->prefer, "from there it would not run where it prefers to, at";
    return "the memory that it unpacks into from there is in use, or is no RAM";
}

/* Of a module: an initrd. */
static const char *module_reason(const struct baton_payload *payload, const struct baton_segment *s,
                                 uint64_t *address)
{
    const struct baton_segment *kernel = baton_segment_find(payload, BATON_ROLE_KERNEL, 0);

    if (s->max < s->source + s->mem_size)
        return *address = s->max, "the kernel reads it only below";
    if (kernel && (holds(&kernel->used, s) || holds(&kernel->room_used, s)))
        return "the kernel unpacks there";
    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct baton_segment *o = &payload->segment[i];
        struct baton_range there = {baton_page_down(o->dest), baton_page_up(o->dest + o->mem_size)};

        if (o != s && o->dest != o->source && holds(&there, s))
            return "another part of the payload goes there";
    }
    if (s->source & BATON_PAGE_MASK)
        return "it does not begin at the start of a page";
    return "the initrds are made one piece";
}

const char *reason_to_move(const struct baton_payload *payload, uint32_t place, uint32_t segment,
                           uint64_t *address)
{
    const struct baton_segment *s = &payload->segment[segment];

    *address = 0;
    if (baton_is_generated(s) || s->dest == s->source)
        return NULL;
    if (s->flags & BATON_SEG_FIXED)
        return *address = s->prefer, "it can only be at";
    if (place == BATON_PLACE_ALL)
        return "everything moves (place=all)";
    if (s->role == BATON_ROLE_KERNEL)
        return kernel_reason(s, place, address);
    if (s->role == BATON_ROLE_SECTIONS && place != BATON_PLACE_NONE)
        return "as low as possible, so that free memory stays in one piece";
    return module_reason(payload, s, address);
}
