/*
 * Judges the new tables: tables_build() for every way in which the two addresses can share tables,
 * read with the tests' own walker.
 */
#include "labs/grader/exam.h"
#include "pagetable/format.h"
#include "relocate/image/image.h"
#include "relocate/place/ledger.h"
#include "tests/host/judge.h"
#include "tests/host/walk_reference.h"

#define RANDOM_PAIRS 200u
#define LEGACY BATON_TABLES_LEGACY
#define PAE BATON_TABLES_PAE
#define MOST_ASKED 12u /* allocations that a build may need, and more */

static struct machine machine;
static struct baton_payload payload;
static struct baton_image image;
static uint32_t va;
static int error;

/* Kernel address and control page. A host may run anywhere; Baton's own runs above 3 GiB. */
static const struct pair {
    uint32_t va, pa;
} pairs[] = {
    {0xc0105000, 0x00a11000}, /* nothing but the root is shared */
    {0xc0105000, 0x00105000}, /* the same, with the same index in both tables */
    {0xc0105000, 0xbffff000}, /* the slots of the root side by side */
    {0xfffff000, 0x00001000}, /* both ends */
    {0xc0000000, 0x40000000}, /* index 0 everywhere */
    {0x00105000, 0x00106000}, /* every table is shared */
    {0x00105000, 0x00305000}, /* shared in legacy tables; in PAE the directory alone */
    {0x00105000, 0x00505000}, /* not shared in either; in PAE the directory is */
    {0x3ffff000, 0x40000000}, /* neighbours in different slots */
    {0x80000000, 0x801ff000}, /* both ends of one PAE table */
};

static void build(const struct pair *pair, uint32_t kind, uint64_t fail_at)
{
    machine_start(&machine, pair->va, 0x105000);
    machine_memory(&machine, 0x100000, 0x400000, BATON_MEM_USABLE);
    machine_ready(&machine);
    machine.fail_at = fail_at;
    va = pair->va;
    memset(&payload, 0, sizeof(payload));
    memset(&image, 0, sizeof(image));
    image.host = &machine.host;
    image.kind = kind;
    image.control = pair->pa;
    image.trampoline_va = va;
    exam_case("%s tables, kernel address 0x%08x, control page 0x%08x",
              kind == PAE ? "PAE" : "legacy", (unsigned)va, (unsigned)pair->pa);
    error = tables_build(&payload, &image);
    if (machine.violation[0])
        exam_wrong("pages that the image has from the host", "%s", machine.violation);
}

static struct reference_walk walk(uint32_t at)
{
    return reference_translate(judge_word, image.kind == PAE, image.tables[0], at);
}

/* Stops the check if tables_build has refused, or has made nothing. */
static void wants_tables(void)
{
    if (error)
        exam_wrong("0: the tables are built", "tables_build returned %s", baton_error_name(error));
    if (!image.tables[0])
        exam_wrong("tables[0] is the root's address", "tables[0] is 0");
}

static void wants_mapping(const char *which, uint32_t at)
{
    char text[80];
    struct reference_walk w;

    wants_tables();
    w = walk(at);
    snprintf(text, sizeof(text), "the %s address 0x%08x leads to 0x%08x", which, (unsigned)at,
             (unsigned)image.control);
    if (!w.present)
        exam_wrong(text, "it is not mapped, in the table at 0x%08llx",
                   (unsigned long long)w.table[w.tables - 1]);
    if (w.pa != image.control)
        exam_wrong(text, "it leads to 0x%08llx", (unsigned long long)w.pa);
}

static void wants_both(void)
{
    wants_mapping("kernel", va);
    wants_mapping("physical", (uint32_t)image.control);
}

static void each(uint32_t kind, void (*look)(void))
{
    struct dice dice = {dice_seed() + kind};

    for (unsigned i = 0; i < COUNT(pairs) + RANDOM_PAIRS; i++) {
        struct pair pair = pairs[i % COUNT(pairs)];

        if (i >= COUNT(pairs))
            pair = (struct pair){0xc0000000u | ((uint32_t)dice_bits(&dice) & 0x3ffff000u),
                                 (uint32_t)(dice_roll(&dice, 0xc0000) << 12)};
        build(&pair, kind, 0);
        look();
    }
}

static void kernel_address(void)
{
    wants_mapping("kernel", va);
}

static void physical_address(void)
{
    wants_mapping("physical", (uint32_t)image.control);
}

static void legacy_kernel(void)
{
    each(LEGACY, kernel_address);
}

static void legacy_physical(void)
{
    each(LEGACY, physical_address);
}

static void pae_kernel(void)
{
    each(PAE, kernel_address);
}

static void pae_physical(void)
{
    each(PAE, physical_address);
}

/* ---- entries --------------------------------------------------------------------------------- */

static void look_at_entry(uint32_t at)
{
    struct reference_walk w = walk(at);

    if (w.fault)
        exam_wrong("no reserved bit on the way", "one is set, on the way to 0x%08x", (unsigned)at);
    if (!w.writable)
        exam_wrong("writable on every level", "read-only at 0x%08x, entry 0x%08llx", (unsigned)at,
                   (unsigned long long)w.entry);
    if (w.global)
        exam_wrong("not global", "global at 0x%08x, entry 0x%08llx", (unsigned)at,
                   (unsigned long long)w.entry);
    if (w.entry & PTE_USER || w.no_execute)
        exam_wrong("the kernel's, and executable", "entry 0x%08llx at 0x%08x",
                   (unsigned long long)w.entry, (unsigned)at);
    if (w.size != BATON_PAGE_SIZE)
        exam_wrong("a page of 4 KiB", "a page of %llu KiB", (unsigned long long)w.size >> 10);
}

static void look_at_entries(void)
{
    wants_tables();
    bool kernel = walk(va).present, physical = walk((uint32_t)image.control).present;

    if (!kernel && !physical)
        exam_wrong("an entry for each address", "neither is mapped");
    if (kernel)
        look_at_entry(va);
    if (physical)
        look_at_entry((uint32_t)image.control);
}

static void entries(void)
{
    each(LEGACY, look_at_entries);
    each(PAE, look_at_entries);
}

/* ---- how many -------------------------------------------------------------------------------- */

static void look_at_count(void)
{
    uint32_t pa = (uint32_t)image.control;
    bool pae = image.kind == PAE;
    unsigned fault = image.fault_tables[0] ? 2 : 0; /* another check asks for them */
    unsigned least = 1 + (va >> (pae ? 21 : 22) == pa >> (pae ? 21 : 22) ? 1 : 2);

    if (pae)
        least += va >> 30 == pa >> 30 ? 1 : 2;
    wants_both();
    exam_number("table_count", least, image.table_count);
    exam_number("pages taken for them", least + fault + 1, machine.lent); /* and the ledger's own */
    struct reference_walk a = walk(va), b = walk(pa);
    for (unsigned i = 0; i < a.tables + b.tables; i++) {
        uint64_t table = i < a.tables ? a.table[i] : b.table[i - a.tables];
        unsigned n = 0;

        while (n < image.table_count && image.tables[n] != table)
            n++;
        if (n == image.table_count)
            exam_wrong("every table of the walk is in tables[]", "0x%08llx is not",
                       (unsigned long long)table);
    }
}

static void count(void)
{
    each(LEGACY, look_at_count);
    each(PAE, look_at_count);
}

static void look_for_more(void)
{
    wants_both();
    exam_number("pages mapped", va == (uint32_t)image.control ? 1 : 2,
                reference_mappings(judge_word, image.kind == PAE, image.tables[0], NULL, NULL));
}

static void alone(void)
{
    each(LEGACY, look_for_more);
    each(PAE, look_for_more);
}

/* ---- the fault task's tables, and a host without pages --------------------------------------- */

static void look_at_fault_tables(void)
{
    uint32_t pa = (uint32_t)image.control;

    wants_tables();
    if (image.kind == LEGACY) {
        exam_address("fault_tables[0] beside legacy tables", 0, image.fault_tables[0]);
        return;
    }
    if (!image.fault_tables[0] || !image.fault_tables[1])
        exam_wrong("two pages in fault_tables[]", "0x%08llx and 0x%08llx",
                   (unsigned long long)image.fault_tables[0],
                   (unsigned long long)image.fault_tables[1]);
    struct reference_walk w = reference_translate(judge_word, false, image.fault_tables[0], pa);
    if (!w.present || w.pa != pa)
        exam_wrong("the fault task's legacy tables map the control page at its own address",
                   "its address 0x%08x is not mapped to itself", (unsigned)pa);
}

static void fault_tables(void)
{
    each(LEGACY, look_at_fault_tables);
    each(PAE, look_at_fault_tables);
}

static void failure(void)
{
    for (uint32_t kind = LEGACY; kind <= PAE; kind++) {
        build(&pairs[0], kind, 0);
        wants_tables();
        uint64_t needed = machine.asked;

        for (uint64_t fail = 1; fail <= needed && fail < MOST_ASKED; fail++) {
            build(&pairs[0], kind, fail);
            exam_case("%s tables, the host's allocation number %u fails",
                      kind == PAE ? "PAE" : "legacy", (unsigned)fail);
            if (!error)
                exam_wrong("an error", "0");
            ledger_give_back(&image);
            exam_number("pages that are not given back", 0, machine.lent);
        }
    }
}

int main(void)
{
    static const struct exam_check checks[] = {
        {"legacy-kernel", legacy_kernel},
        {"legacy-physical", legacy_physical},
        {"pae-kernel", pae_kernel},
        {"pae-physical", pae_physical},
        {"entries", entries},
        {"count", count},
        {"alone", alone},
        {"fault-tables", fault_tables},
        {"failure", failure},
    };

    return exam(checks, COUNT(checks));
}
