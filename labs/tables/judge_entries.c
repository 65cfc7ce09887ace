/* What the entries hold, how many tables there are, and what a host without pages is told. */
#include "labs/grader/exam.h"
#include "labs/tables/judge.h"
#include "pagetable/format.h"
#include "relocate/place/ledger.h"

#define MOST_ASKED 12u /* allocations that a build may need, and more */

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
    bool kernel = walk(kernel_va).present, physical = walk((uint32_t)image.control).present;

    if (!kernel && !physical)
        exam_wrong("an entry for each address", "neither is mapped");
    if (kernel)
        look_at_entry(kernel_va);
    if (physical)
        look_at_entry((uint32_t)image.control);
}

void entries(void)
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
    unsigned least = 1 + (kernel_va >> (pae ? 21 : 22) == pa >> (pae ? 21 : 22) ? 1 : 2);

    if (pae)
        least += kernel_va >> 30 == pa >> 30 ? 1 : 2;
    wants_both();
    exam_number("table_count", least, image.table_count);
    exam_number("pages taken for them", least + fault + 1, machine.lent); /* and the ledger's own */
    struct reference_walk a = walk(kernel_va), b = walk(pa);
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

void count(void)
{
    each(LEGACY, look_at_count);
    each(PAE, look_at_count);
}

static void look_for_more(void)
{
    wants_both();
    exam_number("pages mapped", kernel_va == (uint32_t)image.control ? 1 : 2,
                reference_mappings(judge_word, image.kind == PAE, image.tables[0], NULL, NULL));
}

void alone(void)
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

void fault_tables(void)
{
    each(LEGACY, look_at_fault_tables);
    each(PAE, look_at_fault_tables);
}

void failure(void)
{
    for (uint32_t kind = LEGACY; kind <= PAE; kind++) {
        build(&nothing_shared, kind, 0);
        wants_tables();
        uint64_t needed = machine.asked;

        for (uint64_t fail = 1; fail <= needed && fail < MOST_ASKED; fail++) {
            build(&nothing_shared, kind, fail);
            exam_case("%s tables, the host's allocation number %u fails",
                      kind == PAE ? "PAE" : "legacy", (unsigned)fail);
            if (!outcome)
                exam_wrong("an error", "0");
            ledger_give_back(&image);
            exam_number("pages that are not given back", 0, machine.lent);
        }
    }
}
