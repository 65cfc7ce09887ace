/* The memory map that a payload gets, entry by entry. */
#include "payload/common/payload.h"

/* In a call RAM is the host's, but for the payload's own segments: so the host's usable entries are
 * left out, and each segment is one. All of them begin at different addresses. */
static bool next_of_call(const struct map_walk *walk, struct baton_memory *entry)
{
    const struct payload_map *memory = &walk->memory;
    bool found = false;

    for (uint32_t i = 0; i < memory->count; i++)
        if (memory->entry[i].type != BATON_MEM_USABLE && memory->entry[i].start >= walk->from &&
            (!found || memory->entry[i].start < entry->start)) {
            *entry = memory->entry[i];
            found = true;
        }
    for (uint32_t i = 0; i < walk->payload->segments; i++) {
        const struct baton_segment *s = &walk->payload->segment[i];

        if (s->mem_size && s->dest >= walk->from && (!found || s->dest < entry->start)) {
            *entry = (struct baton_memory){s->dest, s->dest + s->mem_size, BATON_MEM_USABLE};
            found = true;
        }
    }
    return found;
}

bool map_next(struct map_walk *walk, struct baton_memory *entry)
{
    if (walk->payload->call && !walk->given) {
        if (!next_of_call(walk, entry))
            return false;
        walk->from = entry->start + 1;
        return true;
    }
    if (walk->from >= walk->memory.count)
        return false;
    *entry = walk->memory.entry[walk->from++];
    return true;
}

uint32_t map_most(const struct baton_host *host, const struct baton_request *request)
{
    return map_of(host, request).count + (request->call && !request->map ? BATON_SEGMENTS : 0);
}
