/* The memory maps of a capture kernel. Entries are in order, and the region lies within one. */
#include "baton/crash.h"

struct map {
    struct baton_memory *out;
    uint32_t room, count;
};

static void add(struct map *map, uint64_t start, uint64_t end, uint32_t type)
{
    if (start >= end)
        return;
    if (map->count < map->room)
        map->out[map->count] = (struct baton_memory){start, end, type};
    map->count++;
}

static bool has_region(const struct baton_memory *m, const struct baton_range *region)
{
    return m->start <= region->start && region->end <= m->end;
}

uint32_t baton_crash_map(const struct baton_crash *crash, const struct baton_memory *memory,
                         uint32_t count, struct baton_memory *out, uint32_t room)
{
    const struct baton_range *region = &crash->range;
    struct map map = {out, room, 0};

    for (uint32_t i = 0; i < count; i++) {
        const struct baton_memory *m = &memory[i];

        if (m->type != BATON_MEM_USABLE) {
            add(&map, m->start, m->end, m->type);
        } else if (has_region(m, region)) {
            add(&map, m->start, region->start, BATON_MEM_KEPT);
            add(&map, region->start, region->end, BATON_MEM_USABLE);
            add(&map, region->end, m->end, BATON_MEM_KEPT);
        } else {
            add(&map, m->start, m->end, BATON_MEM_KEPT);
        }
    }
    return map.count;
}

uint32_t baton_crash_payload_map(const struct baton_crash *crash, const struct baton_memory *memory,
                                 uint32_t count, struct baton_memory *out, uint32_t room)
{
    const struct baton_range *region = &crash->range;
    struct map map = {out, room, 0};

    for (uint32_t i = 0; i < count; i++) {
        const struct baton_memory *m = &memory[i];

        if (m->type != BATON_MEM_USABLE) {
            add(&map, m->start, m->end, m->type);
            continue;
        }
        if (m->start < BATON_CRASH_LOW)
            add(&map, m->start, m->end < BATON_CRASH_LOW ? m->end : BATON_CRASH_LOW,
                BATON_MEM_USABLE);
        if (has_region(m, region)) {
            add(&map, region->start, crash->tail, BATON_MEM_USABLE);
            add(&map, crash->tail, region->end, BATON_MEM_RESERVED);
        }
    }
    return map.count;
}
