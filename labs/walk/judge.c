/*
 * Judges the walker: tables at random, read by the student's walk and by the manual's (the tests' own
 * walker, walk_reference.c).
 *
 *     root -> directories (PAE: 4) -> tables (4) -> pages anywhere
 *
 * Each is full of entries, so that every address leads somewhere. What an entry may have is chosen by
 * the check: large pages, holes, flags, reserved bits.
 */
#include "labs/grader/exam.h"
#include "pagetable/walk.h"
#include "tests/host/judge.h"
#include "tests/host/walk_reference.h"

#define TABLES 4u
#define ROUNDS 150u
#define ADDRESSES 24u

enum { SMALL = 0, LARGE = 1, HOLES = 2, FLAGS = 4, RESERVED = 8 };

static struct machine machine;
static struct dice dice;
static bool pae;
static uint64_t root, directory[TABLES], table[TABLES];

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

static void fill(unsigned kind)
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

/* ---- what is compared ------------------------------------------------------------------------ */

typedef void compare(const struct pt_walk *walk, const struct reference_walk *want);

static void compare_address(const struct pt_walk *walk, const struct reference_walk *want)
{
    if (walk->present != want->present)
        exam_wrong(want->present ? "present" : "not present",
                   want->present ? "not present" : "present, at 0x%08llx",
                   (unsigned long long)walk->pa);
    if (want->present)
        exam_address("physical address", want->pa, walk->pa);
}

static void compare_large(const struct pt_walk *walk, const struct reference_walk *want)
{
    compare_address(walk, want);
    if (want->present)
        exam_address("span", want->size, walk->span);
}

static void compare_holes(const struct pt_walk *walk, const struct reference_walk *want)
{
    if (want->present)
        return;
    compare_address(walk, want);
    exam_address("span of the hole", want->size, walk->span);
    exam_number("steps", want->tables, walk->steps);
}

static void compare_steps(const struct pt_walk *walk, const struct reference_walk *want)
{
    exam_number("steps", want->tables, walk->steps);
    for (unsigned i = 0; i < want->tables; i++) {
        const struct pt_step *step = &walk->step[i];
        char what[40];

        snprintf(what, sizeof(what), "step[%u].table", i);
        exam_address(what, want->table[i], step->table);
        snprintf(what, sizeof(what), "step[%u].index", i);
        if (step->index >= (pae ? 512u : 1024u))
            exam_wrong("an index in the table", "%s %u", what, step->index);
        uint64_t value = 0;
        machine_read(step->table + step->index * (pae ? 8u : 4u), &value, pae ? 8 : 4);
        snprintf(what, sizeof(what), "step[%u].entry", i);
        exam_address(what, value, step->entry);
    }
}

static void compare_bits(const struct pt_walk *walk, const struct reference_walk *want)
{
    if (!want->present)
        return;
    exam_address("bits", want->entry & (PTE_NX | 0xfff), walk->bits & (PTE_NX | 0xfff));
}

static void compare_reserved(const struct pt_walk *walk, const struct reference_walk *want)
{
    compare_address(walk, want);
    if (want->present)
        exam_number("reserved", want->fault, walk->reserved);
}

static void rounds(bool with_pae, unsigned kind, compare *same)
{
    pae = with_pae;
    dice = (struct dice){dice_seed() + kind};
    for (unsigned round = 0; round < ROUNDS; round++) {
        fill(kind);
        struct pt_space space = {pae ? &pt_pae : &pt_legacy, &machine.host, root};

        for (unsigned i = 0; i < ADDRESSES; i++) {
            uint32_t va = (uint32_t)dice_bits(&dice);
            struct reference_walk want = reference_translate(judge_word, pae, root, va);
            struct pt_walk walk;

            memset(&walk, 0xa5, sizeof(walk)); /* as a stack is: nothing is zero by itself */
            exam_case("%s tables, root 0x%08llx, address 0x%08x", space.format->name,
                      (unsigned long long)root, (unsigned)va);
            pt_translate(&space, va, &walk);
            if (machine.violation[0])
                exam_wrong("tables that the entries name, and no other page", "%s",
                           machine.violation);
            same(&walk, &want);
        }
    }
}

static void both(unsigned kind, compare *same)
{
    rounds(false, kind, same);
    rounds(true, kind, same);
}

static void legacy(void)
{
    rounds(false, SMALL, compare_address);
}

static void pae_small(void)
{
    rounds(true, SMALL, compare_address);
}

static void large(void)
{
    both(LARGE | FLAGS, compare_large);
}

static void holes(void)
{
    both(LARGE | HOLES, compare_holes);
}

static void steps(void)
{
    both(LARGE | HOLES, compare_steps);
}

static void bits(void)
{
    both(LARGE | FLAGS, compare_bits);
}

static void reserved_bits(void)
{
    both(LARGE | FLAGS | RESERVED, compare_reserved);
}

int main(void)
{
    static const struct exam_check checks[] = {
        {"legacy", legacy},
        {"pae", pae_small},
        {"large", large},
        {"holes", holes},
        {"steps", steps},
        {"bits", bits},
        {"reserved", reserved_bits},
    };

    return exam(checks, COUNT(checks));
}
