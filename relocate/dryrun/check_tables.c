/* The dry run's second part: the new tables, walked in software (H5, H8). */
#include "pagetable/walk.h"
#include "relocate/dryrun/check.h"

struct visit {
    struct check *check;
    uint32_t tables;
};

/* A table is read only if it is one of the image's. */
static bool visit_table(void *ctx, uint64_t table)
{
    struct visit *visit = ctx;

    if (!check_owned(visit->check, table))
        return check_failed(visit->check, "H2: a table is no control page", table), false;
    return ++visit->tables <= BATON_TABLES_MAX;
}

/* How many entries of the last level are present: there must be two. */
static unsigned leaves_of(const struct pt_space *space, uint64_t table, unsigned level)
{
    const struct baton_host *host = space->host;
    const struct pt_level *l = &space->format->level[level];
    unsigned step =
        space->format->entry_size / 4u; /* the low half of an entry has the bits that count */
    const uint32_t *at = host->map(host->ctx, BATON_WINDOW_TABLE, table);
    unsigned leaves = 0;

    for (unsigned i = 0; i < 1u << l->index_bits; i++) {
        uint32_t entry = at[i * step];

        if (!(entry & PTE_PRESENT))
            continue;
        /* compilers that unroll the recursion cannot know that a format has PT_LEVELS_MAX at
         * most */
        if (level + 1 >= space->format->levels || level + 1 >= PT_LEVELS_MAX ||
            (entry & PTE_LARGE)) {
            leaves++;
            continue;
        }
        leaves += leaves_of(space, entry & space->format->address_bits, level + 1);
        at = host->map(host->ctx, BATON_WINDOW_TABLE,
                       table); /* the recursive call has used the window */
    }
    return leaves;
}

static int check_mapping(struct check *c, const struct pt_space *space, uint64_t va,
                         const char *invariant)
{
    struct pt_walk walk;

    pt_translate(space, va, &walk);
    if (!walk.present || walk.pa != c->image->control || walk.span != BATON_PAGE_SIZE)
        return check_failed(c, invariant, va);
    for (unsigned i = 0; i + 1 < walk.steps; i++)
        if ((walk.step[i].entry & ~space->format->address_bits) !=
            space->format->level[i].table_bits)
            return check_failed(c, "H5: an entry on the way has wrong bits", va);
    if (walk.reserved || walk.bits != (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY))
        return check_failed(c, "H5: a mapping's entry has wrong bits", va);
    return 0;
}

/* Two legacy tables with the physical address alone, where the image's are PAE. */
static int check_fault_tables(struct check *c)
{
    const struct baton_image *image = c->image;
    struct pt_space space = {&pt_legacy, image->host, image->fault_tables[0]};
    struct visit visit = {c, 0};

    if (image->kind == BATON_TABLES_LEGACY)
        return image->fault_tables[0] || image->fault_tables[1]
                   ? check_failed(c, "H5: the fault task has tables that nobody needs",
                                  image->fault_tables[0])
                   : 0;
    c->why->error = 0;
    pt_tables(&space, visit_table, &visit);
    if (c->why->error)
        return c->why->error;
    int error = check_mapping(c, &space, image->control,
                              "H5: the fault task's tables do not lead to the control page");
    if (!error && (visit.tables != 2 || leaves_of(&space, space.root, 0) != 1))
        error = check_failed(c, "H5: the fault task's tables map more than its page", space.root);
    return error;
}

int check_tables(struct check *c)
{
    const struct baton_image *image = c->image;
    const struct pt_format *format = pt_format_of(image->kind);
    struct pt_space space = {format, image->host, image->tables[0]};
    struct visit visit = {c, 0};

    c->why->error = 0;
    pt_tables(&space, visit_table, &visit);
    if (c->why->error)
        return c->why->error;
    if (visit.tables != image->table_count || visit.tables > 2 * format->levels - 1u)
        return check_failed(c, "H5: the tables are more pages than were built", visit.tables);
    int error = check_mapping(c, &space, image->trampoline_va,
                              "H5: the kernel address does not lead to the control page");
    if (!error)
        error = check_mapping(c, &space, image->control,
                              "H5: the physical address does not lead to the control page");
    if (!error && leaves_of(&space, space.root, 0) != 2)
        error = check_failed(c, "H5: the tables map more than the two addresses", space.root);
    return error ? error : check_fault_tables(c);
}
