/* Splits the memory map by the owners of its parts. */
#include "kernel/shell/owners.h"

#include "kernel/crash/region.h"
#include "kernel/load/host.h"
#include "kernel/load/stage.h"
#include "kernel/machine/layout.h"
#include "kernel/memory/live.h"

#define RANGES 1024

static struct owned ranges[RANGES];
static uint32_t count;

extern char kernel_end[];

/* Adds a range to the sorted ranges[]. Pages are added one by one, so a range often grows at one
 * of its ends. */
static void add(uint64_t start, uint64_t end, enum owner owner, uint32_t number)
{
    uint32_t at = count;

    start = baton_page_down(start);
    end = baton_page_up(end);
    for (uint32_t i = 0; i < count; i++)
        if (ranges[i].owner == owner && ranges[i].number == number &&
            (ranges[i].start == end || ranges[i].end == start)) {
            ranges[i].start = start < ranges[i].start ? start : ranges[i].start;
            ranges[i].end = end > ranges[i].end ? end : ranges[i].end;
            return;
        }
    if (count == RANGES || start >= end)
        return;
    for (; at && ranges[at - 1].start > start; at--)
        ranges[at] = ranges[at - 1];
    ranges[at] = (struct owned){start, end, owner, number};
    count++;
}

static bool add_page(void *ctx, uint64_t pa, bool ledger)
{
    (void)ctx;
    add(pa, pa + BATON_PAGE_SIZE, OWNER_IMAGE, ledger ? OWNED_LEDGER : 0);
    return true;
}

static void collect(void)
{
    const struct boot_info *boot = stage_boot();

    count = 0;
    add(KERNEL_LOAD, (uint32_t)kernel_end - KERNEL_BASE, OWNER_BATON, 0);
    add(region.range.start, region.range.end, OWNER_REGION, 0);
    for (uint32_t i = 0; i < live.ranges; i++)
        add(live.range[i].start, live.range[i].end, OWNER_TABLES, 0);
    for (uint32_t i = 0; i < boot->efi_kept_count; i++)
        add(boot->efi_kept[i].start, boot->efi_kept[i].end, OWNER_UEFI, 0);
    for (uint32_t i = 0; i < boot->modules; i++)
        add(boot->module[i].file.pa, boot->module[i].file.pa + boot->module[i].file.size,
            OWNER_MODULE, i + 1);
    if (stage_loaded())
        baton_image_pages(&stage_loaded()->image, add_page, NULL);
}

/* Visits the parts of one usable range of the map. */
static bool cut(const struct baton_memory *m, bool (*visit)(void *, const struct owned *),
                void *ctx)
{
    uint64_t at = m->start;

    for (uint32_t i = 0; i < count && at < m->end; i++) {
        struct owned part = ranges[i];

        if (part.end <= at || part.start >= m->end)
            continue;
        part.start = part.start < at ? at : part.start;
        part.end = part.end > m->end ? m->end : part.end;
        if (part.start > at && !visit(ctx, &(struct owned){at, part.start, OWNER_FREE, 0}))
            return false;
        if (!visit(ctx, &part))
            return false;
        at = part.end;
    }
    return at >= m->end || visit(ctx, &(struct owned){at, m->end, OWNER_FREE, 0});
}

bool owners_each(bool (*visit)(void *ctx, const struct owned *owned), void *ctx)
{
    const struct baton_host *host = host_get();

    collect();
    for (uint32_t i = 0; i < host->memory_count; i++) {
        const struct baton_memory *m = &host->memory[i];

        if (m->type == BATON_MEM_USABLE
                ? !cut(m, visit, ctx)
                : !visit(ctx, &(struct owned){m->start, m->end, OWNER_RESERVED, m->type}))
            return false;
    }
    return true;
}

struct find {
    uint64_t pa;
    struct owned found;
};

static bool look(void *ctx, const struct owned *owned)
{
    struct find *find = ctx;

    if (find->pa < owned->start || find->pa >= owned->end)
        return true;
    find->found = *owned;
    return false;
}

struct owned owner_at(uint64_t pa)
{
    struct find find = {pa, {pa, pa + 1, OWNER_HOLE, 0}};

    owners_each(look, &find);
    return find.found;
}

bool owners_is_ram(uint64_t start, uint64_t end)
{
    return baton_is_ram(host_get(), start, end);
}
