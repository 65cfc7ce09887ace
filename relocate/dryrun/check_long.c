/*
 * The dry run's tables of an entry in long mode: what each of their words must be is written here
 * from the manual, and compared with what the walker has built (H5, H8). [SDM3 4.5, figure 4-11]
 */
#include "relocate/dryrun/check.h"

#define ENTRIES 512u
#define TO_TABLE 0x23u    /* present, writable, accessed */
#define TO_LARGE 0xe3u    /* and dirty, a page of 2 MiB; no CPU has anything to write there */
#define LARGE 0x200000ull /* bytes */

/* What entry number i of the n-th table must be: a PML4, a PDPT, four page directories. */
static uint64_t wanted(const uint64_t *tables, uint32_t n, uint32_t i)
{
    switch (n) {
    case 0:
        return i == 0 ? tables[1] | TO_TABLE : 0;
    case 1:
        return i < 4 ? tables[2 + i] | TO_TABLE : 0;
    default:
        return ((n - 2) * ENTRIES + i) * LARGE | TO_LARGE;
    }
}

static int check_table(struct check *c, uint32_t n)
{
    const struct baton_image *image = c->image;
    const struct baton_host *host = image->host;
    const uint64_t *tables = image->long_tables;
    const uint64_t *entry;

    if (!check_owned(c, tables[n]))
        return check_failed(c, "H2: a table of the entry is no control page", tables[n]);
    entry = host->map(host->ctx, BATON_WINDOW_TABLE, tables[n]);
    for (uint32_t i = 0; i < ENTRIES; i++)
        if (entry[i] != wanted(tables, n, i))
            return check_failed(c, "H5: the entry's tables do not map each address to itself",
                                tables[n]);
    return 0;
}

int check_long(struct check *c)
{
    bool wants = c->payload->entry.kind == BATON_ENTRY_LONG64;
    int error = 0;

    for (uint32_t n = 0; n < BATON_LONG_TABLES && !error; n++)
        if (wants)
            error = check_table(c, n);
        else if (c->image->long_tables[n])
            error = check_failed(c, "H5: the entry has tables that nobody needs",
                                 c->image->long_tables[n]);
    return error;
}
