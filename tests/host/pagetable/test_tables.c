/*
 * pagetable/ against the manual, as walk_reference.c has it: every way in which two addresses can
 * share tables, in both formats; large pages; what is refused; what is reserved.
 */
#include "pagetable/walk.h"
#include "tests/host/paper/cm.h"
#include "tests/host/paper/judge.h"
#include "tests/host/paper/walk_reference.h"

static struct machine machine;

static const struct pt_format *const formats[] = {&pt_legacy, &pt_pae};

#define BITS (PTE_PRESENT | PTE_WRITE)

static void start(void)
{
    machine_start(&machine, 0xc0105000u, 0x105000);
    machine_memory(&machine, 0x100000, 0x300000, BATON_MEM_USABLE);
    machine_ready(&machine);
}

static uint64_t page(void)
{
    uint64_t pa = 0;

    assert_int_equal(machine.host.alloc_page(&machine, 1ull << 32, &pa), 0);
    return pa;
}

static void pages(uint64_t *pa, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        pa[i] = page();
}

static struct pt_space space_of(const struct pt_format *format)
{
    struct pt_space space = {format, &machine.host, page()};

    pt_clear(&machine.host, space.root);
    return space;
}

/* Does the walker see what the manual's walker sees? */
static void assert_same_walk(const struct pt_space *space, uint32_t va)
{
    struct reference_walk want =
        reference_translate(judge_word, space->format == &pt_pae, space->root, va);
    struct pt_walk walk;

    pt_translate(space, va, &walk);
    assert_int_equal(walk.present, want.present);
    assert_int_equal(walk.span, want.size);
    assert_int_equal(walk.steps, want.tables);
    for (unsigned i = 0; i < walk.steps; i++)
        assert_int_equal(walk.step[i].table, want.table[i]);
    if (!want.present)
        return;
    assert_int_equal(walk.pa, want.pa);
    assert_int_equal(walk.reserved, want.fault);
    assert_int_equal(walk.step[walk.steps - 1].entry, want.entry);
    assert_int_equal(walk.bits & 0xfff, want.entry & 0xfff);
    assert_int_equal(walk.bits >> 63, want.entry >> 63);
}

static bool collect(void *ctx, uint64_t table)
{
    uint64_t *list = ctx; /* [0]: how many follow */

    list[++list[0]] = table;
    return true;
}

/* ---- two addresses --------------------------------------------------------------------------- */

/*
 * Every way to share: the second address is the first one with one index changed, so that they
 * part at that level. In legacy tables there are two levels, in PAE three.
 */
static const struct {
    const char *name;
    uint32_t a, b;
    unsigned legacy, pae; /* tables needed */
} pairs[] = {
    {"all shared, next page", 0xc0105000, 0xc0106000, 2, 3},
    {"all shared, first and last entry of a PAE table", 0xc0000000, 0xc01ff000, 2, 3},
    {"legacy table shared, PAE table not", 0xc0105000, 0xc0305000, 2, 4},
    {"legacy table shared, ends of it", 0xc0000000, 0xc03ff000, 2, 4},
    {"PD shared, tables not", 0xc0105000, 0xc0505000, 3, 4},
    {"PD shared, first and last table of the GiB", 0xc0000000, 0xfffff000, 3, 4},
    {"PDPT shared alone", 0xc0105000, 0x00105000, 3, 5},
    {"PDPT 3 and 2", 0xc0105000, 0xbffff000, 3, 5},
    {"PDPT 3 and 1", 0xc0105000, 0x7ffff000, 3, 5},
    {"PDPT 0 and 1", 0x3ffff000, 0x40000000, 3, 5},
    {"both ends of the address space", 0x00000000, 0xfffff000, 3, 5},
    {"zero and its neighbour", 0x00000000, 0x00001000, 2, 3},
};

static void two_addresses(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(formats); f++)
        for (size_t i = 0; i < COUNT(pairs); i++)
            for (int turned = 0; turned < 2; turned++) {
                uint32_t first = turned ? pairs[i].b : pairs[i].a;
                uint32_t second = turned ? pairs[i].a : pairs[i].b;
                unsigned need = f ? pairs[i].pae : pairs[i].legacy;
                uint64_t list[8] = {0}, spare[4];
                struct pt_spares spares = {spare, 4, 0};

                start();
                struct pt_space space = space_of(formats[f]);
                unsigned last = formats[f]->levels - 1u;
                pages(spare, 4);
                assert_int_equal(pt_map(&space, &spares, last, first, 0x234000, BITS), PT_OK);
                assert_int_equal(spares.used, formats[f]->levels - 1);
                assert_int_equal(pt_map(&space, &spares, last, second, 0x234000, BITS), PT_OK);
                assert_int_equal(1 + spares.used, need);
                assert_same_walk(&space, first);
                assert_same_walk(&space, second + 0xabc);
                assert_int_equal(reference_mappings(judge_word, f, space.root, NULL, NULL), 2);
                /* all tables, each once, the root first */
                assert_int_equal(pt_tables(&space, collect, list), need);
                assert_int_equal(list[0], need);
                assert_int_equal(list[1], space.root);
                for (unsigned k = 0; k < spares.used; k++) {
                    unsigned seen = 0;

                    for (unsigned n = 1; n <= list[0]; n++)
                        seen += list[n] == spare[k];
                    assert_int_equal(seen, 1);
                }
                assert_string_equal(machine.violation, "");
            }
}

/* The same over many addresses: with each, the walker and the manual agree everywhere near. */
static void many_addresses(void **state)
{
    struct dice dice = {dice_seed()};

    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        const struct pt_format *format = formats[round % 2];
        uint64_t spare[40];
        struct pt_spares spares = {spare, 40, 0};
        uint32_t va[12];
        uint64_t entry[12]; /* as it should be */
        unsigned n = 0;

        start();
        struct pt_space space = space_of(format);
        pages(spare, 40);
        for (unsigned i = 0; i < 12; i++) {
            unsigned level = format->levels - 1u - (dice_once(&dice, 3) ? 1 : 0);
            uint64_t span = pt_span(format, level);
            uint64_t pa = dice_bits(&dice) & format->address_bits & ~(span - 1);
            uint64_t bits = PTE_PRESENT | (dice_bits(&dice) & (PTE_WRITE | PTE_USER | PTE_GLOBAL));

            va[n] = (uint32_t)(dice_bits(&dice) & ~(span - 1));
            if (format == &pt_pae && dice_once(&dice, 4))
                bits |= PTE_NX;
            entry[n] = pa | bits | 0x60 | (level < format->levels - 1u ? PTE_LARGE : 0);
            if (pt_map(&space, &spares, level, va[n], pa, bits) == PT_OK)
                n++;
        }
        assert_true(n > 0);
        assert_int_equal(reference_mappings(judge_word, format == &pt_pae, space.root, NULL, NULL),
                         n);
        for (unsigned i = 0; i < n; i++) {
            struct pt_walk walk;

            pt_translate(&space, va[i], &walk);
            assert_int_equal(walk.step[walk.steps - 1].entry, entry[i]);
            assert_same_walk(&space, va[i]);
            assert_same_walk(&space, va[i] - 1);
            assert_same_walk(&space, va[i] + 0x1000);
            assert_same_walk(&space, va[i] ^ 0x80000000u);
            assert_same_walk(&space, va[i] + 0x3fffff);
        }
        assert_string_equal(machine.violation, "");
    }
}

/* ---- entries --------------------------------------------------------------------------------- */

/* A root entry of PAE carries P alone; other table entries P, W, A; a page P, W, A, D and no G. */
static void bits_of_entries(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(formats); f++) {
        uint64_t spare[2];
        struct pt_spares spares = {spare, 2, 0};
        struct pt_walk walk;

        start();
        struct pt_space space = space_of(formats[f]);
        pages(spare, 2);
        assert_int_equal(
            pt_map(&space, &spares, formats[f]->levels - 1u, 0xc0105000, 0x234000, BITS), PT_OK);
        pt_translate(&space, 0xc0105000, &walk);
        assert_int_equal(walk.step[0].entry, f ? spare[0] | 0x01 : spare[0] | 0x23);
        if (f)
            assert_int_equal(walk.step[1].entry, spare[1] | 0x23);
        assert_int_equal(walk.step[walk.steps - 1].entry, 0x234063);
        assert_false(walk.reserved);
        assert_int_equal(walk.bits, 0x63);
        assert_int_equal(walk.span, 0x1000);
    }
}

/* A page of ring 3: the tables on the way that are added let ring 3 through, and a PAE root's entry has no
 * such bit. What is there stays, for a page of ring 3 and for one of ring 0. */
static void user_pages(void **state)
{
    static const uint64_t ring[] = {PTE_USER, 0};

    (void)state;
    for (size_t f = 0; f < COUNT(formats); f++)
        for (size_t first = 0; first < COUNT(ring); first++) {
            uint64_t spare[2], added = 0x23 | ring[first];
            struct pt_spares spares = {spare, 2, 0};
            unsigned last = formats[f]->levels - 1u;
            struct pt_walk walk;

            start();
            struct pt_space space = space_of(formats[f]);
            pages(spare, 2);
            for (size_t n = 0; n < COUNT(ring); n++) {
                uint32_t va = 0x08048000u + (uint32_t)n * 0x1000;
                uint64_t user = ring[(first + n) % COUNT(ring)];

                assert_int_equal(pt_map(&space, &spares, last, va, 0x234000, BITS | user), PT_OK);
                pt_translate(&space, va, &walk);
                assert_int_equal(walk.step[0].entry, spare[0] | (f ? 0x01 : added));
                if (f)
                    assert_int_equal(walk.step[1].entry, spare[1] | added);
                assert_int_equal(walk.bits, 0x63 | user);
                assert_false(walk.reserved);
            }
        }
}

/* Every bit of a PAE root entry that the CPU refuses is called reserved, and no other. */
static void reserved_bits(void **state)
{
    (void)state;
    for (unsigned level = 0; level < 3; level++)
        for (unsigned n = 1; n < 64; n++) {
            uint64_t spare[2];
            struct pt_spares spares = {spare, 2, 0};
            struct pt_walk walk;
            uint64_t entry;
            bool reserved = n >= 52 && n < 63;

            if (level == 0)
                reserved = n >= 52 || n == 1 || n == 2 || (n >= 5 && n <= 8);
            if ((n >= 12 && n < 52) || (level == 1 && n == 7))
                continue; /* address bits, and the large page */
            start();
            struct pt_space space = space_of(&pt_pae);
            pages(spare, 2);
            pt_map(&space, &spares, 2, 0xc0105000, 0x234000, BITS);
            pt_translate(&space, 0xc0105000, &walk);
            entry = walk.step[level].entry ^ 1ull << n;
            machine_write(walk.step[level].table + 8 * walk.step[level].index, &entry, 8);
            pt_translate(&space, 0xc0105000, &walk);
            assert_int_equal(walk.reserved, reserved);
            assert_same_walk(&space, 0xc0105000);
        }
}

/* ---- large pages ----------------------------------------------------------------------------- */

static void large_pages(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(formats); f++) {
        uint32_t size = f ? 0x200000 : 0x400000;
        unsigned level = formats[f]->levels - 2u;
        uint64_t spare[4], list[8] = {0};
        struct pt_spares spares = {spare, 4, 0};
        struct pt_walk walk;

        start();
        struct pt_space space = space_of(formats[f]);
        pages(spare, 4);
        assert_int_equal(pt_map(&space, &spares, level, 0xc0000000, 0x800000, BITS), PT_OK);
        assert_int_equal(spares.used, level);
        assert_int_equal(pt_tables(&space, collect, list), formats[f]->levels - 1);
        for (uint64_t offset = 0; offset < size; offset += size / 64 - 1)
            assert_same_walk(&space, 0xc0000000u + (uint32_t)offset);
        assert_same_walk(&space, 0xc0000000u + size);
        pt_translate(&space, 0xc0000000u + size - 1, &walk);
        assert_true(walk.present);
        assert_int_equal(walk.pa, 0x800000 + size - 1);
        assert_int_equal(walk.span, size);
        assert_int_equal(walk.bits, PTE_PRESENT | PTE_WRITE | PTE_LARGE | 0x60);

        /* the same again is no change; a small page inside is refused, as is another large one */
        assert_int_equal(pt_map(&space, &spares, level, 0xc0000000, 0x800000, BITS), PT_OK);
        assert_int_equal(
            pt_map(&space, &spares, formats[f]->levels - 1u, 0xc0001000, 0x801000, BITS), PT_TAKEN);
        assert_int_equal(pt_map(&space, &spares, level, 0xc0000000, 0xc00000, BITS), PT_TAKEN);
        assert_int_equal(spares.used, level);
    }
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void taken(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(formats); f++) {
        uint64_t spare[4];
        struct pt_spares spares = {spare, 4, 0};
        unsigned last = formats[f]->levels - 1u;
        struct pt_walk walk;

        start();
        struct pt_space space = space_of(formats[f]);
        pages(spare, 4);
        assert_int_equal(pt_map(&space, &spares, last, 0x123000, 0x234000, BITS), PT_OK);
        assert_int_equal(pt_map(&space, &spares, last, 0x123000, 0x234000, BITS), PT_OK);
        assert_int_equal(pt_map(&space, &spares, last, 0x123000, 0x235000, BITS), PT_TAKEN);
        assert_int_equal(pt_map(&space, &spares, last, 0x123000, 0x234000, PTE_PRESENT), PT_TAKEN);
        /* a table is there already: no large page in its place */
        assert_int_equal(pt_map(&space, &spares, last - 1, 0, 0, BITS), PT_TAKEN);
        pt_translate(&space, 0x123456, &walk);
        assert_int_equal(walk.pa, 0x234456);
        assert_int_equal(spares.used, last);
    }
}

/* With too few spares it says so, and goes on from there when there are more. */
static void no_spare(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(formats); f++) {
        unsigned last = formats[f]->levels - 1u;

        for (unsigned have = 0; have < last; have++) {
            uint64_t spare[4];
            struct pt_spares spares = {spare, have, 0};

            start();
            struct pt_space space = space_of(formats[f]);
            pages(spare, 4);
            assert_int_equal(pt_map(&space, &spares, last, 0x80123000, 0x234000, BITS),
                             PT_NO_SPARE);
            assert_int_equal(spares.used, have);
            assert_int_equal(reference_mappings(judge_word, f, space.root, NULL, NULL), 0);
            spares.count = 4;
            assert_int_equal(pt_map(&space, &spares, last, 0x80123000, 0x234000, BITS), PT_OK);
            assert_int_equal(spares.used, last);
            assert_same_walk(&space, 0x80123fff);
        }
    }
}

/* A run of pages is the same as its pages one by one; one that is taken ends it. */
static void a_run(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(formats); f++) {
        uint64_t spare[4];
        struct pt_spares spares = {spare, 4, 0};
        unsigned last = formats[f]->levels - 1u;
        struct pt_walk walk;

        start();
        struct pt_space space = space_of(formats[f]);
        pages(spare, 4);
        assert_int_equal(pt_map(&space, &spares, last, 0x105000, 0x99000, BITS), PT_OK);
        assert_int_equal(pt_map_run(&space, &spares, last, 0x101000, 0x234000, BITS, 9), PT_TAKEN);
        assert_int_equal(pt_map_run(&space, &spares, last, 0x1fe000, 0x345000, BITS, 2), PT_OK);
        assert_int_equal(pt_map_run(&space, &spares, last, 0x1fe000, 0x345000, BITS, 2), PT_OK);
        assert_int_equal(spares.used, last);
        for (uint64_t va = 0x100000; va < 0x200000; va += BATON_PAGE_SIZE) {
            uint64_t pa = va >= 0x101000 && va < 0x105000 ? va + 0x133000
                          : va == 0x105000                ? 0x99000
                          : va >= 0x1fe000                ? va + 0x147000
                                                          : 0;

            pt_translate(&space, va, &walk);
            assert_int_equal(walk.present, pa != 0);
            assert_int_equal(walk.pa, pa);
        }
        /* large pages, too */
        assert_int_equal(
            pt_map_run(&space, &spares, last - 1, 0xc0800000, 0x1000000, BITS, 3), PT_OK);
        pt_translate(&space, 0xc0800000 + 3 * pt_span(formats[f], last - 1) - 1, &walk);
        assert_int_equal(walk.pa, 0x1000000 + 3 * pt_span(formats[f], last - 1) - 1);
    }
}

/* Spare pages hold rubbish before they are taken, and nothing but what was mapped afterwards. */
static void spares_are_cleared(void **state)
{
    (void)state;
    for (size_t f = 0; f < COUNT(formats); f++) {
        uint64_t spare[2];
        struct pt_spares spares = {spare, 2, 0};

        start();
        struct pt_space space = space_of(formats[f]);
        pages(spare, 2);
        memset(machine_at(spare[0]), 0xff, BATON_PAGE_SIZE);
        memset(machine_at(spare[1]), 0xff, BATON_PAGE_SIZE);
        pt_map(&space, &spares, formats[f]->levels - 1u, 0xfffff000, 0x234000, BITS);
        assert_int_equal(reference_mappings(judge_word, f, space.root, NULL, NULL), 1);
    }
}

/* ---- visits ---------------------------------------------------------------------------------- */

static bool until(void *ctx, uint64_t table)
{
    unsigned *left = ctx;

    (void)table;
    return --*left > 0;
}

/*
 * The root first, then depth first in order of index. PAE, tables numbered in that order:
 *
 *     root 0 -+- [0] 1 -+- [0] 2      [511] 3
 *             +- [2] 4 -+- [7] 5
 *             +- [3] 6 -+- [1] 7
 */
static void order_of_tables(void **state)
{
    static const uint32_t va[] = {0xc0200000, 0x3fe00000, 0x80e00000, 0x00000000};
    static const unsigned order[] = {6, 7, 1, 3, 4, 5, 2}; /* number of the n-th spare taken */
    uint64_t spare[7], list[12] = {0};
    struct pt_spares spares = {spare, 7, 0};

    (void)state;
    start();
    struct pt_space space = space_of(&pt_pae);
    pages(spare, 7);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(pt_map(&space, &spares, 2, va[i], 0x234000, BITS), PT_OK);
    assert_int_equal(spares.used, 7);
    assert_int_equal(pt_tables(&space, collect, list), 8);
    assert_int_equal(list[1], space.root);
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(list[1 + order[i]], spare[i]);
    for (unsigned stop = 1; stop <= 8; stop++) { /* visit can end it anywhere */
        unsigned left = stop;

        assert_int_equal(pt_tables(&space, until, &left), stop);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_addresses),   cmocka_unit_test(many_addresses),
        cmocka_unit_test(bits_of_entries), cmocka_unit_test(reserved_bits),
        cmocka_unit_test(large_pages),     cmocka_unit_test(taken),
        cmocka_unit_test(no_spare),        cmocka_unit_test(spares_are_cleared),
        cmocka_unit_test(order_of_tables), cmocka_unit_test(a_run),
        cmocka_unit_test(user_pages),
    };

    return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
