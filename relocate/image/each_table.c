/* All pages of an image's new page tables, for a host that has to name them to a hypervisor. */
#include "baton.h"

struct tables {
    const uint64_t *page;
    uint32_t count; /* at most; a page 0 ends them before */
    enum baton_table_use use;
};

bool baton_image_tables(const struct baton_image *image,
                        bool (*visit)(void *ctx, uint64_t pa, enum baton_table_use use), void *ctx)
{
    const struct tables all[] = {
        {image->tables, image->table_count, BATON_TABLE_TRAMPOLINE},
        {image->fault_tables, 2, BATON_TABLE_FAULT},
        {image->long_tables, BATON_LONG_TABLES, BATON_TABLE_ENTRY},
    };

    for (unsigned n = 0; n < sizeof(all) / sizeof(*all); n++)
        for (uint32_t i = 0; i < all[n].count && all[n].page[i]; i++)
            if (!visit(ctx, all[n].page[i], all[n].use))
                return false;
    return true;
}
