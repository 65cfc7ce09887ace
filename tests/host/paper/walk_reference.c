/* The manual's three pictures, one function each. */
#include "tests/host/paper/walk_reference.h"

static bool bit(uint64_t entry, unsigned n)
{
    return entry >> n & 1;
}

static void combine(struct reference_walk *w, uint64_t entry)
{
    w->writable = w->writable && bit(entry, 1);
    w->user = w->user && bit(entry, 2);
    w->no_execute = w->no_execute || bit(entry, 63);
}

static void look_into(struct reference_walk *w, uint64_t table)
{
    w->table[w->tables++] = table;
}

/*   31       22 21       12 11       0
 *  | PD index  | PT index  |  offset  |   [SDM3 figure 4-2, 4-3] */
static struct reference_walk translate_legacy(reference_word *word, uint64_t root, uint32_t va)
{
    struct reference_walk w = {.writable = true, .user = true, .size = 0x400000};

    look_into(&w, root);
    uint32_t directory = word(root + 4 * (va / 0x400000));
    if (!bit(directory, 0))
        return w;
    combine(&w, directory);
    if (bit(directory, 7)) { /* a page of 4 MiB */
        w.present = true;
        w.global = bit(directory, 8);
        w.entry = directory;
        w.pa = (directory & 0xffc00000u) + va % 0x400000;
        return w;
    }
    look_into(&w, directory & 0xfffff000u);
    w.size = 0x1000;
    uint32_t page = word((directory & 0xfffff000u) + 4 * (va / 0x1000 % 1024));
    if (!bit(page, 0))
        return w;
    combine(&w, page);
    w.present = true;
    w.global = bit(page, 8);
    w.entry = page;
    w.pa = (page & 0xfffff000u) + va % 0x1000;
    return w;
}

static uint64_t word64(reference_word *word, uint64_t pa)
{
    return (uint64_t)word(pa + 4) << 32 | word(pa);
}

/*   31  30 29      21 20      12 11       0
 *  | PDPT | PD index | PT index |  offset  |   [SDM3 figure 4-5, 4-6, table 4-8] */
static struct reference_walk translate_pae(reference_word *word, uint64_t root, uint32_t va)
{
    const uint64_t address = 0x000ffffffffff000ull;
    struct reference_walk w = {.writable = true, .user = true, .size = 0x40000000};

    look_into(&w, root);
    uint64_t pointer = word64(word, root + 8 * (va / 0x40000000));
    if (!bit(pointer, 0))
        return w;
    for (unsigned n = 1; n < 64; n++) /* all but PWT, PCD and 9 to 11 are reserved */
        if (n != 3 && n != 4 && n != 9 && n != 10 && n != 11 && !(address >> n & 1))
            w.fault = w.fault || bit(pointer, n);
    look_into(&w, pointer & address);
    w.size = 0x200000;
    uint64_t directory = word64(word, (pointer & address) + 8 * (va / 0x200000 % 512));
    if (!bit(directory, 0))
        return w;
    w.fault = w.fault || (directory >> 52 & 0x7ff);
    combine(&w, directory);
    if (bit(directory, 7)) { /* a page of 2 MiB */
        w.present = true;
        w.global = bit(directory, 8);
        w.entry = directory;
        w.pa = (directory & 0x000fffffffe00000ull) + va % 0x200000;
        return w;
    }
    look_into(&w, directory & address);
    w.size = 0x1000;
    uint64_t page = word64(word, (directory & address) + 8 * (va / 0x1000 % 512));
    if (!bit(page, 0))
        return w;
    w.fault = w.fault || (page >> 52 & 0x7ff);
    combine(&w, page);
    w.present = true;
    w.global = bit(page, 8);
    w.entry = page;
    w.pa = (page & address) + va % 0x1000;
    return w;
}

/*   47  39 38  30 29      21 20      12 11       0
 *  | PML4 | PDPT | PD index | PT index |  offset  |   [SDM3 figure 4-8 to 4-10, table 4-15 to 4-20] */
struct reference_walk reference_translate_long(reference_word *word, uint64_t root, uint64_t va)
{
    const uint64_t address = 0x000ffffffffff000ull;
    struct reference_walk w = {.writable = true, .user = true};
    uint64_t table = root;

    for (unsigned shift = 39;; shift -= 9) {
        uint64_t entry = word64(word, table + 8 * (va >> shift & 511));

        look_into(&w, table);
        w.size = 1ull << shift;
        if (!bit(entry, 0))
            return w;
        w.fault = w.fault || (shift == 39 && bit(entry, 7));
        combine(&w, entry);
        if (shift == 12 || (shift != 39 && bit(entry, 7))) {
            w.present = true;
            w.global = bit(entry, 8);
            w.entry = entry;
            w.pa = (entry & address & ~(w.size - 1)) + (va & (w.size - 1));
            return w;
        }
        table = entry & address;
    }
}

struct reference_walk reference_translate(reference_word *word, bool pae, uint64_t root,
                                          uint32_t va)
{
    return pae ? translate_pae(word, root, va) : translate_legacy(word, root, va);
}

unsigned reference_mappings(reference_word *word, bool pae, uint64_t root,
                            void (*visit)(void *ctx, uint32_t va, const struct reference_walk *w),
                            void *ctx)
{
    unsigned pages = 0;

    for (uint64_t va = 0; va < 1ull << 32;) {
        struct reference_walk w = reference_translate(word, pae, root, (uint32_t)va);

        if (w.present) {
            pages++;
            if (visit)
                visit(ctx, (uint32_t)va, &w);
        }
        va += w.size; /* a hole is as large as what an entry of that level covers */
    }
    return pages;
}
