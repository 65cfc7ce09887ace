/*
 * The new page tables: the control code page at the trampoline's kernel address and at its own
 * physical address, and nothing else (H5).
 *
 *        va  0xc0105000 --+                   legacy: root, table, table          3 pages
 *                         +--> control page   PAE:    root, 2 directories, 2 tables   5
 *   identity 0x00a11000 --+                   fewer where the two share a table
 *
 * A payload that switches paging on usually does so without PAE at first. Until it has an IDT of
 * its own, a fault's task switch loads the CR3 of our fault task in that mode. So where the tables
 * are PAE, two legacy ones with the physical address alone stand beside them.
 */
#include "pagetable/walk.h"
#include "relocate/image/image.h"
#include "relocate/place/ledger.h"

/* Maps one address. Takes a page for each table that is missing. */
static int map_one(struct baton_payload *payload, struct baton_image *image,
                   const struct pt_space *space, uint64_t *tables, uint32_t *count, uint64_t va)
{
    /* Not global: a global entry would outlive the next CR3 write. */
    const uint64_t bits = PTE_PRESENT | PTE_WRITE;
    unsigned last = space->format->levels - 1u;

    for (;;) {
        struct pt_spares spares = {&tables[*count], 0, 0};
        uint64_t fresh;

        if (pt_map(space, &spares, last, va, image->control, bits) == PT_OK)
            return 0;
        /* The tables are new and the two addresses differ, so only a missing page can be the
         * reason. */
        int error = ledger_take(image, payload, &fresh);
        if (error)
            return error;
        tables[*count] = fresh;
        spares.count = 1;
        (void)pt_map(space, &spares, last, va, image->control, bits);
        ++*count;
    }
}

/* A root with nothing in it. */
static int new_root(struct baton_payload *payload, struct baton_image *image,
                    struct pt_space *space)
{
    int error = ledger_take(image, payload, &space->root);

    if (!error)
        pt_clear(image->host, space->root);
    return error;
}

static int fault_tables_build(struct baton_payload *payload, struct baton_image *image)
{
    struct pt_space space = {&pt_legacy, image->host, 0};
    uint32_t count = 1;
    int error = new_root(payload, image, &space);

    image->fault_tables[0] = space.root;
    return error ? error
                 : map_one(payload, image, &space, image->fault_tables, &count, image->control);
}

int tables_build(struct baton_payload *payload, struct baton_image *image)
{
    struct pt_space space = {pt_format_of(image->kind), image->host, 0};
    int error = new_root(payload, image, &space);

    if (error)
        return error;
    image->tables[0] = space.root;
    image->table_count = 1;
    error =
        map_one(payload, image, &space, image->tables, &image->table_count, image->trampoline_va);
    if (!error)
        error = map_one(payload, image, &space, image->tables, &image->table_count, image->control);
    return error || image->kind == BATON_TABLES_LEGACY ? error : fault_tables_build(payload, image);
}

/* Maps va again, by the tables that there are. */
static void map_again(const struct baton_image *image, const struct pt_space *space,
                      struct pt_spares *spares, uint64_t va)
{
    (void)pt_map(space, spares, space->format->levels - 1u, va, image->control,
                 PTE_PRESENT | PTE_WRITE);
}

/* In the order of the build, so that each table has the use that it had. pt_map clears the tables
 * that it takes: the roots are left. */
void tables_renew(struct baton_image *image)
{
    const struct pt_space space = {pt_format_of(image->kind), image->host, image->tables[0]};
    const struct pt_space fault = {&pt_legacy, image->host, image->fault_tables[0]};
    struct pt_spares spares = {&image->tables[1], image->table_count - 1, 0};

    pt_clear(image->host, image->tables[0]);
    map_again(image, &space, &spares, image->trampoline_va);
    map_again(image, &space, &spares, image->control);
    if (!fault.root)
        return;
    spares = (struct pt_spares){&image->fault_tables[1], 1, 0};
    pt_clear(image->host, image->fault_tables[0]);
    map_again(image, &fault, &spares, image->control);
}
