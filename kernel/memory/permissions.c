/* The permissions of a page of the direct map depend on its contents. */
#include "kernel/memory/permissions.h"

#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/memory/live.h"
#include "pagetable/format.h"

/* From the linker script. */
extern char text_start[], text_end[], rodata_start[], rodata_end[];

/* In boot/entry.S. */
extern void paging_switch(void);
extern char boot_stack[];

static uint32_t physical(const char *symbol)
{
    return (uint32_t)symbol - KERNEL_BASE;
}

/* paging_switch is linked at its physical address. */
static uint32_t passage(void)
{
    return (uint32_t)baton_page_down((uint32_t)paging_switch);
}

/* Readable and writable; not executable, if the CPU has NX; global, if it has PGE, so that the
 * hand-off is tested with global entries. */
uint64_t permissions_data(void)
{
    return PTE_PRESENT | PTE_WRITE | (cpu.pge ? PTE_GLOBAL : 0) |
           (live.summary.kind == BATON_TABLES_PAE && cpu.nx ? PTE_NX : 0);
}

uint64_t permissions_at(uint64_t pa)
{
    uint64_t nx = permissions_data() & PTE_NX;
    uint64_t bits = permissions_data() & ~(PTE_NX | PTE_WRITE);

    if (pa == physical(boot_stack))
        return 0; /* the guard page under the stack */
    if ((pa >= physical(text_start) && pa < physical(text_end)) || pa == passage())
        return bits; /* read and execute */
    if (pa >= physical(rodata_start) && pa < physical(rodata_end))
        return bits | nx; /* read */
    if (pa == physical(baton_trampoline_page))
        return bits | PTE_WRITE; /* its stack and its TSS are on it */
    return permissions_data();
}

uint64_t permissions_end(uint64_t pa, uint64_t end)
{
    const uint32_t edge[] = {
        physical(boot_stack),
        physical(boot_stack) + BATON_PAGE_SIZE,
        physical(text_start),
        physical(text_end),
        physical(rodata_start),
        physical(rodata_end),
        physical(baton_trampoline_page),
        physical(baton_trampoline_page) + BATON_PAGE_SIZE,
        passage(),
        passage() + BATON_PAGE_SIZE,
    };

    for (unsigned i = 0; i < sizeof(edge) / sizeof(*edge); i++)
        if (edge[i] > pa && edge[i] < end)
            end = edge[i];
    return end;
}
