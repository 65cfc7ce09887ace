/* Page tables for the way out of a dead kernel, made at the load. */
#include "kernel/crash/crashtables.h"

#include "kernel/crash/region.h"
#include "kernel/machine/layout.h"
#include "kernel/memory/live.h"
#include "kernel/memory/permissions.h"
#include "pagetable/walk.h"

/* PAE: the root, a directory, and two tables each for the image and for the region's end. */
#define TABLES 6

static uint64_t table[TABLES];
static unsigned tables;

extern char kernel_end[]; /* linker.ld */

/* [start, end), with the permissions of the live tables. */
static bool map_range(const struct pt_space *space, struct pt_spares *spares, uint64_t start,
                      uint64_t end)
{
    unsigned level = space->format->levels - 1u;

    for (uint64_t pa = start; pa < end; pa += BATON_PAGE_SIZE) {
        uint64_t bits = permissions_at(pa) & ~(uint64_t)PTE_GLOBAL;

        if (bits && pt_map(space, spares, level, KERNEL_BASE + (uint32_t)pa, pa, bits) != PT_OK)
            return false;
    }
    return true;
}

bool crashtables_make(const struct baton_host *host, uint32_t *root)
{
    struct pt_space space = {pt_format_of(live.summary.kind), host, 0};
    struct pt_spares spares = {table, 0, 1};

    while (tables < TABLES && host->alloc_page(host->ctx, UINT32_MAX, &table[tables]) == 0)
        tables++;
    if (tables < TABLES) {
        crashtables_free(host);
        return false;
    }
    spares.count = tables;
    space.root = table[0];
    pt_clear(host, space.root);
    *root = (uint32_t)space.root;
    return map_range(&space, &spares, 0, (uint32_t)kernel_end - KERNEL_BASE) &&
           map_range(&space, &spares, region.tail, region.range.end);
}

void crashtables_free(const struct baton_host *host)
{
    while (tables)
        host->free_page(host->ctx, table[--tables]);
}
