/* Fills tables at random. */
#include "labs/walk/judge_fill.h"

#include "labs/grader/exam.h"
#include "pagetable/format.h"

#define TABLES 4u

struct machine machine;
struct dice dice;
bool pae;
uint64_t root;
static uint64_t directory[TABLES], table[TABLES];

static uint64_t page(void)
{
    uint64_t pa = 0;

    machine.host.alloc_page(&machine, 1ull << 32, &pa);
    return pa;
}

static void entry(uint64_t at, unsigned index, uint64_t value)
{
    machine_write(at + index * (pae ? 8u : 4u), &value, pae ? 8 : 4);
}

/* Flags of an entry that the walk need not mind. */
static uint64_t flags(unsigned kind)
{
    uint64_t bits = dice_bits(&dice) & (PTE_WRITE | PTE_USER | PTE_WRITE_THROUGH | PTE_NO_CACHE |
                                        PTE_ACCESSED | PTE_DIRTY | PTE_GLOBAL | 0xe00);

    if (!(kind & FLAGS))
        bits = PTE_WRITE | PTE_ACCESSED;
    return kind & HOLES && dice_once(&dice, 4) ? bits & ~(uint64_t)PTE_PRESENT : bits | PTE_PRESENT;
}

/* One of the reserved bits of a PAE entry below the PDPT, at times. */
static uint64_t reserved(unsigned kind)
{
    return pae && kind & RESERVED && dice_once(&dice, 4) ? 1ull << (52 + dice_roll(&dice, 11)) : 0;
}

/* The high part of an entry of PAE tables: no-execute. */
static uint64_t high(unsigned kind)
{
    return pae && kind & FLAGS && dice_once(&dice, 3) ? PTE_NX : 0;
}

static void fill_directory(uint64_t at, unsigned entries, unsigned kind)
{
    uint64_t large = pae ? 0x1fffff : 0x3fffff;

    for (unsigned i = 0; i < entries; i++) {
        uint64_t to = table[dice_roll(&dice, TABLES)];

        if (kind & LARGE && dice_once(&dice, 2))
            to = (dice_bits(&dice) & 0xffffffffu & ~large) | PTE_LARGE;
        entry(at, i, to | flags(kind) | reserved(kind) | high(kind));
    }
}

void fill(unsigned kind)
{
    unsigned entries = pae ? 512 : 1024;

    machine_start(&machine, 0xc0105000u, 0x105000);
    machine_memory(&machine, 0x100000, 0x300000, BATON_MEM_USABLE);
    machine_ready(&machine);
    root = page();
    for (unsigned i = 0; i < TABLES; i++) {
        directory[i] = page();
        table[i] = page();
    }
    for (unsigned t = 0; t < TABLES; t++)
        for (unsigned i = 0; i < entries; i++) {
            uint64_t bits = flags(kind) & ~(uint64_t)PTE_LARGE;

            if (kind & FLAGS && dice_once(&dice, 2))
                bits |= PTE_LARGE; /* in the last level this bit is PAT: no large page */
            entry(table[t], i,
                  (dice_bits(&dice) & 0xfffff000u) | bits | reserved(kind) | high(kind));
        }
    if (!pae) {
        fill_directory(root, entries, kind);
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        static const unsigned forbidden[] = {1, 2, 5, 6, 7, 8, 63};
        uint64_t bits = kind & HOLES && dice_once(&dice, 4) ? 0 : PTE_PRESENT;

        if (kind & RESERVED && dice_once(&dice, 4))
            bits |= 1ull << forbidden[dice_roll(&dice, COUNT(forbidden))];
        entry(root, i, directory[i] | bits);
        fill_directory(directory[i], entries, kind);
    }
}
