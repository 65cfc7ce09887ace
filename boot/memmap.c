/*
 * Normalises a memory map. Firmware maps may be unsorted and have overlaps. The stricter type wins:
 * if one entry says reserved, the memory may not be RAM.
 */
#include "boot/memmap.h"

const char *memmap_type_name(uint32_t type)
{
    switch (type) {
    case BATON_MEM_USABLE:
        return "usable";
    case BATON_MEM_ACPI:
        return "ACPI tables";
    case BATON_MEM_NVS:
        return "ACPI NVS";
    case BATON_MEM_BAD:
        return "bad";
    default:
        return "reserved";
    }
}

/* From usable (0) to types that must not be used. */
static unsigned strictness(uint32_t type)
{
    switch (type) {
    case BATON_MEM_USABLE:
        return 0;
    case BATON_MEM_ACPI:
        return 1;
    case BATON_MEM_NVS:
        return 2;
    case BATON_MEM_BAD:
        return 4;
    default:
        return 3;
    }
}

/* Counts what is wrong. true: the map is sorted, and no entry is empty or overlaps another. */
static bool note(const struct baton_memory *in, uint32_t count, struct memmap_mended *mended)
{
    uint64_t reached = 0; /* the highest end of the entries so far: overlaps lie below it */
    bool tidy = true;

    *mended = (struct memmap_mended){0};
    for (uint32_t i = 0; i < count; i++) {
        if (in[i].start >= in[i].end)
            mended->empty++;
        if (i && in[i].start < in[i - 1].start)
            mended->unsorted++;
        if (in[i].start >= in[i].end || in[i].start < reached)
            tidy = false;
        for (uint32_t k = 0; k < i && in[i].start < reached; k++)
            if (in[k].type != in[i].type &&
                baton_overlap(in[i].start, in[i].end, in[k].start, in[k].end)) {
                if (!mended->overlaps++)
                    mended->first_overlap = in[i];
                break;
            }
        if (in[i].end > reached)
            reached = in[i].end;
    }
    return tidy;
}

/* The strictest entry at this address, NULL in a hole; *next: the next address where the result may
 * change. */
static const struct baton_memory *strictest_at(const struct baton_memory *in, uint32_t count,
                                               uint64_t at, uint64_t *next)
{
    const struct baton_memory *best = NULL;

    *next = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        const struct baton_memory *m = &in[i];

        if (m->start >= m->end || m->end <= at)
            continue;
        if (m->start > at) {
            if (m->start < *next)
                *next = m->start;
            continue;
        }
        if (m->end < *next)
            *next = m->end;
        if (!best || strictness(m->type) > strictness(best->type))
            best = m;
    }
    return best;
}

struct output {
    struct baton_memory *entry;
    uint32_t count, room;
};

/* Adds a range behind the others, or to the last one. false: there is no room. */
static bool put(struct output *out, uint64_t start, uint64_t end, uint32_t type)
{
    struct baton_memory *last = out->count ? &out->entry[out->count - 1] : NULL;

    if (last && last->end == start && last->type == type) {
        last->end = end;
        return true;
    }
    if (out->count == out->room)
        return false;
    out->entry[out->count++] = (struct baton_memory){start, end, type};
    return true;
}

uint32_t memmap_normalise(const struct baton_memory *in, uint32_t count, struct baton_memory *out,
                          uint32_t room, struct memmap_mended *mended)
{
    struct output result = {out, 0, room};
    uint64_t next;

    if (note(in, count, mended)) { /* most maps: one look at each entry is enough */
        for (uint32_t i = 0; i < count; i++)
            if (!put(&result, in[i].start, in[i].end, in[i].type))
                return 0;
        return result.count;
    }
    for (uint64_t at = 0; at != UINT64_MAX; at = next) {
        const struct baton_memory *m = strictest_at(in, count, at, &next);

        if (m && !put(&result, at, next, m->type))
            return 0;
    }
    return result.count;
}
