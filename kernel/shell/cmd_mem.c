/* mem: all memory and its owners, as a table and as a bar drawn to scale. */
#include "boot/memmap.h"
#include "kernel/console/print.h"
#include "kernel/load/host.h"
#include "kernel/load/stage.h"
#include "kernel/shell/commands.h"
#include "kernel/shell/owners.h"
#include "kernel/terminal/pager.h"

#define BAR 64 /* characters */
#define FOUR_GIB (1ull << 32)

/* One character for each owner; for a module, the last digit of its number. */
static const char letters[OWNERS] = {
    [OWNER_FREE] = '.',   [OWNER_BATON] = 'B',    [OWNER_TABLES] = 'T',
    [OWNER_MODULE] = '1', [OWNER_IMAGE] = 'i',    [OWNER_REGION] = 'C',
    [OWNER_UEFI] = 'U',   [OWNER_RESERVED] = '#', [OWNER_HOLE] = ' ',
};

static void report_range(const struct owned *o)
{
    static const char *const names[OWNERS] = {
        [OWNER_FREE] = "free",
        [OWNER_BATON] = "Baton's own image",
        [OWNER_TABLES] = "live page tables",
        [OWNER_IMAGE] = "the loaded image",
        [OWNER_REGION] = "kept for a capture kernel",
        [OWNER_UEFI] = "kept: tables of UEFI",
    };

    uint64_t size = o->end - o->start;

    if (o->owner == OWNER_MODULE)
        report("mem", "%a to %A %Z  module %u", o->start, o->end, size, o->number);
    else if (o->owner == OWNER_IMAGE && o->number == OWNED_LEDGER)
        report("mem", "%a to %A %Z  the loaded image's ledger", o->start, o->end, size);
    else
        report("mem", "%a to %A %Z  %s", o->start, o->end, size,
               o->owner == OWNER_RESERVED ? memmap_type_name(o->number) : names[o->owner]);
}

static bool visit_table(void *ctx, const struct owned *owned)
{
    uint64_t *sums = ctx;

    sums[owned->owner] += owned->end - owned->start;
    report_range(owned);
    return !pager_stopped();
}

struct bar {
    unsigned shift;              /* a character is 1 << shift bytes */
    uint64_t share[BAR][OWNERS]; /* bytes of each owner in the cell */
    uint32_t module[BAR];        /* the module with the most bytes in the cell, */
    uint64_t largest[BAR];       /* and how many that is */
};

static bool visit_bar(void *ctx, const struct owned *o)
{
    struct bar *bar = ctx;

    for (uint64_t at = o->start; at < o->end && at >> bar->shift < BAR;) {
        uint64_t cell = at >> bar->shift, next = (cell + 1) << bar->shift;

        if (next > o->end)
            next = o->end;
        bar->share[cell][o->owner] += next - at;
        if (o->owner == OWNER_MODULE && next - at > bar->largest[cell]) {
            bar->module[cell] = o->number;
            bar->largest[cell] = next - at;
        }
        at = next;
    }
    return true;
}

/* The owner with the most bytes in the cell, each module by itself. Free memory counts only if the
 * whole cell is free. */
static char letter_of(const struct bar *bar, uint32_t cell)
{
    enum owner most = OWNER_HOLE;
    uint64_t size = 0;

    for (int o = 0; o < OWNERS; o++) {
        uint64_t share = o == OWNER_MODULE ? bar->largest[cell] : bar->share[cell][o];

        if (o != OWNER_FREE && share > size) {
            most = (enum owner)o;
            size = share;
        }
    }
    if (!size && bar->share[cell][OWNER_FREE])
        return letters[OWNER_FREE];
    return most == OWNER_MODULE ? (char)('0' + bar->module[cell] % 10) : letters[most];
}

/* The end of RAM below 4 GiB. A bar that went further would show mostly holes. */
static uint64_t top_of_ram(void)
{
    const struct baton_host *host = host_get();
    uint64_t top = 0;

    for (uint32_t i = 0; i < host->memory_count; i++)
        if (host->memory[i].type == BATON_MEM_USABLE && host->memory[i].start < FOUR_GIB)
            top = host->memory[i].end < FOUR_GIB ? host->memory[i].end : FOUR_GIB;
    return top;
}

static void report_bar(void)
{
    static struct bar bar;
    char line[BAR + 1];
    uint64_t top = top_of_ram();

    __builtin_memset(&bar, 0, sizeof(bar));
    bar.shift = BATON_PAGE_SHIFT;
    while ((uint64_t)BAR << bar.shift < top)
        bar.shift++;
    owners_each(visit_bar, &bar);
    for (uint32_t i = 0; i < BAR; i++)
        line[i] = letter_of(&bar, i);
    line[BAR] = '\0';
    report("bar", "|%s|", line);
    report("", "%a to %a, each character %z", 0ull, (uint64_t)BAR << bar.shift, 1ull << bar.shift);
    report("", ". free, B Baton, T tables, 1 2.. modules, i image, C capture kernel,");
    report("", "U tables of UEFI, # reserved");
}

void command_mem(const struct words *words)
{
    uint64_t sums[OWNERS] = {0};

    if (!command_takes(words, 0))
        return;
    if (!owners_each(visit_table, sums))
        return;
    report_bar();
    report("sum", "%z free, %z Baton, %z modules, %z image", sums[OWNER_FREE],
           sums[OWNER_BATON] + sums[OWNER_TABLES], sums[OWNER_MODULE], sums[OWNER_IMAGE]);
}
