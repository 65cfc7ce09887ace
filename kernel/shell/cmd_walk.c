/* walk: translates one address through the tables, level by level, like the CPU. */
#include "kernel/console/print.h"
#include "kernel/load/stage.h"
#include "kernel/memory/live.h"
#include "kernel/shell/commands.h"
#include "kernel/shell/spaces.h"

static void report_step(const struct pt_space *space, unsigned level, const struct pt_step *step)
{
    const struct pt_level *l = &space->format->level[level];
    char flags[SPACES_FLAGS];

    spaces_flags(space->format, level, step->entry, flags);
    if (spaces_is_table(step->table))
        report(l->name, "table %a, index %u: entry %x, %s", step->table, step->index, step->entry,
               flags);
    else
        report(l->name, "table %a: that is not usable RAM, the walk ends here", step->table);
}

/* Has the walk found a reserved bit at which a CPU faults? The accessed bit that some QEMU versions
 * set in a PDPT does not count. */
static bool is_reserved(const struct pt_space *space, const struct pt_walk *walk)
{
    for (unsigned i = 0; i < walk->steps; i++)
        if (walk->step[i].entry & PTE_PRESENT &&
            walk->step[i].entry & ~space->format->level[i].allowed & ~(uint64_t)PTE_ACCESSED)
            return true;
    return false;
}

static void report_result(const struct pt_space *space, const struct pt_walk *walk, uint32_t va)
{
    if (walk->present)
        report("result", "%a is at %a, in a page of %z", (uint64_t)va, walk->pa, walk->span);
    else
        report("result", "%a is not mapped; nothing is mapped in the %z around it", (uint64_t)va,
               walk->span);
    if (is_reserved(space, walk))
        report("note", "one of these entries has a reserved bit set: a CPU faults at it");
    else if (walk->reserved)
        report("note", "accessed is reserved in a PDPT: no CPU sets it, but QEMU may");
}

void command_walk(const struct words *words)
{
    struct pt_space space;
    struct pt_walk walk;
    uint64_t va;

    if (words->count < 2 || words->count > 3) {
        command_usage(words, words->count < 2 ? "which address?" : "there are too many words");
        return;
    }
    if (!words_number(words->word[1], &va) || va > UINT32_MAX) {
        command_usage(words, "the address is a number up to 0xffffffff");
        return;
    }
    if (!spaces_get(words, 2, &space))
        return;
    pt_translate(&space, (uint32_t)va, &walk);
    report("walk", "%a, %s tables, root %a", va, space.format->name, space.root);
    for (unsigned i = 0; i < walk.steps; i++)
        report_step(&space, i, &walk.step[i]);
    report_result(&space, &walk, (uint32_t)va);
}
