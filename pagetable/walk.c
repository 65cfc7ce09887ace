/*
 * The walker: mapping, translation and visits, for every format.
 */
#include "pagetable/walk.h"

/* The table in its window, which stays as long as no other table is looked into. */
static void *table_at(const struct pt_space *space, uint64_t table)
{
    return space->host->map(space->host->ctx, BATON_WINDOW_TABLE, table);
}

uint64_t pt_entry(const struct pt_space *space, uint64_t table, unsigned index)
{
    const void *page = table_at(space, table);

    if (space->format->entry_size == 8)
        return ((const uint64_t *)page)[index];
    return ((const uint32_t *)page)[index];
}

/* size: of an entry, 4 or 8. Two halves, the one with the present bit last: a CPU that walks meanwhile
 * never uses half an entry. */
static void entry_set(unsigned size, void *at, uint64_t entry)
{
    volatile uint32_t *half = at;

    if (size == 8)
        half[1] = (uint32_t)(entry >> 32);
    half[0] = (uint32_t)entry;
}

/* Is one of eight entries present? Each has `words` words; the first one says so. */
static inline bool any_of_8(const uint32_t *at, unsigned words)
{
    return (at[0] | at[words] | at[2 * words] | at[3 * words] | at[4 * words] | at[5 * words] |
            at[6 * words] | at[7 * words]) &
           PTE_PRESENT;
}

unsigned pt_next(const struct pt_format *format, const void *page, unsigned i, unsigned n)
{
    unsigned words = format->entry_size / 4u;
    const uint32_t *at = (const uint32_t *)page + i * words;

    /* Most tables are nearly empty. The offsets are constants in either of the two loops. */
    if (words == 2)
        for (; i + 8 <= n && !any_of_8(at, 2); i += 8)
            at += 8 * 2;
    else
        for (; i + 8 <= n && !any_of_8(at, 1); i += 8)
            at += 8;
    for (; i < n && !(*at & PTE_PRESENT); i++)
        at += words;
    return i;
}

void pt_clear(const struct baton_host *host, uint64_t table)
{
    __builtin_memset(host->map(host->ctx, BATON_WINDOW_TABLE, table), 0, BATON_PAGE_SIZE);
}

/* Sets `count` entries of one table from `index` on; those that are there and equal stay. Not inlined:
 * its loop needs the registers. */
static __attribute__((noinline)) enum pt_result fill(const struct pt_space *space, unsigned level,
                                                     uint64_t table, unsigned index,
                                                     uint64_t wanted, uint32_t count)
{
    uint64_t span = pt_span(space->format, level);
    uint32_t size = space->format->entry_size;
    uint8_t *at = (uint8_t *)table_at(space, table) + index * size;

    for (; count; count--, at += size, wanted += span) {
        const uint32_t *now = (const uint32_t *)(const void *)at;

        if (!(now[0] & PTE_PRESENT))
            entry_set(size, at, wanted);
        else if (now[0] != (uint32_t)wanted || (size == 8 && now[1] != wanted >> 32))
            return PT_TAKEN;
    }
    return PT_OK;
}

enum pt_result pt_map(const struct pt_space *space, struct pt_spares *spares, unsigned level,
                      uint64_t va, uint64_t pa, uint64_t bits)
{
    return pt_map_run(space, spares, level, va, pa, bits, 1);
}

enum pt_result pt_map_run(const struct pt_space *space, struct pt_spares *spares, unsigned level,
                          uint64_t va, uint64_t pa, uint64_t bits, uint32_t count)
{
    const struct pt_format *format = space->format;
    uint64_t table = space->root;

    for (unsigned at = 0; at < level; at++) {
        unsigned index = pt_index(format, at, va);
        uint64_t entry = pt_entry(space, table, index);

        if (!(entry & PTE_PRESENT)) {
            if (spares->used == spares->count)
                return PT_NO_SPARE;
            uint64_t fresh = spares->page[spares->used++];
            pt_clear(space->host, fresh);
            entry = fresh | format->level[at].table_bits |
                    (bits & PTE_USER & format->level[at].allowed);
            entry_set(format->entry_size,
                      (uint8_t *)table_at(space, table) + index * format->entry_size, entry);
        } else if (pt_is_leaf(format, at, entry)) {
            return PT_TAKEN;
        }
        table = entry & format->address_bits;
    }

    uint64_t wanted = pa | bits | PTE_ACCESSED | PTE_DIRTY;
    if (level < format->levels - 1u)
        wanted |= PTE_LARGE;
    return fill(space, level, table, pt_index(format, level, va), wanted, count);
}

void pt_translate(const struct pt_space *space, uint64_t va, struct pt_walk *walk)
{
    const struct pt_format *format = space->format;
    uint64_t table = space->root;

    *walk = (struct pt_walk){0};
    for (unsigned at = 0; at < format->levels; at++) {
        unsigned index = pt_index(format, at, va);
        uint64_t entry = pt_entry(space, table, index);

        walk->step[walk->steps++] = (struct pt_step){table, index, entry};
        walk->span = pt_span(format, at);
        if (!(entry & PTE_PRESENT))
            return;
        if (entry & ~format->level[at].allowed)
            walk->reserved = true;
        if (pt_is_leaf(format, at, entry)) {
            uint64_t offset = walk->span - 1;
            walk->present = true;
            walk->pa = (entry & format->address_bits & ~offset) | (va & offset);
            walk->bits = entry & ~format->address_bits;
            return;
        }
        table = entry & format->address_bits;
    }
}

/* Finds the first entry from *index on that points to a table; false: there is none. */
static bool next_table(const struct pt_space *space, unsigned level, uint64_t table,
                       unsigned *index, uint64_t *found)
{
    const struct pt_format *format = space->format;
    const uint32_t *page = space->host->map(space->host->ctx, BATON_WINDOW_TABLE, table);
    unsigned words = format->entry_size / 4u, entries = 1u << format->level[level].index_bits;

    for (unsigned i = *index; (i = pt_next(format, page, i, entries)) < entries; i++) {
        if (pt_is_leaf(format, level, page[i * words]))
            continue;
        *index = i + 1;
        *found = pt_entry(space, table, i) & format->address_bits;
        return true;
    }
    return false;
}

unsigned pt_tables(const struct pt_space *space, bool (*visit)(void *ctx, uint64_t table),
                   void *ctx)
{
    uint64_t table[PT_LEVELS_MAX] = {space->root};
    unsigned index[PT_LEVELS_MAX] = {0};
    unsigned visited = 1;
    unsigned at = 0;

    if (!visit(ctx, space->root))
        return visited;
    for (;;) {
        uint64_t found;

        if (at == space->format->levels - 1u ||
            !next_table(space, at, table[at], &index[at], &found)) {
            if (at == 0)
                return visited;
            at--;
            continue;
        }
        table[++at] = found;
        index[at] = 0;
        visited++;
        if (!visit(ctx, found))
            return visited;
    }
}
