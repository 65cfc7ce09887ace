/*
 * The old kernel's live page tables, legacy or PAE. The same walker builds them and the hand-off's
 * tables. Accessed and dirty are set in every new entry, so the CPU never writes to the tables and
 * their checksum does not change (H1).
 */
#include "kernel/memory/live.h"

#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/panic.h"
#include "kernel/machine/tss.h"
#include "kernel/machine/window.h"
#include "kernel/memory/pages.h"
#include "kernel/memory/permissions.h"
#include "kernel/memory/screenmap.h"
#include "pagetable/walk.h"

struct live live;

static struct pt_space space;
static uint64_t direct_end;
static uint64_t windows_table; /* pa */

#define FOUR_GIB (1ull << 32)

/* In boot/entry.S. */
extern void paging_switch(void);

static void *map_table(void *ctx, enum baton_window window, uint64_t pa)
{
    (void)ctx;
    return window_map(window, pa);
}

static const struct baton_host tables_host = {.map = map_table};

/* Allocates a page for a table from the top of memory, where no payload is linked. */
static bool take_page(uint64_t *page)
{
    return !pages_alloc(FOUR_GIB, page);
}

/* Maps `count` pages, whose entries lie in one table. false: no free page is left for a table. */
static bool map_run(unsigned level, uint32_t va, uint64_t pa, uint64_t bits, uint32_t count)
{
    for (;;) {
        uint64_t page;
        struct pt_spares spares = {&page, 0, 0};
        enum pt_result result = pt_map_run(&space, &spares, level, va, pa, bits, count);

        if (result == PT_OK)
            return true;
        if (result != PT_NO_SPARE)
            panic("the live tables map %a already", (uint64_t)va);
        if (!take_page(&page))
            return false;
        spares.count = 1;
        if (pt_map_run(&space, &spares, level, va, pa, bits, count) == PT_OK)
            return true;
    }
}

static bool map(unsigned level, uint32_t va, uint64_t pa, uint64_t bits)
{
    return map_run(level, va, pa, bits, 1);
}

/*
 * Large pages from KERNEL_END_MAX on, where all pages have the same permissions: their entries lie in
 * one table, for the direct map ends below 4 GiB, and it is less than 1 GiB. Small ones elsewhere.
 */
static bool map_direct(void)
{
    unsigned small = space.format->levels - 1u, large = small - 1;
    uint64_t span = pt_span(space.format, large); /* of a large page, and of a table of small ones */
    uint64_t from = KERNEL_END_MAX;
    uint64_t count = from < direct_end ? (direct_end - from) >> space.format->level[large].shift : 0;

    if (space.format != &pt_pae && !cpu.pse)
        count = 0;
    if (count &&
        !map_run(large, KERNEL_BASE + (uint32_t)from, from, permissions_at(from), (uint32_t)count))
        return false;
    for (uint64_t pa = 0, end; pa < direct_end; pa = end) {
        uint64_t bits = permissions_at(pa);

        if (pa == from && count) {
            end = from + count * span;
            continue;
        }
        end = (pa & ~(span - 1)) + span;
        end = permissions_end(pa, end < direct_end ? end : direct_end);
        if (bits && !map_run(small, KERNEL_BASE + (uint32_t)pa, pa, bits,
                             (uint32_t)(end - pa) >> BATON_PAGE_SHIFT))
            return false;
    }
    return true;
}

/* With PAE, a large page has 2 MiB. Only a CPU that has large pages has a framebuffer to map. */
static bool map_screen(void)
{
    const struct screenmap *screen = screenmap();
    unsigned large = space.format->levels - 2u;
    uint32_t va = screen->va;

    for (uint64_t pa = screen->pa; pa < screen->end; pa += pt_span(space.format, large)) {
        if (!map(large, va, pa, permissions_data()))
            return false;
        va += (uint32_t)pt_span(space.format, large);
    }
    return true;
}

/*
 * Maps the table that holds the windows' entries. One more entry maps the table itself: so a window
 * can be set without opening another one, wherever the table's page is.
 */
static bool map_windows(void)
{
    unsigned last = space.format->levels - 1u;
    struct pt_walk walk;

    if (!map(last, WINDOW_BASE, 0, PTE_PRESENT)) /* allocates the table */
        return false;
    pt_translate(&space, WINDOW_BASE, &walk);
    windows_table = walk.step[walk.steps - 1].table;
    pt_clear(space.host, windows_table);
    return map(last, WINDOW_TABLE, windows_table, permissions_data() & ~(uint64_t)PTE_GLOBAL);
}

/* Switches from the boot tables to the live tables. With paging on, the CPU cannot switch from
 * legacy to PAE tables. So for PAE paging is off in between, and an extra root maps the first
 * GiB at its own address. */
static void switch_to_live(void)
{
    static uint64_t passage[4] __attribute__((aligned(32)));
    uint32_t cr4 = (cpu.pse ? CR4_PSE : 0) |
                   (cpu.pae && live.summary.kind == BATON_TABLES_PAE ? CR4_PAE : 0) |
                   (cpu.mce ? CR4_MCE : 0);

    if (live.summary.kind == BATON_TABLES_PAE) {
        const uint64_t *root = window_map(BATON_WINDOW_TABLE, space.root);
        uint32_t eax = (uint32_t)space.root, ecx = cr4, edx = (uint32_t)passage - KERNEL_BASE;

        passage[0] = passage[3] = root[3];
        __asm__ volatile("call *%%esi"
                         : "+a"(eax), "+c"(ecx), "+d"(edx)
                         : "b"(cpu.nx ? EFER_NXE : 0), "S"(paging_switch)
                         : "edi", "memory", "cc");
    } else {
        if (cpu.cr4)
            cpu_set_cr4(cr4);
        tss_root((uint32_t)space.root);
        cpu_set_cr3((uint32_t)space.root);
    }
    if (cpu.pge)
        cpu_set_cr4(cr4 | CR4_PGE);
}

static bool add_table(void *ctx, uint64_t table)
{
    struct baton_range *last = live.ranges ? &live.range[live.ranges - 1] : NULL;

    (void)ctx;
    live.summary.tables++;
    if (last && last->start == table + BATON_PAGE_SIZE) {
        last->start = table;
        return true;
    }
    if (last && last->end == table) {
        last->end = table + BATON_PAGE_SIZE;
        return true;
    }
    if (live.ranges == LIVE_RANGES)
        panic("the live tables are scattered over more than %u ranges", LIVE_RANGES);
    live.range[live.ranges++] = (struct baton_range){table, table + BATON_PAGE_SIZE};
    return true;
}

/* Notes what the tables are now. */
static void take_stock(void)
{
    live.ranges = live.summary.tables = 0;
    pt_tables(&space, add_table, NULL);
    live.summary.checksum = live_checksum();
}

uint64_t live_direct_limit(const struct baton_memory *memory, uint32_t count)
{
    uint64_t limit = KERNEL_END_MAX; /* at least the image and the VGA screen */

    for (uint32_t i = 0; i < count; i++)
        if (memory[i].type == BATON_MEM_USABLE && memory[i].end > limit)
            limit = memory[i].end < DIRECT_MAX ? baton_page_down(memory[i].end) : DIRECT_MAX;
    return limit;
}

bool live_start(enum baton_table_kind kind, const struct baton_memory *memory, uint32_t count)
{
    space = (struct pt_space){pt_format_of(kind), &tables_host, 0};
    live.summary.kind = kind;
    direct_end = live_direct_limit(memory, count);
    if (!take_page(&space.root))
        return false;
    pt_clear(space.host, space.root);
    if (!map_direct() || !map_screen() || !map_windows())
        return false;

    live.summary.root = space.root;
    switch_to_live();
    window_start((void *)WINDOW_TABLE, space.format->entry_size,
                 (permissions_data() & ~(uint64_t)PTE_GLOBAL) | PTE_ACCESSED | PTE_DIRTY, direct_end);
    take_stock();
    return true;
}

/* Nothing else is mapped below 3 GiB, so its place is free. */
static void map_user(struct pt_spares *spares, uint32_t va, uint64_t pa, uint64_t bits)
{
    if (pt_map(&space, spares, space.format->levels - 1u, va, pa, bits | PTE_USER) != PT_OK)
        panic("the live tables map %a already", (uint64_t)va);
}

bool live_map_user(uint32_t va, uint64_t code, uint64_t stack)
{
    uint64_t page[2 * (PT_LEVELS_MAX - 1)]; /* each of the two may need all tables but the root */
    unsigned most = 2 * (space.format->levels - 1u);
    struct pt_spares spares = {page, 0, 0};
    bool enough;

    while (spares.count < most && take_page(&page[spares.count]))
        spares.count++;
    enough = spares.count == most;
    if (enough) {
        map_user(&spares, va, code, PTE_PRESENT);
        map_user(&spares, va - BATON_PAGE_SIZE, stack, permissions_data() & ~(uint64_t)PTE_GLOBAL);
    }
    for (unsigned i = spares.used; i < spares.count; i++)
        pages_free(page[i]);
    if (!enough)
        return false;
    cpu_set_cr3((uint32_t)space.root); /* with PAE, the CPU reads the root's entries only now */
    /* QEMU sets the accessed bit of such an entry, which a CPU has not there: before the checksum. */
    (void)*(const volatile uint8_t *)va;
    take_stock();
    return true;
}

/* The checksum is that without open windows. */
static void *map_closed(void *ctx, enum baton_window window, uint64_t pa)
{
    if (pa != windows_table)
        return map_table(ctx, window, pa);
    windows_close();
    return (void *)WINDOW_TABLE;
}

uint32_t live_checksum(void)
{
    static const struct baton_host closed_host = {.map = map_closed};
    struct baton_live now;

    baton_live_read(&closed_host, live.summary.kind, space.root, &now);
    windows_close();
    return now.checksum;
}

uint64_t live_direct_end(void)
{
    return direct_end;
}

void live_tables(bool (*visit)(void *ctx, uint64_t table), void *ctx)
{
    pt_tables(&space, visit, ctx);
}

#ifdef BATON_SPOIL
/* The root's entry is replaced, with all that it mapped: kexec had one static page for each level. */
void live_spoil(uint64_t pa)
{
    uint32_t size = space.format->entry_size;

    __builtin_memset((uint8_t *)window_map(BATON_WINDOW_TABLE, space.root) +
                         pt_index(space.format, 0, pa) * size,
                     0, size);
    map(space.format->levels - 1u, (uint32_t)pa, pa, PTE_PRESENT | PTE_WRITE);
}
#endif
