/* tables: the whole tree, as far as it is present, with runs of like entries folded into one line. */
#include "kernel/print.h"
#include "kernel/shell/commands.h"
#include "kernel/shell/pager.h"
#include "kernel/shell/spaces.h"
#include "kernel/window.h"

/* Entries [first, first + count) of a table that map one stretch of memory with the same flags. */
struct fold {
    uint32_t first, count;
    uint64_t entry; /* of the first */
};

static uint64_t entry_at(const struct pt_space *space, uint64_t table, uint32_t index)
{
    const void *page = window_map(BATON_WINDOW_TABLE, table);

    return space->format->entry_size == 8 ? ((const uint64_t *)page)[index]
                                          : ((const uint32_t *)page)[index];
}

static bool is_leaf(const struct pt_space *space, unsigned level, uint64_t entry)
{
    return level == space->format->levels - 1u ||
           (space->format->level[level].large && entry & PTE_LARGE);
}

static void tell_fold(const struct pt_space *space, unsigned level, const struct fold *fold,
                      uint32_t va)
{
    static const char *const indents[PT_LEVELS_MAX] = {"", "  ", "    "};
    uint64_t span = pt_span(space->format, level), size = fold->count * span;
    uint64_t pa = fold->entry & space->format->address_bits;
    char flags[SPACES_FLAGS];
    const char *name = space->format->level[level].name;

    spaces_flags(space->format, level, fold->entry, flags);
    if (!is_leaf(space, level, fold->entry))
        print("%s%s %u: %a, table at %a, %s\n", indents[level], name, fold->first, (uint64_t)va, pa,
              flags);
    else if (fold->count == 1)
        print("%s%s %u: %a, %z at %a, %s\n", indents[level], name, fold->first, (uint64_t)va, size,
              pa & ~(span - 1), flags);
    else
        print("%s%s %u to %u: %a, %z at %a, %s\n", indents[level], name, fold->first,
              fold->first + fold->count - 1, (uint64_t)va, size, pa & ~(span - 1), flags);
}

/* va: what the table's first entry maps. Returns how many pages of tables it has shown. */
static uint32_t tell_table(const struct pt_space *space, unsigned level, uint64_t table,
                           uint32_t va)
{
    uint32_t entries = 1u << space->format->level[level].index_bits, tables = 1;
    uint64_t span = pt_span(space->format, level);
    struct fold fold;

    for (uint32_t i = 0; i < entries && !pager_stopped(); i += fold.count) {
        fold = (struct fold){i, 1, entry_at(space, table, i)};
        if (!(fold.entry & PTE_PRESENT))
            continue;
        bool leaf = is_leaf(space, level, fold.entry);
        while (leaf && i + fold.count < entries &&
               entry_at(space, table, i + fold.count) == fold.entry + fold.count * span)
            fold.count++;
        tell_fold(space, level, &fold, va + (uint32_t)(i * span));
        if (!leaf)
            tables += tell_table(space, level + 1, fold.entry & space->format->address_bits,
                                 va + (uint32_t)(i * span));
    }
    return tables;
}

void command_tables(const struct words *words)
{
    struct pt_space space;
    uint32_t tables;

    if (!command_takes(words, 1) || !spaces_get(words, 1, &space))
        return;
    report("tables", "%s, root %a", space.format->name, space.root);
    tables = tell_table(&space, 0, space.root, 0);
    if (!pager_stopped())
        report("tables", "%u page%s", tables, plural(tables));
}
