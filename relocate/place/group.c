/* Groups of segments, as one segment for placing and as several again. */
#include "relocate/place/group.h"

/* One more than the number of the last segment in the group that starts with segment i. */
static uint32_t end_of(const struct baton_payload *payload, uint32_t i)
{
    do
        i++;
    while (i < payload->segments && payload->segment[i].flags & BATON_SEG_FOLLOWS);
    return i;
}

static void join(struct baton_payload *payload, struct groups *groups, uint32_t first, uint32_t end)
{
    struct baton_segment *s = &payload->segment[first];
    uint64_t own = s->source, offset = 0, largest = 0, anchor = own;
    uint64_t in_page = s->flags & BATON_SEG_SKEW ? own : 0; /* where the group begins in its page */
    bool split = false;

    for (uint32_t i = first; i < end; i++) {
        const struct baton_segment *member = &payload->segment[i];

        split = split || member->source != own + offset || member->mem_size != member->file_size;
        if (member->file_size > largest && member->source >= offset &&
            !((member->source - offset - in_page) & BATON_PAGE_MASK)) {
            largest = member->file_size;
            anchor = member->source - offset;
        }
        offset += member->mem_size;
    }
    s->own_source = own;
    s->own_size = s->mem_size;
    groups->joined |= 1ull << first;
    groups->split |= (uint64_t)split << first;
    s->source = anchor;
    s->mem_size = offset;
}

void groups_join(struct baton_payload *payload, struct groups *groups)
{
    groups->joined = groups->split = 0;
    for (uint32_t i = 0, end; i < payload->segments; i = end) {
        end = end_of(payload, i);
        if (end > i + 1)
            join(payload, groups, i, end);
    }
}

void groups_part(struct baton_payload *payload, const struct groups *groups)
{
    for (uint32_t i = 0; i < payload->segments; i++) {
        struct baton_segment *s = &payload->segment[i];

        if (groups->joined & 1ull << i) {
            s->source = s->own_source;
            s->mem_size = s->own_size;
        }
        if (i && s->flags & BATON_SEG_FOLLOWS) {
            s->dest = payload->segment[i - 1].dest + payload->segment[i - 1].mem_size;
            s->used = s->room_used = (struct baton_range){0, 0};
        }
    }
}

uint64_t group_staying(const struct baton_payload *payload, const struct groups *groups, uint32_t i,
                       uint64_t dest, uint64_t *moving)
{
    bool joined = groups->joined & 1ull << i;
    uint32_t end = joined ? end_of(payload, i) : i + 1;
    uint64_t staying = 0;

    *moving = 0;
    for (uint32_t k = i; k < end; k++) {
        const struct baton_segment *s = &payload->segment[k];
        bool own = joined && k == i;
        uint64_t source = own ? s->own_source : s->source;
        uint64_t size = own ? s->own_size : s->mem_size;

        *(source == dest ? &staying : moving) += baton_page_up(size);
        dest += size;
    }
    return staying;
}
