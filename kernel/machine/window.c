/* The windows: a few entries in one page of the live tables. */
#include "kernel/machine/window.h"

#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"

static volatile uint32_t *window_table;
static unsigned words_per_entry;
static uint64_t entry_bits;
static uint64_t direct_limit;
static uint64_t shown[BATON_WINDOWS]; /* pa of the page in each window, 0: closed */

void window_start(void *table, unsigned entry_size, uint64_t bits, uint64_t direct_end)
{
    window_table = table;
    words_per_entry = entry_size / 4;
    entry_bits = bits;
    direct_limit = direct_end;
    for (unsigned i = 0; i < BATON_WINDOWS; i++)
        shown[i] = 0;
}

static void set_entry(unsigned window, uint64_t entry)
{
    volatile uint32_t *at = window_table + window * words_per_entry;

    if (words_per_entry == 2)
        at[1] = (uint32_t)(entry >> 32);
    at[0] = (uint32_t)entry;
    cpu_invalidate(WINDOW_BASE + window * BATON_PAGE_SIZE);
}

void *window_map(enum baton_window window, uint64_t pa)
{
    uint64_t page = baton_page_down(pa);

    if (pa < direct_limit)
        return (void *)(KERNEL_BASE + (uint32_t)pa);
    if (shown[window] != page) {
        set_entry(window, page | entry_bits);
        shown[window] = page;
    }
    return (void *)(WINDOW_BASE + window * BATON_PAGE_SIZE + (uint32_t)(pa & BATON_PAGE_MASK));
}

void window_read(uint64_t pa, void *to, uint32_t n)
{
    for (uint8_t *out = to; n;) {
        uint32_t room = BATON_PAGE_SIZE - (uint32_t)(pa & BATON_PAGE_MASK);
        uint32_t part = n < room ? n : room;

        __builtin_memcpy(out, window_map(BATON_WINDOW_SOURCE, pa), part);
        out += part;
        pa += part;
        n -= part;
    }
}

void windows_close(void)
{
    for (unsigned i = 0; i < BATON_WINDOWS; i++)
        if (shown[i]) {
            set_entry(i, 0);
            shown[i] = 0;
        }
}
