/* pagetable/'s third row, long mode, against the manual as walk_reference.c has it. */
#include "pagetable/walk.h"
#include "tests/host/paper/cm.h"
#include "tests/host/paper/judge.h"
#include "tests/host/paper/walk_reference.h"

#define BITS (PTE_PRESENT | PTE_WRITE)
#define SPARES 40
#define KERNEL 0xffffffff81000000ull

static struct machine machine;
static uint64_t spare[SPARES];

static uint64_t page(void)
{
    uint64_t pa = 0;

    assert_int_equal(machine.host.alloc_page(&machine, 1ull << 32, &pa), 0);
    return pa;
}

static struct pt_space start(void)
{
    machine_start(&machine, 0xc0105000u, 0x105000);
    machine_memory(&machine, 0x100000, 0x300000, BATON_MEM_USABLE);
    machine_ready(&machine);
    for (unsigned i = 0; i < SPARES; i++)
        spare[i] = page();
    struct pt_space space = {pt_format_of(BATON_TABLES_LONG), &machine.host, page()};
    pt_clear(&machine.host, space.root);
    return space;
}

static void assert_same_walk(const struct pt_space *space, uint64_t va)
{
    struct reference_walk want = reference_translate_long(judge_word, space->root, va);
    struct pt_walk walk;

    pt_translate(space, va, &walk);
    assert_int_equal(walk.present, want.present);
    assert_int_equal(walk.reserved, want.fault);
    assert_int_equal(walk.span, want.size);
    assert_int_equal(walk.steps, want.tables);
    for (unsigned i = 0; i < walk.steps; i++)
        assert_int_equal(walk.step[i].table, want.table[i]);
    if (!want.present)
        return;
    assert_int_equal(walk.pa, want.pa);
    assert_int_equal(walk.step[walk.steps - 1].entry, want.entry);
}

/* Two addresses that part at each level. */
static void two_addresses(void **state)
{
    static const struct {
        uint64_t a, b;
        unsigned tables;
    } pairs[] = {
        {KERNEL, KERNEL + 0x1000, 4},
        {KERNEL, KERNEL + 0x200000, 5},
        {KERNEL, KERNEL + 0x40000000, 6},
        {KERNEL, 0, 7},
        {0x00007ffffffff000, 0xffff800000000000, 7},
        {0x105000, 0xc0105000, 6},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct pt_space space = start();
        struct pt_spares spares = {spare, SPARES, 0};

        assert_int_equal(pt_map(&space, &spares, 3, pairs[i].a, 0x234000, BITS), PT_OK);
        assert_int_equal(spares.used, 3);
        assert_int_equal(pt_map(&space, &spares, 3, pairs[i].b, 0x345000, BITS), PT_OK);
        assert_int_equal(1 + spares.used, pairs[i].tables);
        assert_same_walk(&space, pairs[i].a + 0xabc);
        assert_same_walk(&space, pairs[i].b);
        assert_same_walk(&space, pairs[i].b + 0x5000);
        assert_same_walk(&space, pairs[i].a ^ 1ull << 39);
        assert_string_equal(machine.violation, "");
    }
}

/* Pages of each size, at random: the two walkers agree everywhere near. */
static void many_addresses(void **state)
{
    struct dice dice = {dice_seed()};

    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        struct pt_space space = start();
        struct pt_spares spares = {spare, SPARES, 0};

        for (unsigned i = 0; i < 12; i++) {
            unsigned level = 3 - (unsigned)(dice_bits(&dice) % 3);
            uint64_t span = pt_span(space.format, level);
            uint64_t pa = dice_bits(&dice) & space.format->address_bits & ~(span - 1);
            uint64_t va = dice_bits(&dice) >> 17 & ~(span - 1); /* the lower half */

            pt_map(&space, &spares, level, va, pa, PTE_PRESENT | (dice_bits(&dice) & PTE_WRITE));
            assert_same_walk(&space, va);
            assert_same_walk(&space, va + span - 1);
            assert_same_walk(&space, va ^ span);
            assert_same_walk(&space, va ^ 1ull << 46);
        }
        assert_string_equal(machine.violation, "");
    }
}

/* Of the bits besides the address, a PML4's PS alone is reserved. */
static void reserved_bits(void **state)
{
    (void)state;
    for (unsigned level = 0; level < 4; level++)
        for (unsigned n = 1; n < 64; n++) {
            struct pt_space space = start();
            struct pt_spares spares = {spare, SPARES, 0};
            struct pt_walk walk;
            uint64_t entry;

            if ((n >= 12 && n < 52) || ((level == 1 || level == 2) && n == 7))
                continue; /* address bits, and the large page */
            pt_map(&space, &spares, 3, KERNEL, 0x234000, BITS);
            pt_translate(&space, KERNEL, &walk);
            entry = walk.step[level].entry ^ 1ull << n;
            machine_write(walk.step[level].table + 8 * walk.step[level].index, &entry, 8);
            pt_translate(&space, KERNEL, &walk);
            assert_int_equal(walk.reserved, level == 0 && n == 7);
            assert_same_walk(&space, KERNEL);
        }
}

static bool count(void *ctx, uint64_t table)
{
    (void)table;
    ++*(unsigned *)ctx;
    return true;
}

/* Every table is visited once; large pages are no tables. */
static void visits(void **state)
{
    struct pt_space space = start();
    struct pt_spares spares = {spare, SPARES, 0};
    unsigned visited = 0;

    (void)state;
    pt_map(&space, &spares, 3, KERNEL, 0x234000, BITS);
    pt_map(&space, &spares, 3, 0x1000, 0x234000, BITS);
    pt_map(&space, &spares, 2, 0x40000000, 0x200000, BITS);
    pt_map(&space, &spares, 1, 0x80000000, 0x40000000, BITS);
    assert_int_equal(spares.used, 7);
    assert_int_equal(pt_tables(&space, count, &visited), 8);
    assert_int_equal(visited, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_addresses),
        cmocka_unit_test(many_addresses),
        cmocka_unit_test(reserved_bits),
        cmocka_unit_test(visits),
    };

    return cmocka_run_group_tests_name("long tables", tests, NULL, NULL);
}
