/*
 * Judges the walker: tables at random, read by the student's walk and by the manual's (the tests' own
 * walker, walk_reference.c).
 */
#include "labs/walk/judge_fill.h"

#include "labs/grader/exam.h"
#include "pagetable/walk.h"
#include "tests/host/paper/judge.h"
#include "tests/host/paper/walk_reference.h"

#define ROUNDS 150u
#define ADDRESSES 24u

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
