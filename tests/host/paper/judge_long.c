/* The tables of an entry in long mode, by the manual's own walker: 4 GiB, each address itself. */
#include "tests/host/paper/judge.h"
#include "tests/host/paper/walk_reference.h"

#define PAGE BATON_PAGE_SIZE
#define LARGE 0x200000ull

/* Present entries of a table. */
static unsigned entries_in(uint64_t table)
{
    const uint64_t *entry = (const uint64_t *)(const void *)machine_at(table);
    unsigned n = 0;

    for (unsigned i = 0; i < 512; i++)
        n += entry[i] != 0;
    return n;
}

static bool judge_address(struct journey *j, uint64_t va)
{
    const uint64_t *tables = j->image.long_tables;
    struct reference_walk w = reference_translate_long(judge_word, tables[0], va);

    if (!w.present || w.pa != va || w.size != LARGE || w.fault || !w.writable || w.user ||
        w.no_execute || w.global)
        return judge_wrong(j, "H5: an address of long mode's tables is not itself", va, w.pa);
    if ((w.entry & 0x60) != 0x60)
        return judge_wrong(j, "H5: the CPU would write to long mode's tables", va, w.entry);
    for (unsigned i = 0; i < w.tables; i++)
        if (!judge_needed(j, w.table[i], "H3: a table of long mode lies wrong"))
            return false;
    if (w.table[0] != tables[0] || w.table[1] != tables[1] || w.table[2] != tables[2 + (va >> 30)])
        return judge_wrong(j, "H5: a table of long mode that the image does not name", va, 0);
    return true;
}

bool judge_long(struct journey *j)
{
    static const unsigned entries[BATON_LONG_TABLES] = {1, 4, 512, 512, 512, 512};
    const uint64_t *tables = j->image.long_tables;

    for (uint32_t i = 0; i < BATON_LONG_TABLES; i++)
        if (j->payload.entry.kind != BATON_ENTRY_LONG64 && tables[i])
            return judge_wrong(j, "H5: tables of long mode without need", tables[i], i);
        else if (tables[i] && entries_in(tables[i]) != entries[i])
            return judge_wrong(j, "H5: long mode's tables map more, or less", tables[i], i);
    if (j->payload.entry.kind != BATON_ENTRY_LONG64)
        return true;
    for (uint64_t va = 0; va < MACHINE_END; va += LARGE)
        if (!judge_address(j, va) || !judge_address(j, va + LARGE - 1))
            return false;
    return true;
}
