/*
 * Judges the new tables: tables_build() for every way in which the two addresses can share tables,
 * read with the tests' own walker.
 */
#include "labs/tables/judge.h"

#include "labs/grader/exam.h"

#define RANDOM_PAIRS 200u

struct machine machine;
struct baton_image image;
uint32_t kernel_va;
int outcome;
static struct baton_payload payload;

const struct pair nothing_shared = {0xc0105000, 0x00a11000};

/* A host may run anywhere; Baton's own runs above 3 GiB. */
static const struct pair pairs[] = {
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

void build(const struct pair *pair, uint32_t kind, uint64_t fail_at)
{
    machine_start(&machine, pair->va, 0x105000);
    machine_memory(&machine, 0x100000, 0x400000, BATON_MEM_USABLE);
    machine_ready(&machine);
    machine.fail_at = fail_at;
    kernel_va = pair->va;
    memset(&payload, 0, sizeof(payload));
    memset(&image, 0, sizeof(image));
    image.host = &machine.host;
    image.kind = kind;
    image.control = pair->pa;
    image.trampoline_va = kernel_va;
    exam_case("%s tables, kernel address 0x%08x, control page 0x%08x",
              kind == PAE ? "PAE" : "legacy", (unsigned)kernel_va, (unsigned)pair->pa);
    outcome = tables_build(&payload, &image);
    if (machine.violation[0])
        exam_wrong("pages that the image has from the host", "%s", machine.violation);
}

struct reference_walk walk(uint32_t at)
{
    return reference_translate(judge_word, image.kind == PAE, image.tables[0], at);
}

void wants_tables(void)
{
    if (outcome)
        exam_wrong("0: the tables are built", "tables_build returned %s",
                   baton_error_name(outcome));
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

void wants_both(void)
{
    wants_mapping("kernel", kernel_va);
    wants_mapping("physical", (uint32_t)image.control);
}

void each(uint32_t kind, void (*look)(void))
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
    wants_mapping("kernel", kernel_va);
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
