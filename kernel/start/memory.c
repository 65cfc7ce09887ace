/* From the loader's memory map to the live tables. */
#include "boot/memmap.h"
#include "kernel/console/print.h"
#include "kernel/end/stop.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/memory/live.h"
#include "kernel/memory/pages.h"
#include "kernel/start/start.h"
#include "pagetable/format.h"

extern char kernel_end[]; /* linker.ld */

static void report_repairs(const struct boot_info *boot, const struct memmap_mended *mended)
{
    if (!boot->has_map)
        report("memory", "the loader gave no memory map; using mem_lower and mem_upper");
    if (boot->wrapping)
        report("memory",
               "map: %u entr%s ignored, wrapping around 2^64 (the first from %a, "
               "%x bytes)",
               boot->wrapping, boot->wrapping == 1 ? "y" : "ies", boot->first_wrapping.start,
               boot->first_wrapping.end - boot->first_wrapping.start);
    if (mended->empty)
        report("memory", "map: %u empty entr%s ignored", mended->empty,
               mended->empty == 1 ? "y" : "ies");
    if (mended->unsorted)
        report("memory", "map: not sorted; now it is");
    if (mended->overlaps)
        report("memory", "map: %u overlap%s, the stricter type wins (the first from %a to %a, %s)",
               mended->overlaps, plural(mended->overlaps), mended->first_overlap.start,
               mended->first_overlap.end, memmap_type_name(mended->first_overlap.type));
}

void start_memory(const struct boot_info *boot, bool verbose, struct ram *ram)
{
    struct memmap_mended mended;
    uint64_t top = 0;
    uint32_t ranges = 0;

    ram->count = memmap_normalise(boot->given, boot->given_count, ram->range,
                                  sizeof(ram->range) / sizeof(*ram->range), &mended);
    report_repairs(boot, &mended);
    for (uint32_t i = 0; i < ram->count; i++)
        if (ram->range[i].type == BATON_MEM_USABLE) {
            ram->usable += ram->range[i].end - ram->range[i].start;
            top = ram->range[i].end;
            ranges++;
        }
    report("memory", "%z usable in %u range%s, up to %a", ram->usable, ranges, plural(ranges), top);
    if (verbose)
        for (uint32_t i = 0; i < ram->count; i++)
            report("  map", "%a %a %s", ram->range[i].start, ram->range[i].end,
                   memmap_type_name(ram->range[i].type));
    if (top <= KERNEL_LOAD)
        start_refuse("no usable memory above 1 MiB in the loader's map, but Baton itself is there");
}

void start_modules(const struct boot_info *boot, const struct ram *ram)
{
    const struct baton_host host = {.memory = ram->range, .memory_count = ram->count};
    uint64_t image_end = (uint32_t)kernel_end - KERNEL_BASE;

    for (uint32_t i = 0; i < boot->modules; i++) {
        uint64_t start = boot->module[i].file.pa, end = start + boot->module[i].file.size;
        const char *where = baton_overlap(start, end, KERNEL_LOAD, image_end)
                                ? "within Baton itself"
                            : baton_is_ram(&host, start, end) ? NULL
                                                              : "outside usable RAM";

        if (where) {
            report("refused",
                   "module %u, from %a to %a, is %s; the boot loader's list of modules "
                   "is wrong",
                   i + 1, start, end, where);
            stop(EXIT_REFUSED);
        }
    }
}

void start_efi(struct boot_info *boot, const struct ram *ram)
{
    const struct baton_host host = {.memory = ram->range, .memory_count = ram->count};
    struct baton_file *map = &boot->efi.map;

    if (map->size && !baton_is_ram(&host, map->pa, map->pa + map->size)) {
        report("loader", "the EFI memory map, at %a, is not used: it lies outside usable RAM",
               map->pa);
        map->size = 0;
    }
}

void start_pages(const struct boot_info *boot, const struct ram *ram)
{
    pages_start(ram->range, ram->count);
    pages_reserve(KERNEL_LOAD, (uint32_t)kernel_end - KERNEL_BASE);
    for (uint32_t i = 0; i < boot->modules; i++)
        pages_reserve(boot->module[i].file.pa, boot->module[i].file.pa + boot->module[i].file.size);
    pages_reserve(boot->efi.map.pa, boot->efi.map.pa + boot->efi.map.size);
    for (uint32_t i = 0; i < boot->efi_kept_count; i++)
        pages_reserve(boot->efi_kept[i].start, boot->efi_kept[i].end);
}

static bool report_table(void *ctx, uint64_t table)
{
    (void)ctx;
    report("  table", "%a", table);
    return true;
}

void start_tables(const struct options *options, const struct ram *ram)
{
    bool pae = options->paging == PAGING_PAE || (options->paging == PAGING_AUTO && cpu.pae);

    if (pae && !cpu.pae)
        start_refuse("paging=pae: this CPU has no PAE; take paging=auto or paging=legacy");
    enum baton_table_kind kind = pae ? BATON_TABLES_PAE : BATON_TABLES_LEGACY;
    if (!live_start(kind, ram->range, ram->count))
        start_refuse(
            "too little memory: no page is left for Baton's own page tables; give the machine "
            "more, or smaller modules");
    report("tables", "live: %s, root %a, %u page%s, checksum %x", pt_format_of(kind)->name,
           live.summary.root, live.summary.tables, plural(live.summary.tables),
           (uint64_t)live.summary.checksum);
    if (options->verbose)
        live_tables(report_table, NULL);
}
