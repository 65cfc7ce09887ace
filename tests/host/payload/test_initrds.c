/*
 * Several initrds: in memory they are one, as the payload is told of them. What it is to be is written down here
 * by itself: the files in order, each from a multiple of 4 on, zeros between.
 */
#include "payload/common/payload.h"
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"

#define MIB 0x100000ull
#define P ((uint64_t)BATON_PAGE_SIZE)
#define KERNEL (2 * MIB)
#define FIRST (4 * MIB)
#define RAM_END (16 * MIB)
#define MOST (2 * MIB)

static struct journey j;

/* No initrds yet. elf: else a bzImage that prefers 8 MiB. */
static void stage(bool elf)
{
    journey_start(&j, 0xc0105000, 0x8000);
    machine_memory(&j.machine, MIB, RAM_END, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    if (elf) {
        j.request.kernel = elf_make(&j.machine, KERNEL, 0x6000, &elf_usual);
        return;
    }
    struct bzimage_fields f = bzimage_usual;

    f.pref_address = 8 * MIB;
    f.alignment = 0x1000;
    f.init_size = MIB;
    j.request.kernel = bzimage_make(&j.machine, KERNEL, &f);
}

static void add(unsigned n, uint64_t pa, uint64_t size)
{
    j.request.module[n].file = machine_file(&j.machine, pa, size);
}

/* As boot loaders put them: each at the next page. */
static void add_in_a_row(const uint64_t *sizes, unsigned count)
{
    uint64_t at = FIRST;

    for (unsigned n = 0; n < count; n++) {
        add(n, at, sizes[n]);
        at = baton_page_up(at + sizes[n]);
    }
}

/* What the payload is to find; its length. */
static uint64_t wanted(uint8_t *to)
{
    uint64_t at = 0;

    for (unsigned n = 0; n < BATON_MODULES; n++) {
        const struct baton_file *f = &j.request.module[n].file;

        while (f->size && at % 4)
            to[at++] = 0;
        assert_true(at + f->size <= MOST);
        machine_read(f->pa, to + at, f->size);
        at += f->size;
    }
    return at;
}

/* What it is told, at its entry. */
static struct baton_range told(void)
{
    uint64_t at = j.payload.entry.registers.ebx + offsetof(struct baton_record, initrd);
    uint32_t size;

    if (j.payload.entry.registers.esi)
        at = j.payload.entry.registers.esi + 0x218; /* ramdisk_image, ramdisk_size [LBP] */
    uint32_t start = machine_word(at);
    size = machine_word(at + 4);
    return (struct baton_range){start, (uint64_t)start + size};
}

/* Loads, runs the list, compares every byte, unloads. */
static void arrive(void)
{
    static uint8_t want[MOST], got[MOST];
    uint64_t size = wanted(want);

    assert_int_equal(journey_load(&j), 0);
    assert_journey(&j, journey_judge(&j));
    struct baton_range range = told();
    assert_int_equal(range.end - range.start, size);
    assert_int_equal(range.start % P, 0); /* else Linux warns, and is tainted */
    assert_journey(&j, journey_run(&j));
    machine_read(range.start, got, size);
    assert_memory_equal(got, want, size);
    assert_journey(&j, journey_unload(&j));
}

static void three_of_odd_sizes(void **state)
{
    static const uint64_t sizes[] = {5000, 100003, 70001};

    (void)state;
    for (unsigned elf = 0; elf < 2; elf++)
        for (int place = BATON_PLACE_AUTO; place <= BATON_PLACE_NONE; place++)
            for (unsigned digest = 0; digest < 2; digest++) {
                stage(elf);
                j.request.place = (enum baton_policy)place;
                j.request.digest_page = digest ? journey_digest_code : NULL;
                add_in_a_row(sizes, COUNT(sizes));
                arrive();
            }
}

/* Ends and starts around a multiple of 4 and of a page, from loaders that align and that do not. */
static void every_edge(void **state)
{
    static const uint64_t sizes[] = {1, 2, 3, 4, 5, P - 3, P - 1, P, P + 1, 2 * P + 2};
    static const uint64_t starts[] = {0, 1, 4, P - 1};

    (void)state;
    for (size_t a = 0; a < COUNT(sizes); a++)
        for (size_t b = 0; b < COUNT(sizes); b++)
            for (size_t c = 0; c < COUNT(sizes); c += 3)
                for (size_t s = 0; s < COUNT(starts); s++) {
                    stage(true);
                    add(0, FIRST + starts[s], sizes[a]);
                    add(1, FIRST + 8 * P + starts[(s + b) % COUNT(starts)], sizes[b]);
                    add(2, FIRST + 5 * P, sizes[c]);
                    j.request.place = (enum baton_policy)((a + b) % 3);
                    arrive();
                }
}

/* What lies as it is to lie already, and how many pages stay, are copied, move. */
static void what_stays(void **state)
{
    static const struct {
        const char *name;
        uint64_t at[3], size[3];
        unsigned stay[3]; /* 1: this one does */
        uint64_t composed;
    } cases[] = {
        {"whole pages in a row",
         {FIRST, FIRST + 2 * P, FIRST + 5 * P},
         {2 * P, 3 * P, 777},
         {1, 1, 1},
         0},
        {"the first is at its place, the next not",
         {FIRST, FIRST + 2 * P, FIRST + 9 * P},
         {2 * P, 3 * P, 777},
         {1, 1, 0},
         1},
        {"the larger ones are at their place",
         {FIRST + 9 * P, FIRST + P, FIRST + 4 * P},
         {P, 3 * P, 777},
         {0, 1, 1},
         0},
        {"a gap of two bytes", {FIRST, FIRST + 2 * P, 0}, {2 * P - 2, 3 * P, 0}, {1, 1, 0}, 1},
        {"a gap of a page", {FIRST, FIRST + 2 * P, 0}, {P, 3 * P, 0}, {0, 1, 0}, 0},
        {"small before large", {FIRST, FIRST + P, 0}, {700, 20 * P, 0}, {1, 0, 0}, 21},
        {"large before small", {FIRST, FIRST + 21 * P, 0}, {20 * P + 100, 700, 0}, {1, 0, 0}, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        stage(true);
        for (unsigned n = 0; n < 3; n++)
            if (cases[i].size[n])
                add(n, cases[i].at[n], cases[i].size[n]);
        assert_int_equal(journey_load(&j), 0);
        for (unsigned n = 0; n < 3 && cases[i].size[n]; n++) {
            const struct baton_segment *s = &j.payload.segment[2 + n];

            if ((s->dest == s->source) != cases[i].stay[n])
                print_error("%s: initrd %u\n", cases[i].name, n + 1);
            assert_int_equal(s->dest == s->source, cases[i].stay[n]);
        }
        if (j.image.counts.bounce != cases[i].composed + 1) /* and one of the kernel's */
            print_error("%s\n", cases[i].name);
        assert_int_equal(j.image.counts.bounce, cases[i].composed + 1);
        baton_image_free(&j.image);
        arrive();
    }
}

static void names_and_sizes(void **state)
{
    static const uint64_t sizes[] = {5001, 8, 3};
    const struct baton_segment *s = &j.payload.segment[2];

    (void)state;
    stage(true);
    add_in_a_row(sizes, COUNT(sizes));
    assert_int_equal(journey_load(&j), 0);
    assert_string_equal(s[0].what, "initrd");
    assert_string_equal(s[1].what, "initrd 2");
    assert_string_equal(s[2].what, "initrd 3");
    assert_int_equal(s[0].mem_size, 5004);
    assert_int_equal(s[1].mem_size, 8);
    assert_int_equal(s[2].mem_size, 3);
    assert_int_equal(s[0].dest % P, s[0].source % P);
    assert_int_equal(s[1].dest, s[0].dest + 5004);
    assert_int_equal(s[2].dest, s[1].dest + 8);
    baton_image_free(&j.image);
}

/* Files of no bytes are none, wherever they stand. */
static void none_between(void **state)
{
    uint32_t first;

    (void)state;
    for (unsigned elf = 0; elf < 2; elf++) {
        stage(elf);
        add(1, FIRST, 5001);
        add(4, FIRST + 4 * P, 70);
        add(BATON_MODULES - 1, FIRST + 3 * P, 1);
        arrive();
        assert_int_equal(baton_segment_modules(&j.payload, &first), 3);
        stage(elf);
        arrive();
        assert_int_equal(baton_segment_modules(&j.payload, &first), 0);
        assert_int_equal(segment_initrd_range(&j.payload).end, 0);
    }
}

/* The last byte of the last one at initrd_addr_max, and one byte beyond. */
static void below_the_limit(void **state)
{
    static const uint64_t sizes[] = {P, 3 * P, 777};

    (void)state;
    for (unsigned less = 0; less < 2; less++) {
        struct bzimage_fields f = bzimage_usual;

        stage(false);
        f.pref_address = 8 * MIB;
        f.alignment = 0x1000;
        f.init_size = MIB;
        f.initrd_addr_max = (uint32_t)(FIRST + 4 * P + 777 - 1 - less);
        j.request.kernel = bzimage_make(&j.machine, KERNEL, &f);
        add_in_a_row(sizes, COUNT(sizes));
        arrive();
        assert_int_equal(j.payload.segment[1].dest == FIRST, !less);
        assert_true(segment_initrd_range(&j.payload).end <= FIRST + 4 * P + 777 - less);
    }
}

/* As many as a request takes; and an ELF file that leaves no room for all of them. */
static void many(void **state)
{
    static const struct {
        uint32_t loads;
        bool digest;
        int error;
        const char *what;
    } cases[] = {
        {1, true, 0, NULL},
        {2, true, 0, NULL},
        {14, true, 0, NULL}, /* 48: 14, 31, the record, its line, the map and no more */
        {15, true, BATON_E_SEGMENTS, "segments to compare"},
        {15, false, 0, NULL},
        {30, false, 0, NULL},
        {31, false, BATON_E_SEGMENTS, "segments"},
        {34, false, BATON_E_SEGMENTS, "segments"},
    };
    uint64_t sizes[BATON_MODULES];

    (void)state;
    for (unsigned n = 0; n < BATON_MODULES; n++)
        sizes[n] = 1 + n * 577;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct elf_fields f = elf_usual;

        stage(true);
        f.loads = cases[i].loads;
        for (uint32_t n = 0; n < f.loads; n++)
            f.load[n] = (struct elf_load){
                1, 0x1000, 0xc0200000 + n * 0x1000, 0x200000 + n * 0x1000, 0x1000, 0x1000};
        j.request.kernel = elf_make(&j.machine, KERNEL, 0x6000, &f);
        j.request.digest_page = cases[i].digest ? journey_digest_code : NULL;
        add_in_a_row(sizes, BATON_MODULES);
        if (!cases[i].error) {
            arrive();
            continue;
        }
        assert_int_equal(journey_load(&j), cases[i].error);
        assert_journey(&j, !j.wrong[0]);
        assert_string_equal(j.why.what, cases[i].what);
    }
}

/* The refusal tells of all of them: there is room for each, not for all. */
static void no_room(void **state)
{
    static const uint64_t sizes[] = {3 * MIB, 3 * MIB, 3 * MIB};

    (void)state;
    struct bzimage_fields f = bzimage_usual;

    stage(false);
    f.pref_address = 8 * MIB;
    f.relocatable = 0;
    f.init_size = MIB;
    j.request.kernel = bzimage_make(&j.machine, KERNEL, &f);
    add_in_a_row(sizes, COUNT(sizes));
    assert_int_equal(journey_load(&j), BATON_E_NO_ROOM);
    assert_journey(&j, !j.wrong[0]);
    assert_string_equal(j.why.what, "initrd");
    assert_int_equal(j.why.value, 9 * MIB);
    assert_int_equal(j.payload.segment[1].mem_size, 3 * MIB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_of_odd_sizes),
        cmocka_unit_test(every_edge),
        cmocka_unit_test(what_stays),
        cmocka_unit_test(names_and_sizes),
        cmocka_unit_test(none_between),
        cmocka_unit_test(below_the_limit),
        cmocka_unit_test(many),
        cmocka_unit_test(no_room),
    };

    return cmocka_run_group_tests_name("initrds", tests, NULL, NULL);
}
