/*
 * Images that come and go beside each other: a reload that fails at any allocation, or for any
 * reason, leaves the earlier image as it was, byte for byte; two that are loaded have no page in
 * common, and either may go first. Every format, every place policy, both kinds of tables.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"

#define MIB 0x100000ull
#define PAGES_MOST 256

static struct journey j;

/* ---- what may be loaded ---------------------------------------------------------------------------- */

static struct baton_file file_bzimage(uint64_t pa)
{
    return bzimage_make(&j.machine, pa, &bzimage_usual);
}

static struct baton_file file_old_bzimage(uint64_t pa)
{
    struct bzimage_fields f = bzimage_usual;

    f.protocol = 0x0202;
    f.jump = 0x2a;
    return bzimage_make(&j.machine, pa, &f);
}

static struct baton_file file_elf(uint64_t pa)
{
    return elf_make(&j.machine, pa, 0x10000, &elf_usual);
}

/* At the top of memory, where pages are lent first: they are set aside, then given back. */
static struct baton_file file_high_elf(uint64_t pa)
{
    struct elf_fields f = elf_usual;

    f.load[0].paddr = 0xfff0000;
    f.load[0].memsz = 0x10000;
    f.load[1].paddr = 0xff00000;
    return elf_make(&j.machine, pa, 0x10000, &f);
}

static struct baton_file file_vmlinux(uint64_t pa)
{
    struct elf_fields f = elf_usual;
    struct baton_file file;

    f.entry = f.load[0].paddr + 0x10;
    file = elf_make(&j.machine, pa, 0x10000, &f);
    machine_write(pa + 0x8000, "Linux version 6.1", 17);
    return file;
}

static struct baton_file (*const kernels[])(uint64_t pa) = {file_bzimage, file_old_bzimage,
                                                            file_elf, file_high_elf, file_vmlinux};

/* How a load goes: one of all the ways. */
struct road {
    unsigned kernel;
    enum baton_policy place;
    bool pae;
};

#define ROADS (COUNT(kernels) * 3 * 2)

static struct road road(unsigned n)
{
    return (struct road){n % COUNT(kernels), (enum baton_policy)(n / COUNT(kernels) % 3),
                         n / COUNT(kernels) / 3 != 0};
}

/* Does its kernel read pages that must lie in one of two ranges? */
static bool has_reach(struct road r)
{
    return kernels[r.kernel] == file_old_bzimage || kernels[r.kernel] == file_vmlinux;
}

/* An image, what it was loaded from, and all bytes of its pages. */
struct loaded {
    struct baton_request request;
    struct baton_payload payload;
    struct baton_image image, as_it_was;
    uint64_t pa[PAGES_MOST];
    uint8_t bytes[PAGES_MOST][BATON_PAGE_SIZE];
    unsigned pages;
};

static struct loaded older, newer;

static void start(void)
{
    journey_start(&j, 0xc0105000, 0x8000);
    machine_memory(&j.machine, MIB, 256 * MIB, BATON_MEM_USABLE);
    while (j.machine.host.memory_count < 120) { /* about what protocol 2.02 can tell */
        uint64_t at = (1ull << 32) + j.machine.host.memory_count * MIB;

        machine_memory(&j.machine, at, at + 0x1000, BATON_MEM_RESERVED);
    }
    machine_ready(&j.machine);
}

/* Its files lie from `pa` on. */
static void ask(struct loaded *l, struct road r, uint64_t pa)
{
    l->request = j.request;
    l->request.kernel = kernels[r.kernel](pa);
    l->request.module[0].file = machine_file(&j.machine, pa + MIB + 0x123, 0x3456);
    l->request.place = r.place;
    l->request.live.kind = r.pae;
}

static int load(struct loaded *l)
{
    memset(&l->image, 0xee, sizeof(l->image));
    return baton_load(&j.machine.host, &l->request, &j.cpu, &l->payload, &l->image, &j.why);
}

static bool owns(const struct loaded *l, uint64_t pa)
{
    for (unsigned i = 0; i < l->pages; i++)
        if (l->pa[i] == pa)
            return true;
    return false;
}

/* Remembers the image; its pages are those that are lent, but not to `other`. */
static void note(struct loaded *l, const struct loaded *other)
{
    l->pages = 0;
    for (uint64_t pa = 0; pa < 256 * MIB; pa += BATON_PAGE_SIZE)
        if (machine_is_lent(pa) && !(other && owns(other, pa))) {
            assert_true(l->pages < PAGES_MOST);
            machine_read(pa, l->bytes[l->pages], BATON_PAGE_SIZE);
            l->pa[l->pages++] = pa;
        }
    l->as_it_was = l->image;
}

/* Byte for byte; and its dry run passes once more. */
static void assert_whole(struct loaded *l)
{
    uint64_t lent = j.machine.lent;

    for (unsigned i = 0; i < l->pages; i++) {
        assert_true(machine_is_lent(l->pa[i]));
        assert_memory_equal(machine_at(l->pa[i]), l->bytes[i], BATON_PAGE_SIZE);
    }
    assert_memory_equal(&l->image, &l->as_it_was, sizeof(l->image));
    l->image.armed = false;
    assert_int_equal(baton_image_check(&l->request, &l->payload, &l->image, &j.why), 0);
    assert_true(l->image.armed);
    assert_int_equal(j.machine.lent, lent);
}

static void assert_refused(struct loaded *l, int error, uint64_t free_before)
{
    static const struct baton_image zeros;

    assert_int_equal(error, j.why.error);
    assert_int_equal(j.machine.free, free_before);
    assert_memory_equal(&l->image, &zeros, sizeof(zeros));
    assert_string_equal(j.machine.violation, "");
}

static void load_older(unsigned n)
{
    start();
    ask(&older, road(n), 3 * MIB);
    assert_int_equal(load(&older), 0);
    note(&older, NULL);
    assert_int_equal(j.machine.lent, older.pages);
}

/* ---- tests ----------------------------------------------------------------------------------------- */

/* Road n after road n + 7: another kernel's, another policy's. */
static void a_reload_that_runs_out_of_pages(void **state)
{
    (void)state;
    for (unsigned n = 0; n < ROADS; n++) {
        unsigned failed = 0;
        int error = -1;

        load_older((n + 7) % ROADS);
        ask(&newer, road(n), 40 * MIB);
        uint64_t free_before = j.machine.free;
        for (uint64_t n_th = 1;; n_th++) {
            j.machine.fail_at = j.machine.asked + n_th;
            error = load(&newer);
            if (!error && j.machine.asked < j.machine.fail_at)
                break;
            j.machine.fail_at = 0;
            failed++;
            if (!error) { /* an old kernel's pages: where one range has none, another has */
                assert_true(has_reach(road(n)));
                baton_image_free(&newer.image);
            } else {
                assert_true(error == BATON_E_NO_PAGES ||
                            (error == BATON_E_REACH && has_reach(road(n))));
                assert_refused(&newer, error, free_before);
            }
            assert_whole(&older);
        }
        j.machine.fail_at = 0;
        assert_true(failed >= 8); /* code, tables, list, ledger, what the payload reads, dry run */
        baton_image_free(&newer.image);
        assert_int_equal(j.machine.free, free_before);
        baton_image_free(&older.image);
        assert_int_equal(j.machine.lent, 0);
    }
}

static void spoil_empty(struct baton_request *r)
{
    r->kernel.size = 0;
}

static void spoil_cut(struct baton_request *r)
{
    r->kernel.size = 0x3000;
}

static void spoil_kind(struct baton_request *r)
{
    r->kernel.pa += 0x1000;
}

static void spoil_words(struct baton_request *r)
{
    static char words[4097];

    r->command_line = memset(words, 'x', sizeof(words) - 1);
}

static void spoil_initrd(struct baton_request *r)
{
    r->module[0].file = r->module[1].file = (struct baton_file){2 * MIB, 253 * MIB};
    r->place = BATON_PLACE_ALL; /* it must move, and there is nowhere to go */
}

static void a_reload_that_is_refused(void **state)
{
    static const struct {
        void (*spoil)(struct baton_request *r);
        int error;
    } spoils[] = {
        {spoil_empty, BATON_E_EMPTY},    {spoil_cut, BATON_E_TRUNCATED},
        {spoil_kind, BATON_E_FORMAT},    {spoil_words, BATON_E_COMMAND_LINE},
        {spoil_initrd, BATON_E_NO_ROOM},
    };

    (void)state;
    for (unsigned n = 0; n < ROADS; n++) {
        load_older((n + 7) % ROADS);
        for (size_t i = 0; i < COUNT(spoils); i++) {
            ask(&newer, road(n), 40 * MIB);
            spoils[i].spoil(&newer.request);
            uint64_t free_before = j.machine.free;
            int error = load(&newer);
            if (error != spoils[i].error)
                print_error("road %u, spoil %zu: %s\n", n, i, j.why.what);
            assert_int_equal(error, spoils[i].error);
            assert_refused(&newer, error, free_before);
            assert_whole(&older);
        }
        baton_image_free(&older.image);
        assert_int_equal(j.machine.lent, 0);
    }
}

/* Two at a time: no page of one is the other's, and whichever stays is whole. */
static void side_by_side(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 2 * ROADS; n++) {
        struct loaded *goes = n < ROADS ? &older : &newer, *stays = n < ROADS ? &newer : &older;

        load_older((n + 7) % ROADS);
        ask(&newer, road(n % ROADS), 40 * MIB);
        assert_int_equal(load(&newer), 0);
        assert_whole(&older); /* so the newer one took none of its pages */
        note(&newer, &older);
        assert_int_equal(j.machine.lent, older.pages + newer.pages);
        assert_whole(&newer);

        baton_image_free(&goes->image);
        assert_int_equal(j.machine.lent, stays->pages);
        assert_whole(stays);
        j.request = stays->request; /* and it hands over as if it had been alone */
        j.payload = stays->payload;
        j.image = stays->image;
        assert_journey(&j, journey_run(&j) && journey_unload(&j));
        assert_int_equal(j.machine.lent, 0);
    }
}

/* Loaded, unloaded, loaded again, each time by another road: nothing adds up. */
static void one_after_the_other(void **state)
{
    uint64_t free_before;

    (void)state;
    start();
    for (unsigned n = 0; n < ROADS; n++)
        ask(&newer, road(n), (2 + 2 * n) * MIB); /* all files lie there from the beginning */
    free_before = j.machine.free;
    for (unsigned n = 0; n < 3 * ROADS; n++) {
        ask(&newer, road(n * 7 % ROADS), (2 + 2 * (n * 7 % ROADS)) * MIB);
        assert_int_equal(load(&newer), 0);
        assert_true(j.machine.free < free_before);
        baton_image_free(&newer.image);
        assert_int_equal(j.machine.free, free_before);
        assert_int_equal(j.machine.lent, 0);
        assert_string_equal(j.machine.violation, "");
    }
}

/* ---- an image's pages ------------------------------------------------------------------------------- */

static unsigned visits, last_visit;

static bool visit(void *ctx, uint64_t pa, bool ledger)
{
    (void)ledger;
    assert_ptr_equal(ctx, &j);
    assert_true(machine_is_lent(pa));
    return ++visits != last_visit;
}

/* Each page once; and it ends where the visitor says, at a control page or at one of the ledger. */
static void a_visit_ends_where_it_is_told(void **state)
{
    unsigned pages;

    (void)state;
    start();
    ask(&newer, road(1), 32 * MIB);
    assert_int_equal(load(&newer), 0);
    visits = last_visit = 0;
    assert_true(baton_image_pages(&newer.image, visit, &j));
    pages = visits;
    assert_int_equal(pages, j.machine.lent);
    for (last_visit = 1; last_visit <= pages; last_visit++) {
        visits = 0;
        assert_false(baton_image_pages(&newer.image, visit, &j));
        assert_int_equal(visits, last_visit);
    }
    baton_image_free(&newer.image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reload_that_runs_out_of_pages),
        cmocka_unit_test(a_reload_that_is_refused),
        cmocka_unit_test(side_by_side),
        cmocka_unit_test(one_after_the_other),
        cmocka_unit_test(a_visit_ends_where_it_is_told),
    };

    return cmocka_run_group_tests_name("lifecycle", tests, NULL, NULL);
}
