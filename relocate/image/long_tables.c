/*
 * The tables of an entry in long mode: the first 4 GiB at their own addresses, in pages of 2 MiB,
 * which every CPU with long mode has.
 *
 *     PML4 --- PDPT --+-- PD    0 to 1 GiB        6 pages; the exit loads their root, with paging
 *                     +-- PD    1 to 2 GiB        still off. The trampoline does not run on them
 *                     +-- PD    2 to 3 GiB
 *                     +-- PD    3 to 4 GiB
 */
#include "pagetable/walk.h"
#include "relocate/image/image.h"
#include "relocate/place/ledger.h"

#define FOUR_GIB (1ull << 32)
#define LEVEL_OF_PD 2
#define PD_ENTRIES 512

int long_tables_build(struct baton_payload *payload, struct baton_image *image)
{
    uint64_t page[BATON_LONG_TABLES];
    struct pt_spares spares = {page + 1, BATON_LONG_TABLES - 1, 0};
    struct pt_space space = {pt_format_of(BATON_TABLES_LONG), image->host, 0};
    uint64_t step = PD_ENTRIES * pt_span(space.format, LEVEL_OF_PD);

    if (payload->entry.kind != BATON_ENTRY_LONG64)
        return 0;
    for (uint32_t i = 0; i < BATON_LONG_TABLES; i++) {
        int error = ledger_take(image, payload, &page[i]);

        if (error)
            return error;
        image->long_tables[i] = page[i];
    }
    space.root = page[0];
    pt_clear(image->host, space.root);
    for (uint64_t at = 0; at < FOUR_GIB; at += step) /* the tables are new: this cannot fail */
        (void)pt_map_run(&space, &spares, LEVEL_OF_PD, at, at, PTE_PRESENT | PTE_WRITE, PD_ENTRIES);
    return 0;
}
