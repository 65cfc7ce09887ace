/*
 * A host that breaks the contract of baton.h: each time a refusal that names it, never a crash, and
 * nothing is kept.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/exits.h"
#include "tests/host/random/sample.h"

#define PAGE ((uint64_t)BATON_PAGE_SIZE)

static struct journey j;

/* ---- alloc_page ------------------------------------------------------------------------------- */

static unsigned calls, liar_at; /* the call, from 1, that gives a wrong page */
static uint64_t wrong_pa, given[4096];
static bool again;     /* what it gave before is given again */
static unsigned which; /* of those; the second is a page of the ledger */
static bool reach;     /* the payload must find its pages in one range */

static int lie(void *ctx, uint64_t below, uint64_t *pa)
{
    if (++calls == liar_at) {
        *pa = again ? given[which] : wrong_pa;
        return 0;
    }
    int error = j.machine.host.alloc_page(ctx, below, pa);
    if (!error && calls < COUNT(given))
        given[calls - 1] = *pa;
    return error;
}

static void free_but_lies(void *ctx, uint64_t pa)
{
    if (machine_is_lent(pa))
        j.machine.host.free_page(ctx, pa);
}

/* Every call lies once. Returns at how many calls the lie was seen. */
static unsigned lie_at_every_call(const char *what)
{
    struct recipe recipe;
    unsigned seen = 0;

    for (liar_at = again ? 2 + which : 1;; liar_at++) {
        sample_recipe(true, 1, &recipe);
        recipe_stage(&recipe, &j);
        const struct baton_host honest = j.machine.host;
        if (reach)
            j.payload.reach[0] = (struct baton_range){0x100000, 0x200000};
        struct baton_host liar = honest;
        liar.alloc_page = lie;
        liar.free_page = free_but_lies;
        calls = 0;
        int error = baton_place(&liar, &j.request, &j.payload, &j.why);
        assert_int_equal(error, 0);
        error = baton_image_make(&liar, &j.request, &j.cpu, &j.payload, &j.image, &j.why);
        if (calls < liar_at) {
            assert_int_equal(error, 0);
            baton_image_free(&j.image);
            return seen;
        }
        if (error != BATON_E_HOST || strcmp(j.why.what, what) != 0)
            print_error("call %u: %d, %s\n", liar_at, error, j.why.what);
        assert_int_equal(error, BATON_E_HOST);
        assert_string_equal(j.why.what, what);
        assert_int_equal(j.machine.lent, 0);
        assert_false(j.image.armed);
        assert_null(j.image.host);
        seen++;
    }
}

static void pages_that_are_wrong(void **state)
{
    static const struct {
        uint64_t pa;
        const char *what;
    } cases[] = {
        {0, "alloc_page gives an address that is no page's, or the page at 0"},
        {0x300800, "alloc_page gives an address that is no page's, or the page at 0"},
        {1ull << 32, "alloc_page gives a page above the limit that it was given"},
        {0xfffffffffffff000, "alloc_page gives a page above the limit that it was given"},
        {0xa0000, "alloc_page gives a page that is no usable RAM by the host's memory map"},
    };

    (void)state;
    again = false;
    for (size_t i = 0; i < COUNT(cases); i++) {
        wrong_pa = cases[i].pa;
        reach = i & 1;
        assert_true(lie_at_every_call(cases[i].what) > 5);
    }
    reach = false;
}

static void pages_that_are_taken(void **state)
{
    (void)state;
    again = false;
    sample_load(true, 1, &j);
    wrong_pa = baton_page_down(j.payload.segment[0].source);
    assert_true(lie_at_every_call("alloc_page gives a page of a payload's file") > 5);
    assert_true(j.machine.host.keep_count > 0);
    wrong_pa = j.machine.host.keep[0].start;
    assert_true(
        lie_at_every_call("alloc_page gives a page of the live tables, or the trampoline's") > 5);
}

static void pages_given_twice(void **state)
{
    (void)state;
    again = true;
    for (which = 0; which < 2; which++)
        assert_true(lie_at_every_call("alloc_page gives a page that it has given before") > 5);
}

/* ---- what is checked when it is said ----------------------------------------------------------- */

static struct baton_memory memory[3];
static struct baton_range keep;

static void good(void)
{
    journey_start(&j, 0xc0105000, 0x105000);
    memory[0] = (struct baton_memory){0, 0x9f000, BATON_MEM_USABLE};
    memory[1] = (struct baton_memory){0x100000, 0x800000, BATON_MEM_USABLE};
    memory[2] = (struct baton_memory){0x800000, 0x900000, BATON_MEM_KEPT};
    keep = (struct baton_range){0x700000, 0x701000};
    machine_memory(&j.machine, 0x100000, 0x800000, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    j.machine.host.memory = memory;
    j.machine.host.memory_count = 3;
    j.machine.host.keep = &keep;
    j.machine.host.keep_count = 1;
    j.request.kernel = machine_file(&j.machine, 0x200000, 0x1000);
    j.request.module[3].file = (struct baton_file){0x7ff123, 0x2000}; /* in both kinds of RAM */
}

static void size_of_host(void)
{
    j.machine.host.size--;
}
static void size_of_request(void)
{
    j.request.size = 0;
}
static void no_alloc(void)
{
    j.machine.host.alloc_page = NULL;
}
static void no_free(void)
{
    j.machine.host.free_page = NULL;
}
static void no_map(void)
{
    j.machine.host.map = NULL;
}
static void no_line(void)
{
    j.request.command_line = NULL;
}
static void no_loader(void)
{
    j.request.loader = NULL;
}
static void no_kind(void)
{
    j.request.live.kind = BATON_TABLE_KINDS;
}
static void no_memory(void)
{
    j.machine.host.memory = NULL;
}
static void no_entries(void)
{
    j.machine.host.memory_count = 0;
}
static void empty_entry(void)
{
    memory[1].end = memory[1].start;
}
static void turned_entry(void)
{
    memory[1].end = 0;
}
static void overlapping(void)
{
    memory[1].end = 0x800001;
}
static void unsorted(void)
{
    memory[2] = (struct baton_memory){0x50000, 0x51000, 2};
}
static void empty_keep(void)
{
    keep.end = keep.start;
}
static void null_keep(void)
{
    j.machine.host.keep = NULL;
}
static void home_not_aligned(void)
{
    exits_trampoline_home = 0xc0105010;
}
static void template_not_aligned(void)
{
    j.machine.host.trampoline_pa = 0x105010;
}
static void template_too_high(void)
{
    j.machine.host.trampoline_pa = 1ull << 32;
}
static void template_wiped(void)
{
    memset(machine_at(0x105000), 0, 0x100);
}
static void template_last_byte(void)
{
    *machine_at(0x105000 + 0x837) ^= 1;
}
static void template_elsewhere(void)
{
    j.machine.host.trampoline_pa = 0x106000;
}
static void file_too_high(void)
{
    j.request.kernel = (struct baton_file){0xfffff000, 0x1001};
}
static void file_wraps(void)
{
    j.request.kernel = (struct baton_file){0x200000, UINT64_MAX};
}
static void file_in_a_hole(void)
{
    j.request.kernel.pa = 0x9e800;
}
static void module_in_no_ram(void)
{
    j.request.module[30].file = (struct baton_file){0x8ff000, 0x1001};
}

static void words_that_are_wrong(void **state)
{
    static const struct {
        void (*spoil)(void);
        const char *what; /* the beginning */
    } cases[] = {
        {size_of_host, "host->size is not"},
        {size_of_request, "request->size is not"},
        {no_alloc, "alloc_page, free_page or map of the host is NULL"},
        {no_free, "alloc_page, free_page or map of the host is NULL"},
        {no_map, "alloc_page, free_page or map of the host is NULL"},
        {no_line, "command_line or loader of the request is NULL"},
        {no_loader, "command_line or loader of the request is NULL"},
        {no_kind, "request->live.kind is no kind"},
        {no_memory, "host->memory is empty"},
        {no_entries, "host->memory is empty"},
        {empty_entry, "an entry of host->memory is empty"},
        {turned_entry, "an entry of host->memory is empty, or ends before it begins"},
        {overlapping, "an entry of host->memory begins before the one before it ends"},
        {unsorted, "an entry of host->memory begins before the one before it ends"},
        {empty_keep, "a range of host->keep is empty"},
        {null_keep, "a range of host->keep is empty"},
        {home_not_aligned, "baton_trampoline_page is not page aligned"},
        {template_not_aligned, "host->trampoline_pa is no page's address"},
        {template_too_high, "host->trampoline_pa is no page's address"},
        {template_wiped, "the page at host->trampoline_pa is not the trampoline"},
        {template_last_byte, "the page at host->trampoline_pa is not the trampoline"},
        {template_elsewhere, "the page at host->trampoline_pa is not the trampoline"},
        {file_too_high, "a file of the request does not end below 4 GiB"},
        {file_wraps, "a file of the request does not end below 4 GiB"},
        {file_in_a_hole, "a file of the request is not in RAM"},
        {module_in_no_ram, "a file of the request is not in RAM"},
    };

    (void)state;
    good();
    assert_int_equal(baton_host_check(&j.machine.host, &j.request, &j.why), 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        good();
        cases[i].spoil();
        int error = baton_load(&j.machine.host, &j.request, &j.cpu, &j.payload, &j.image, &j.why);
        if (error != BATON_E_HOST || strncmp(j.why.what, cases[i].what, strlen(cases[i].what)) != 0)
            print_error("case %zu: %d, %s\n", i, error, j.why.what);
        assert_int_equal(error, BATON_E_HOST);
        assert_int_equal(strncmp(j.why.what, cases[i].what, strlen(cases[i].what)), 0);
        assert_int_equal(j.machine.lent, 0);
    }
}

static void kinds_that_are_unknown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct recipe recipe;

        sample_recipe(true, 1, &recipe);
        recipe_stage(&recipe, &j);
        const struct baton_host *host = &j.machine.host;
        if (i)
            j.cpu.size++;
        assert_int_equal(baton_place(host, &j.request, &j.payload, &j.why), 0);
        assert_int_equal(baton_image_begin(host, &j.payload, &j.image, &j.why), 0);
        baton_payload_finish(&j.request, &j.payload, &j.image);
        if (!i)
            j.payload.entry.kind = 99;
        assert_int_equal(baton_image_build(&j.request, &j.payload, &j.cpu, &j.image, &j.why),
                         BATON_E_HOST);
        assert_string_equal(j.why.what, i ? "machine->size is not that of this library's struct "
                                            "baton_machine"
                                          : "payload->entry.kind is unknown");
        assert_int_equal(j.machine.lent, 0);
    }
}

/* ---- a format of the host's own ---------------------------------------------------------------- */

static bool mine_is(const struct baton_host *host, const struct baton_file *file)
{
    uint32_t magic;

    return baton_file_read(host, file, 0, &magic, 4) && magic == 0x656e696du;
}

static int mine_read(const struct baton_host *host, const struct baton_request *request,
                     struct baton_payload *payload, struct baton_refusal *why)
{
    struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_KERNEL, "mine");

    (void)host;
    (void)why;
    s->flags = BATON_SEG_FIXED;
    s->source = request->kernel.pa;
    s->file_size = s->mem_size = request->kernel.size;
    s->prefer = 0x400000;
    s->max = 1ull << 32;
    s->align = 1;
    return 0;
}

static void mine_finish(const struct baton_image *image, const struct baton_request *request,
                        struct baton_payload *payload)
{
    (void)image;
    (void)request;
    payload->entry = (struct baton_entry){BATON_ENTRY_FLAT32, {.eip = 0x400004}};
}

static void a_format_of_its_own(void **state)
{
    static const struct baton_format mine = {
        .name = "mine", .is = mine_is, .read = mine_read, .finish = mine_finish};
    static const struct baton_format *const formats[] = {&mine, NULL};

    (void)state;
    good();
    assert_int_equal(baton_version(), BATON_VERSION_NUMBER);
    machine_write(0x200000, "mine", 4);
    assert_int_equal(baton_load(&j.machine.host, &j.request, &j.cpu, &j.payload, &j.image, &j.why),
                     BATON_E_FORMAT);
    j.machine.host.formats = formats;
    assert_int_equal(baton_load(&j.machine.host, &j.request, &j.cpu, &j.payload, &j.image, &j.why),
                     0);
    assert_true(j.image.armed);
    assert_ptr_equal(j.payload.format, &mine);
    assert_true(interpreter_run(&j.run, j.image.control));
    assert_memory_equal(machine_at(0x400000), "mine", 4);
    baton_image_free(&j.image);
}

/* ---- loads that take long, and a load over a loaded image -------------------------------------- */

static uint64_t told_done, told_all, told_times;

static void tell(void *ctx, uint64_t done, uint64_t all)
{
    assert_ptr_equal(ctx, &j.machine);
    assert_true(done > told_done && done <= all);
    assert_true(!told_all || all == told_all);
    told_done = done;
    told_all = all;
    told_times++;
}

static void progress_is_reported(void **state)
{
    struct recipe recipe;

    (void)state;
    sample_recipe(true, 600, &recipe);
    recipe_stage(&recipe, &j);
    j.machine.host.progress = tell;
    told_done = told_all = told_times = 0;
    assert_int_equal(baton_place(&j.machine.host, &j.request, &j.payload, &j.why), 0);
    assert_int_equal(
        baton_image_make(&j.machine.host, &j.request, &j.cpu, &j.payload, &j.image, &j.why), 0);
    assert_int_equal(told_done, told_all);
    assert_true(told_all > 20 << 20); /* the files' bytes */
    assert_true(told_times >= told_all >> 20 && told_times <= (told_all >> 20) + 2);

    /* a second load would lose the first one's pages */
    uint64_t lent = j.machine.lent;
    assert_int_equal(
        baton_image_make(&j.machine.host, &j.request, &j.cpu, &j.payload, &j.image, &j.why),
        BATON_E_HOST);
    assert_int_equal(strncmp(j.why.what, "the image is loaded already", 27), 0);
    assert_int_equal(baton_load(&j.machine.host, &j.request, &j.cpu, &j.payload, &j.image, &j.why),
                     BATON_E_HOST);
    assert_int_equal(j.machine.lent, lent);
    assert_true(j.image.armed);
    baton_image_free(&j.image);
    assert_int_equal(j.machine.lent, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_that_are_wrong),   cmocka_unit_test(pages_that_are_taken),
        cmocka_unit_test(pages_given_twice),      cmocka_unit_test(words_that_are_wrong),
        cmocka_unit_test(kinds_that_are_unknown), cmocka_unit_test(a_format_of_its_own),
        cmocka_unit_test(progress_is_reported),
    };

    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
