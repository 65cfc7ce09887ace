/* struct baton_live, computed from the tables. */
#include "lib/crc32.h"
#include "pagetable/walk.h"

struct reading {
    const struct baton_host *host;
    uint32_t checksum;
};

static bool add_table(void *ctx, uint64_t table)
{
    struct reading *r = ctx;

    r->checksum =
        crc32(r->checksum, r->host->map(r->host->ctx, BATON_WINDOW_TABLE, table), BATON_PAGE_SIZE);
    return true;
}

void baton_live_read(const struct baton_host *host, uint32_t kind, uint64_t root,
                     struct baton_live *live)
{
    const struct pt_space space = {pt_format_of(kind), host, root};
    struct reading r = {host, 0};

    live->root = root;
    live->kind = kind;
    live->tables = pt_tables(&space, add_table, &r);
    live->checksum = r.checksum;
}
