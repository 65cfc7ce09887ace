/* Maps the framebuffer in the boot tables. They are legacy tables; a large page has 4 MiB there. */
#include "kernel/memory/screenmap.h"

#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "pagetable/format.h"

#define LARGE 0x400000u
#define LARGE_BITS (PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY | PTE_LARGE)

extern uint32_t boot_pd_high[]; /* boot/entry.S, linker.ld */

static struct screenmap map;

/*
 * The entries do not ask for a type of memory: so the firmware's MTRRs decide, and many firmwares
 * make the framebuffer write-combining, which is much faster than uncached. [SDM3 table 12-7]
 */
void *screenmap_start(const struct baton_screen *screen, const char **why)
{
    uint64_t first = screen->pa & ~(uint64_t)(LARGE - 1);
    uint64_t end = screen->pa + (uint64_t)screen->pitch * screen->height;

    end = (end + LARGE - 1) & ~(uint64_t)(LARGE - 1);
    if (!cpu.pse) {
        *why = "this CPU has no pages of 4 MiB, with which to map it";
        return NULL;
    }
    if (end - first > WINDOW_BASE - SCREEN_BASE) {
        *why = "it is larger than 244 MiB";
        return NULL;
    }
    map = (struct screenmap){SCREEN_BASE, first, end};
    cpu_set_cr4(cpu_cr4() | CR4_PSE);
    for (uint64_t pa = first; pa < end; pa += LARGE)
        boot_pd_high[(SCREEN_BASE + (uint32_t)(pa - first)) / LARGE] = (uint32_t)pa | LARGE_BITS;
    return (void *)(SCREEN_BASE + (uint32_t)(screen->pa - first));
}

const struct screenmap *screenmap(void)
{
    return &map;
}
