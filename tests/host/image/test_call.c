/*
 * A payload that is called: its pages are swapped in and out by a walker of the test's own, and
 * between the two walks the payload writes over all of its memory. Then RAM is as it was, and the image
 * can be called again.
 */
#include "relocate/image/call.h"
#include "relocate/trampoline/call.h"
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/paper/judge.h"
#include "tests/host/random/random_recipe.h"
#include "tests/host/random/sample.h"

#define PAGE BATON_PAGE_SIZE
#define MIB 0x100000ull
#define PARAMS 0x200 /* of the call page; the list's first word comes first */
#define EIP 0x984    /* of the control page; in a call the call page's address */
enum { TO = 1, ON_IN = 2, END = 4, FROM = 8 };

static struct journey j;

static int check(void)
{
    return baton_image_check(&j.request, &j.payload, &j.image, &j.why);
}

static void stage_call(const struct recipe *r)
{
    recipe_stage(r, &j);
    j.request.call = j.payload.call = true;
}

/* ---- the call, on paper ---------------------------------------------------------------------- */

/* The pa of the next word from *at on, that has no page of the list behind it. */
static uint64_t next_word(uint64_t *at)
{
    while (machine_word(*at) & ON_IN)
        *at = machine_word(*at) & ~0xfffu;
    *at += 4;
    return *at - 4;
}

/* Calls visit for each pair. */
static void each_pair(void (*visit)(uint64_t dest, uint64_t page))
{
    uint64_t at = j.image.call + PARAMS, dest = 0;

    for (;;) {
        uint32_t word = machine_word(next_word(&at));
        uint64_t page = word & ~0xfffu;

        if (word & END)
            return;
        assert_true((word & 0xfff) == TO || (word & 0xfff) == FROM);
        if (word & TO) {
            dest = page;
        } else {
            visit(dest, page);
            dest += PAGE;
        }
    }
}

static void swap(uint64_t dest, uint64_t page)
{
    uint8_t bytes[PAGE];

    assert_true(machine_is_lent(page));
    machine_read(dest, bytes, PAGE);
    memcpy(machine_at(dest), machine_at(page), PAGE);
    memcpy(machine_at(page), bytes, PAGE);
}

static void scribble(uint64_t dest, uint64_t page)
{
    memset(machine_at(dest), 0x5a ^ (int)(page >> 12), PAGE);
}

/* false: see j.wrong. */
static bool called_well(void)
{
    bool well;

    each_pair(swap);
    well = judge_memory(&j);
    each_pair(scribble);
    each_pair(swap);
    return well && judge_untouched(&j);
}

/* Loads and calls it twice, and unloads it; true also for a refusal that leaves no trace. */
static bool played_well(void)
{
    if (journey_load(&j))
        return !j.wrong[0];
    for (unsigned n = 0; n < 2; n++) {
        if (!called_well())
            return false;
        if (j.image.counts.move && check() != BATON_E_CHECK)
            return judge_wrong(&j, "the payload's own bytes pass for the file's", 0, 0);
        baton_payload_finish(&j.request, &j.payload, &j.image);
        if (check())
            return judge_wrong(&j, j.why.what, j.why.value, j.why.limit);
    }
    return judge_places(&j) && judge_tables(&j) && journey_unload(&j);
}

static void random_machines(void **state)
{
    unsigned loaded = 0;

    (void)state;
    for (uint64_t round = 0; round < (dice_thorough() ? 5000 : 500); round++) {
        struct dice dice = {dice_seed() + (round << 20)};
        struct recipe r;

        random_recipe(&dice, &r);
        if (!recipe_segments(&r))
            continue;
        stage_call(&r);
        if (!played_well()) {
            recipe_print(&r, stderr);
            assert_journey(&j, false);
        }
        loaded += !j.error;
    }
    assert_true(loaded > 100);
}

/* ---- the dry run ----------------------------------------------------------------------------- */

static void load_sample(bool pae)
{
    struct recipe r;

    sample_recipe(pae, 1, &r);
    stage_call(&r);
    assert_int_equal(journey_load(&j), 0);
}

static void refused(const char *what)
{
    assert_int_equal(check(), BATON_E_CHECK);
    assert_string_equal(j.why.what, what);
    assert_false(j.image.armed);
}

static void every_bit_of_the_call_page(void **state)
{
    (void)state;
    load_sample(true);
    for (unsigned offset = 0; offset < PAGE; offset++) {
        uint8_t *at = machine_at(j.image.call + offset), was = *at;

        *at ^= (uint8_t)(1 << offset % 8);
        bool passes = check() == 0;
        if (passes != (offset >= 0x280)) { /* the stack may hold anything */
            print_error("byte 0x%03x of the call page: %s\n", offset,
                        passes ? "passes" : j.why.what);
            fail();
        }
        *at = was;
    }
    assert_int_equal(check(), 0);
}

static uint64_t word_at(uint32_t flag, unsigned n)
{
    uint64_t at = j.image.call + PARAMS, pa;

    while (machine_word(pa = next_word(&at)) != END)
        if ((machine_word(pa) & 0xfff) == flag && n-- == 0)
            return pa;
    fail();
    return 0;
}

static void with_word(uint64_t pa, uint32_t word, const char *what)
{
    uint32_t was = machine_word(pa);

    machine_write(pa, &word, 4);
    refused(what);
    machine_write(pa, &was, 4);
    assert_int_equal(check(), 0);
}

static void pairs_that_would_not_come_back(void **state)
{
    const char *used = "H4: a page to swap has another use";
    uint64_t second;

    (void)state;
    load_sample(false);
    second = word_at(FROM, 1);
    with_word(second, machine_word(word_at(FROM, 0)), used);
    with_word(second, (uint32_t)j.image.list | FROM, used);
    with_word(second, (uint32_t)j.image.control | FROM, used);
    with_word(second, (uint32_t)j.image.call | FROM, used);
    with_word(second, (uint32_t)j.image.tables[1] | FROM, used);
    with_word(second, (uint32_t)SAMPLE_BASE | FROM, used);
    with_word(second, (uint32_t)j.image.list | ON_IN, used); /* it would have no end */
    with_word(second, 16, "H8: the call page knows no such word");
    with_word(second, END, "H4: not every destination is filled");
    with_word(word_at(TO, 1), machine_word(word_at(TO, 0)), "H4: a destination is written twice");
}

static void a_call_page_that_is_not_the_images(void **state)
{
    uint64_t page;
    uint32_t eip;

    (void)state;
    load_sample(true);
    page = j.image.call;
    j.image.call = 0;
    refused("H2: the parameters are not the image's");
    j.image.call = page;
    j.request.call = false;
    refused("H2: a call page that nobody asked for");
    j.request.call = true;
    j.image.swap = j.image.call;
    refused("H2: the swap page is no page of its own");
    j.image.swap = machine_word(word_at(FROM, 0)) & ~0xfffu; /* one that could be it */
    refused("H2: a call has no swap page");
    j.image.swap = 0;
    j.payload.call = false;
    refused("H2: the call page is no control page");
    j.payload.call = true;
    eip = (uint32_t)(j.image.call = SAMPLE_BASE); /* the payload's, and the parameters say so */
    machine_write(j.image.control + EIP, &eip, 4);
    refused("H2: the call page is no control page");
    eip = (uint32_t)(j.image.call = page);
    machine_write(j.image.control + EIP, &eip, 4);
    assert_int_equal(check(), 0);
}

/* A list that somebody has written to is followed no further than the image's pages. */
static void a_damaged_list_is_not_followed(void **state)
{
    static uint8_t before[PAGE];
    uint32_t word = (uint32_t)SAMPLE_BASE | FROM;
    uint64_t at;

    (void)state;
    load_sample(false);
    at = word_at(FROM, 0);
    machine_read(SAMPLE_BASE, before, PAGE);
    machine_write(at, &word, 4);
    baton_payload_finish(&j.request, &j.payload, &j.image);
    assert_memory_equal(machine_at(SAMPLE_BASE), before, PAGE);
    refused("H4: a page to swap has another use");
    word = (uint32_t)SAMPLE_BASE | ON_IN;
    machine_write(at, &word, 4);
    baton_payload_finish(&j.request, &j.payload, &j.image);
    word = (uint32_t)j.image.list | ON_IN; /* round and round */
    machine_write(at, &word, 4);
    baton_payload_finish(&j.request, &j.payload, &j.image);
    refused("H4: a page to swap has another use");
}

/* ---- after a call ----------------------------------------------------------------------------- */

/* The control page's parts that are written to, by the drawing in include/baton/control.h. */
enum {
    EXIT = 0x8c8,
    COM_PORT = 0x9a8,
    TICKS = 0x9e8,
    FAULT_STACK = 0xa20,
    GDT_VA = 0xb80,
    GDT_PA = 0xcb8,
    TSS = 0xdf0,
    FAULT_TSS_VA = 0xe58,
    FAULT_TSS_PA = 0xec0,
    PHASE = 0xf2c,
    RETURN = 0xf3c,
};

#define BUSY (1u << 9)     /* in the high word of a TSS descriptor [SDM3 7.2.2] */
#define ACCESSED (1u << 5) /* in an entry of a table [SDM3 4.8] */

static void fill(uint64_t pa, unsigned size)
{
    memset(machine_at(pa), 0xc3, size);
}

static void set(uint64_t pa, uint32_t bits)
{
    bits |= machine_word(pa);
    machine_write(pa, &bits, 4);
}

static uint64_t template(void)
{
    return j.machine.host.trampoline_pa;
}

/* The old kernel's state, where the copy has an exit. */
static void leave_the_old_state(void)
{
    fill(template() + EXIT, sizeof(struct call_saved));
}

/* The trampoline's own task, and a fault's. */
static void leave_busy_tasks(void)
{
    const uint64_t gdts[] = {template() + GDT_VA, j.image.control + GDT_VA,
                             j.image.control + GDT_PA};

    for (size_t i = 0; i < COUNT(gdts); i++) {
        set(gdts[i] + 0x20 + 4, BUSY);
        set(gdts[i] + 0x28 + 8 * 14 + 4, BUSY);
    }
}

/* The CPU saves registers in a task that it leaves; step 6 writes the fault task's CR3. */
static void leave_saved_registers(void)
{
    for (unsigned i = 0; i < 2; i++) {
        uint64_t page = i ? j.image.control : template();

        fill(page + TSS, 0x60);
        fill(page + FAULT_TSS_VA, 0x60);
        fill(page + TICKS, 7 * 8);
        fill(page + FAULT_STACK, 0x60);
        fill(page + PHASE, 4);
    }
    fill(j.image.control + FAULT_TSS_PA, 0x60);
}

/* A fault of the payload must not go on there in the next call, before there is one. */
static void leave_a_way_on(void)
{
    fill(j.image.control + RETURN, PAGE - RETURN);
}

static void leave_no_port(void)
{
    memset(machine_at(j.image.control + COM_PORT), 0, 2);
}

/* QEMU marks the entries of a PAE root, too; others are built as accessed. */
static void leave_accessed_root(void)
{
    for (unsigned i = 0; i < 4; i++)
        if (machine_word(j.image.tables[0] + 8 * i) & 1)
            set(j.image.tables[0] + 8 * i, ACCESSED);
}

/* Whatever they hold: they are written as a whole. */
static void leave_other_tables(void)
{
    memset(machine_at(j.image.tables[0]), 0, PAGE);
    for (uint32_t i = 1; i < j.image.table_count; i++)
        fill(j.image.tables[i], PAGE);
}

static void leave_other_fault_tables(void)
{
    for (unsigned i = 0; i < 2; i++)
        fill(j.image.fault_tables[i], PAGE);
}

static void leave_an_answer(void)
{
    fill(j.image.call + PARAMS + CALL_STATUS, sizeof(struct call_page) - CALL_STATUS);
    fill(j.image.call + CALL_STACK, PAGE - CALL_STACK);
}

/* What a call leaves in the image, and what the dry run says of it. */
static const struct {
    void (*leave)(void);
    bool pae; /* only there */
    const char *refused;
} traces[] = {
    {leave_the_old_state, false, "H2: the trampoline's copy differs from it"},
    {leave_busy_tasks, false, "H2: a fault would not find its handler"},
    {leave_saved_registers, false, "H2: a fault would not find its handler"},
    {leave_a_way_on, false, "H2: a fault would not find its handler"},
    {leave_no_port, false, "H2: the trampoline's copy differs from it"},
    {leave_accessed_root, true, "H5: an entry on the way has wrong bits"},
    {leave_other_tables, false, "H5: the tables are more pages than were built"},
    {leave_other_fault_tables, true, "H5: the fault task's tables do not lead to the control page"},
    {leave_an_answer, false, "H2: the call page's parameters are not the image's"},
};

/* Does a page hold what machine_remember() has seen? The payload's stack is its own. */
static bool is_as_built(void *ctx, uint64_t page, bool is_ledger)
{
    size_t size = page == j.image.call ? CALL_STACK : PAGE;

    (void)ctx;
    return is_ledger || !memcmp(machine_at(page), machine_before(page), size);
}

/* What the call page says is kept for the caller, and the image can be called again. */
static void assert_renewed(void)
{
    struct call_page left, told;

    machine_read(j.image.call + PARAMS, &left, sizeof(left));
    call_renew(&j.image, &told);
    assert_memory_equal(&told, &left, sizeof(told));
    baton_payload_finish(&j.request, &j.payload, &j.image);
    if (check())
        fail_msg("%s", j.why.what);
    assert_true(j.image.armed);
}

static void what_a_call_leaves_is_undone(void **state)
{
    (void)state;
    for (int pae = 0; pae < 2; pae++) {
        load_sample(pae);
        machine_remember();
        for (size_t i = 0; i < COUNT(traces); i++) {
            if (traces[i].pae && !pae)
                continue;
            traces[i].leave();
            refused(traces[i].refused);
            assert_renewed();
            assert_true(baton_image_pages(&j.image, is_as_built, NULL));
            assert_true(is_as_built(NULL, template(), false));
        }
        each_pair(swap); /* all of it at once, and the payload's pages */
        each_pair(scribble);
        for (size_t i = 0; i < COUNT(traces); i++)
            if (!traces[i].pae || pae)
                traces[i].leave();
        each_pair(swap);
        assert_renewed();
        assert_true(baton_image_pages(&j.image, is_as_built, NULL));
        assert_true(is_as_built(NULL, template(), false));
        assert_journey(&j, journey_unload(&j));
    }
}

/* A port that the template has given up is not asked by the copy, either. */
static void a_port_stays_given_up(void **state)
{
    (void)state;
    load_sample(false);
    memset(machine_at(template() + COM_PORT), 0, 2);
    refused("H2: the trampoline's copy differs from it");
    assert_renewed();
    assert_int_equal(machine_word(j.image.control + COM_PORT) & 0xffff, 0);
}

/* ---- from a file ----------------------------------------------------------------------------- */

static void start(void)
{
    journey_start(&j, 0xc0105000, 0x8000);
    machine_memory(&j.machine, 0x1000, 0x9f000, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0xf0000, MIB, BATON_MEM_RESERVED);
    machine_memory(&j.machine, MIB, 64 * MIB, BATON_MEM_USABLE);
    for (unsigned n = 0; n < 200; n++) /* a map of two pages */
        machine_memory(&j.machine, (1ull << 32) + n * MIB, (1ull << 32) + n * MIB + PAGE,
                       BATON_MEM_ACPI);
    machine_ready(&j.machine);
    j.request.call = true;
}

static bool is_a_segment(const struct baton_record_memory *entry)
{
    for (uint32_t i = 0; i < j.payload.segments; i++)
        if (j.payload.segment[i].dest == entry->start &&
            j.payload.segment[i].mem_size == entry->end - entry->start)
            return true;
    return false;
}

/* Usable memory is the payload's own; all that is not usable is in the map, too; in order. */
static void the_map_of_an_elf_file_that_returns(void **state)
{
    const struct baton_record *record;
    unsigned usable = 0, other = 0;
    uint64_t last = 0;

    (void)state;
    start();
    j.request.kernel = elf_make(&j.machine, 0x400000, 0x10000, &elf_usual);
    j.request.module[0].file = machine_file(&j.machine, 0x205000, 0x3456);
    assert_int_equal(journey_load(&j), 0);
    record = (const void *)machine_at(j.payload.entry.registers.ebx);
    for (uint32_t at = record->map; at;) {
        const struct baton_record_map *map = (const void *)machine_at(at);

        for (uint32_t i = 0; i < map->count; i++) {
            assert_true(map->entry[i].start >= last);
            last = map->entry[i].end;
            usable += map->entry[i].type == BATON_MEM_USABLE;
            other += map->entry[i].type != BATON_MEM_USABLE;
            assert_true(map->entry[i].type != BATON_MEM_USABLE || is_a_segment(&map->entry[i]));
        }
        at = map->next;
    }
    assert_int_equal(usable, j.payload.segments);
    assert_int_equal(other, 201);
    assert_journey(&j, called_well() && journey_unload(&j));
}

/* H7: each allocation fails once. */
static void every_allocation_of_a_call_fails(void **state)
{
    bool unfailed = false;

    (void)state;
    for (uint64_t n = 1; !unfailed; n++) {
        start();
        j.request.kernel = elf_make(&j.machine, 0x400000, 0x10000, &elf_usual);
        j.request.digest_page = journey_digest_code;
        j.machine.fail_at = n;
        int error = journey_load(&j); /* judges the refusal */
        unfailed = j.given < n;
        assert_journey(&j, !j.wrong[0]);
        assert_int_equal(error, unfailed ? 0 : BATON_E_NO_PAGES);
    }
    assert_true(j.given > 20 && j.image.call);
    assert_journey(&j, called_well() && journey_unload(&j));
}

static void a_linux_does_not_return(void **state)
{
    (void)state;
    start();
    j.request.kernel = bzimage_make(&j.machine, 3 * MIB, &bzimage_usual);
    assert_int_equal(journey_load(&j), BATON_E_KIND);
    assert_journey(&j, !j.wrong[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_machines),
        cmocka_unit_test(every_bit_of_the_call_page),
        cmocka_unit_test(pairs_that_would_not_come_back),
        cmocka_unit_test(a_call_page_that_is_not_the_images),
        cmocka_unit_test(a_damaged_list_is_not_followed),
        cmocka_unit_test(what_a_call_leaves_is_undone),
        cmocka_unit_test(a_port_stays_given_up),
        cmocka_unit_test(the_map_of_an_elf_file_that_returns),
        cmocka_unit_test(every_allocation_of_a_call_fails),
        cmocka_unit_test(a_linux_does_not_return),
    };

    return cmocka_run_group_tests_name("call", tests, NULL, NULL);
}
