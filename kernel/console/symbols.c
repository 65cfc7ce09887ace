/* Finds the nearest symbol: a binary search in the table that kernel/console/mksymbols makes
 * from the first link. */
#include "kernel/console/symbols.h"

struct symbol {
    uint32_t address;
    const char *name;
};

/* Sorted by address. Empty in the first link. */
extern const struct symbol symbol_table[];
extern const uint32_t symbol_count;
extern char text_start[], code_end[];

const char *symbol_at(uint32_t address, uint32_t *offset)
{
    uint32_t low = 0, high = symbol_count;

    if (address < (uint32_t)text_start || address >= (uint32_t)code_end)
        return NULL;
    while (low < high) { /* the first symbol above the address */
        uint32_t middle = (low + high) / 2;

        if (symbol_table[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return NULL;
    *offset = address - symbol_table[low - 1].address;
    return symbol_table[low - 1].name;
}
