/*
 * What a load and a hand-off cost: nothing for what stays, one copy for a page that moves, a
 * little memory. Counted in pages lent and in pages looked at, which is where the time goes.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/paper/picture.h"

#define MIB 0x100000ull
#define PAGE ((uint64_t)BATON_PAGE_SIZE)

static struct journey j;

static void stage_initrd(uint64_t size)
{
    journey_start(&j, 0xc0105000, 0x105000);
    machine_memory(&j.machine, MIB, 3072 * MIB, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    j.request.kernel = bzimage_make(&j.machine, 2 * MIB, &bzimage_usual);
    j.request.module[0].file = machine_file(&j.machine, 1024 * MIB, size);
    j.request.place = BATON_PLACE_PREFER; /* so that the kernel does not stay, too */
}

/* An initrd of 2 GiB that stays costs what one of 1 MiB costs. */
static void what_stays_costs_nothing(void **state)
{
    struct bzimage_fields f = bzimage_usual;

    (void)state;
    f.initrd_addr_max = 0xffffffff;
    stage_initrd(MIB);
    j.request.kernel = bzimage_make(&j.machine, 2 * MIB, &f);
    assert_int_equal(journey_load(&j), 0);
    uint64_t maps = j.machine.maps, lent = j.machine.lent, asked = j.machine.asked;
    stage_initrd(1900 * MIB);
    j.request.kernel = bzimage_make(&j.machine, 2 * MIB, &f);
    assert_int_equal(journey_load(&j), 0);
    assert_int_equal(j.machine.lent, lent);
    assert_int_equal(j.machine.asked, asked);
    assert_int_equal(j.machine.maps, maps);
    assert_int_equal(j.image.counts.stay, 1900 * MIB / PAGE);
    assert_journey(&j, journey_run(&j));
    assert_int_equal(j.run.copies, j.image.counts.move);
    assert_journey(&j, journey_unload(&j));
}

/* Twice the pages, no more than about twice the looks; and few looks for each page. */
static void work_grows_with_the_pages(void **state)
{
    static const struct picture pictures[] = {
        {"apart", "A...", "...A"}, {"up by one", "AAA.", ".AAA"},      {"swap", "A..B", "B..A"},
        {"zeros", "A...", ".A00"}, {"cycle of three", "A.BC", "C.AB"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pictures); i++) {
        uint64_t maps[2];

        for (int twice = 0; twice < 2; twice++) {
            uint64_t pages = twice ? 3000 : 1500;
            struct recipe r;

            picture_recipe(&pictures[i], 0x1000000, pages, &r);
            if (i == 1) { /* one block, one page up */
                r.segment[0].file_size = r.segment[0].mem_size = 3 * pages * PAGE;
                r.segment[0].prefer = r.segment[0].source + PAGE;
                r.segment[1].mem_size = 0;
            }
            recipe_stage(&r, &j);
            assert_journey(&j, journey_load(&j) == 0);
            maps[twice] = j.machine.maps;
            assert_true(j.machine.maps < 300 + 10 * (j.image.counts.move + j.image.counts.zero));
            assert_journey(&j, journey_unload(&j));
        }
        if (maps[1] > 2 * maps[0] + 300)
            print_error("%s: %llu looks, then %llu\n", pictures[i].name,
                        (unsigned long long)maps[0], (unsigned long long)maps[1]);
        assert_true(maps[1] <= 2 * maps[0] + 300);
    }
}

/* The pages that it takes: list, tables, control page, spare, ledger, bitmaps of the moment. At
 * most 0.3 % of what moves, and 16 pages. */
static void memory_that_it_takes(void **state)
{
    static const struct picture pictures[] = {
        {"apart", "A...", "...A"},       {"swap", "A..B", "B..A"},
        {"alternating", "A.B.", ".A.B"}, {"reversed", "ABCD", "DCBA"},
        {"all move on", "ABC.", ".ABC"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pictures); i++)
        for (uint64_t pages = 1; pages <= 4000; pages = pages * 5 / 2 + 1) {
            struct recipe r;

            picture_recipe(&pictures[i], 0x1000000, pages, &r);
            r.order = LEND_LOWEST; /* out of the destinations, where pages are set aside */
            recipe_stage(&r, &j);
            assert_journey(&j, journey_load(&j) == 0);
            uint64_t most = j.image.counts.move * 3 / 1000 + 16;
            if (j.machine.lent_most > most)
                print_error("%s, %u pages a block: %u lent, at most %u should be\n",
                            pictures[i].name, (unsigned)pages, (unsigned)j.machine.lent_most,
                            (unsigned)most);
            assert_true(j.machine.lent_most <= most);
            assert_journey(&j, journey_unload(&j));
        }
}

/*
 * A payload of 98 % of RAM, all of which moves: an ELF kernel and its initrd, each onto the other's
 * and its own pages.
 *
 *     before   |.|kernel   |initrd                                              |.|
 *     after    |.|..|kernel        |initrd ...
 */
static void payload_of_98_percent(void **state)
{
    uint64_t ram = (dice_thorough() ? 128 : 32) * MIB, used = ram / 100 * 98 / PAGE * PAGE;
    uint64_t kernel = used / 3 / PAGE * PAGE, initrd = used - kernel;
    uint64_t free_pages = (ram - used) / PAGE;
    struct baton_segment *s;

    (void)state;
    for (int order = 0; order < LEND_ORDERS; order++)
        for (int pae = 0; pae < 2; pae++) {
            journey_start(&j, 0xc0105000, 0x8000);
            machine_memory(&j.machine, MIB, MIB + ram, BATON_MEM_USABLE);
            machine_ready(&j.machine);
            j.machine.order = (enum machine_order)order;
            j.request.live.kind = (uint32_t)pae;
            s = journey_segment(&j, "kernel", BATON_SEG_FIXED);
            s->source = machine_file(&j.machine, MIB, kernel).pa;
            s->file_size = s->mem_size = kernel;
            s->prefer = MIB + free_pages / 2 * PAGE;
            s = journey_segment(&j, "initrd", BATON_SEG_SKEW);
            s->source = machine_file(&j.machine, MIB + kernel, initrd).pa;
            s->file_size = s->mem_size = initrd;
            s->flags |= BATON_SEG_ANYWHERE;
            s->min = MIB;
            assert_journey(&j, journey_load(&j) == 0);
            assert_int_equal(j.image.counts.move, used / PAGE);
            assert_true(j.machine.lent <= j.image.counts.move * 3 / 1000 + 16);
            assert_journey(&j, journey_finish(&j));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stays_costs_nothing),
        cmocka_unit_test(work_grows_with_the_pages),
        cmocka_unit_test(memory_that_it_takes),
        cmocka_unit_test(payload_of_98_percent),
    };

    return cmocka_run_group_tests_name("cost", tests, NULL, NULL);
}
