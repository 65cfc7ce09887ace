/*
 * The new page tables: the control code page at the trampoline's kernel address and at its own
 * physical address, and nothing else (H5).
 *
 *        va  0xc0105000 --+                   legacy: root, table, table          3 pages
 *                         +--> control page   PAE:    root, 2 directories, 2 tables   5
 *   identity 0x00a11000 --+                   fewer where the two share a table
 */
#include "pagetable/walk.h"
#include "relocate/image.h"
#include "relocate/pages.h"

/* Maps one address, taking a table page from the image each time that the walk lacks one. */
static int map_one(struct baton_payload *payload, struct baton_image *image,
                   const struct pt_space *space, uint32_t va)
{
    /* Not global: a global entry would outlive the next CR3 write. */
    const uint64_t bits = PTE_PRESENT | PTE_WRITE;
    unsigned last = space->format->levels - 1u;

    for (;;) {
        struct pt_spares spares = {&image->tables[image->table_count], 0, 0};
        uint64_t fresh;

        if (pt_map(space, &spares, last, va, image->control, bits) == PT_OK)
            return 0;
        /* The tables are new and the two addresses differ, so it was a spare that was missing. */
        int error = pages_take(image, payload, &fresh);
        if (error)
            return error;
        image->tables[image->table_count] = fresh;
        spares.count = 1;
        (void)pt_map(space, &spares, last, va, image->control, bits);
        image->table_count++;
    }
}

int tables_build(struct baton_payload *payload, struct baton_image *image)
{
    struct pt_space space = {image->pae ? &pt_pae : &pt_legacy, image->host, 0};
    int error = pages_take(image, payload, &space.root);

    if (error)
        return error;
    pt_clear(image->host, space.root);
    image->tables[0] = space.root;
    image->table_count = 1;
    error = map_one(payload, image, &space, (uint32_t)baton_page_down(image->host->trampoline_va));
    return error ? error : map_one(payload, image, &space, (uint32_t)image->control);
}
