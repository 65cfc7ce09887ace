/* A capture kernel's load into the region, and the hand-off's list on paper. */
#include "baton/crash.h"
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"
#include "tests/host/multiboot/mbkernel.h"

#include <elf.h>

#define MIB 0x100000ull
#define START (32 * MIB)
#define END (56 * MIB)
#define KERNEL 0x300200ull
#define INITRD 0x600000ull
#define INITRD_SIZE 0x5123u
#define MAP_MAX 16

static struct journey j;
static struct baton_crash crash;
static struct baton_memory map[MAP_MAX], payload_map[MAP_MAX];
static struct baton_dump_range range[16];
static char headers[BATON_CRASH_HEADERS], line[256];
static struct baton_crash_dump dump;
static struct baton_vault *vault;

/* A machine with a region, a kernel and two initrds. */
static void start_with(const struct bzimage_fields *fields, bool firmware)
{
    journey_start(&j, 0xc0105000, 0x105000);
    machine_memory(&j.machine, 0x1000, 0x9fc00, BATON_MEM_USABLE);
    if (firmware)
        machine_memory(&j.machine, 0xf0000, MIB, BATON_MEM_RESERVED);
    machine_memory(&j.machine, MIB, 64 * MIB, BATON_MEM_USABLE);
    if (firmware)
        machine_memory(&j.machine, 64 * MIB, 65 * MIB, BATON_MEM_ACPI);
    machine_ready(&j.machine);
    j.request.kernel = bzimage_make(&j.machine, KERNEL, fields);
    j.request.module[0].file = machine_file(&j.machine, INITRD, INITRD_SIZE);
    j.request.module[1].file = machine_file(&j.machine, INITRD + MIB, INITRD_SIZE);
    j.request.command_line = "quiet";
    j.request.digest_page = journey_digest_code;
    machine_file(&j.machine, START, END - START); /* the core may look at it */
    assert_int_equal(baton_crash_region(START, END, &crash, &j.why), 0);
    assert_int_equal(baton_crash_host(&crash, &j.machine.host, map, payload_map, MAP_MAX, &j.why),
                     0);
    vault = (void *)machine_at(crash.vault);
    dump = (struct baton_crash_dump){.info = "PAGESIZE=4096\n",
                                     .direct_end = 60 * MIB,
                                     .direct_va = 0xc0000000,
                                     .range = range,
                                     .range_room = COUNT(range),
                                     .headers = headers,
                                     .line = line,
                                     .line_room = sizeof(line)};
}

static void start(const struct bzimage_fields *fields)
{
    start_with(fields, false);
}

static int load(void)
{
    machine_remember();
    return baton_crash_load(&crash, &j.request, &dump, &j.cpu, &j.payload, &j.image, vault, &j.why);
}

static void assert_loaded(void)
{
    if (load())
        fail_msg("%d: %s", j.why.error, j.why.what);
    assert_string_equal(j.machine.violation, "");
}

/* ---- what is loaded ---------------------------------------------------------------------------- */

/* Is the file's byte `at` at `pa`? The kernel's file begins with its setup. */
static void assert_copied(uint64_t pa, uint64_t from, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++)
        if (*machine_at(pa + i) != *machine_at(from + i))
            fail_msg("byte %u differs", (unsigned)i);
}

static void written_outside(void *ctx, uint64_t page)
{
    (void)ctx;
    if ((page < START || page >= END) && page != 0x105000 && /* the trampoline's own page */
        memcmp(machine_at(page), machine_before(page), BATON_PAGE_SIZE) != 0)
        fail_msg("0x%x is written to", (unsigned)page);
}

static bool in_pool(void *ctx, uint64_t pa, bool ledger)
{
    (void)ledger;
    (*(unsigned *)ctx)++;
    return crash.tail <= pa && pa < crash.low;
}

static void all_of_it_lies_in_the_region(void **state)
{
    const uint64_t setup = 28 * 512;
    unsigned pages = 0;

    (void)state;
    start(&bzimage_usual);
    assert_loaded();
    machine_touched(written_outside, NULL);
    assert_true(j.image.armed);
    assert_true(baton_image_pages(&j.image, in_pool, &pages));
    assert_true(pages > 8);
    assert_int_equal(j.machine.asked, 0);
    assert_true(baton_vault_is_whole(vault));
    *machine_at(j.image.control) ^= 1;
    assert_false(baton_vault_is_whole(vault));
    *machine_at(j.image.control) ^= 1;

    const struct baton_segment *kernel = journey_find(&j, "kernel", 0);
    const struct baton_segment *initrd = baton_segment_find(&j.payload, BATON_ROLE_MODULE, 0);
    const struct baton_segment *second = baton_segment_find(&j.payload, BATON_ROLE_MODULE, 1);

    assert_true(kernel->dest >= START && kernel->dest + kernel->window <= crash.tail);
    assert_true(initrd->dest >= START && second->dest + INITRD_SIZE <= crash.tail);
    assert_copied(kernel->dest, KERNEL + setup, bzimage_usual.kernel_size);
    assert_copied(initrd->dest, INITRD, INITRD_SIZE);
    assert_copied(second->dest, INITRD + MIB, INITRD_SIZE);
    for (uint64_t at = INITRD_SIZE; at < initrd->mem_size; at++)
        assert_int_equal(*machine_at(initrd->dest + at), 0);
}

/* At the hand-off only the low memory moves. */
static void the_list_saves_the_low_memory(void **state)
{
    uint8_t before[64];

    (void)state;
    start(&bzimage_usual);
    assert_loaded();
    assert_int_equal(j.image.counts.move, BATON_CRASH_LOW / BATON_PAGE_SIZE);
    assert_int_equal(j.image.counts.zero, 0);
    machine_write(0x7c00, "written by the host after the load", 35);
    machine_read(0x7c00, before, sizeof(before));
    if (!interpreter_run(&j.run, j.image.control))
        fail_msg("%s", j.run.wrong);
    assert_memory_equal(machine_at(crash.low + 0x7c00), before, sizeof(before));
    assert_copied(crash.low, 0, BATON_CRASH_LOW);
}

static void the_request_is_filled(void **state)
{
    char expected[64];

    (void)state;
    start(&bzimage_usual);
    j.request.place = BATON_PLACE_ALL;
    j.request.efi = (struct baton_efi){64, 48, 1, 0x3f000000, j.request.module[0].file};
    assert_loaded();
    assert_int_equal(j.request.efi.map.size, 0);
    assert_null(baton_segment_find(&j.payload, BATON_ROLE_EFI_MAP, 0));
    snprintf(expected, sizeof(expected), "elfcorehdr=0x%x quiet", (unsigned)crash.headers);
    assert_string_equal(j.request.command_line, expected);
    assert_ptr_equal(j.request.command_line, line);
    assert_int_equal(j.request.place, BATON_PLACE_AUTO);
    assert_ptr_equal(j.request.map, payload_map);
    assert_int_equal(j.request.map_count, 3);
}

/* ---- the core headers --------------------------------------------------------------------------- */

static void assert_load(const Elf32_Phdr *p, uint64_t pa, uint64_t end, uint64_t at, uint32_t va)
{
    assert_int_equal(p->p_type, PT_LOAD);
    assert_int_equal(p->p_paddr, pa);
    assert_int_equal(p->p_filesz, end - pa);
    assert_int_equal(p->p_offset, at);
    assert_int_equal(p->p_vaddr, va);
}

static void the_headers_have_all_memory_but_the_region(void **state)
{
    const Elf32_Ehdr *e = (const void *)headers;
    const Elf32_Phdr *p = (const void *)(e + 1);

    (void)state;
    for (int firmware = 0; firmware < 2; firmware++) { /* its memory is not in a core */
        start_with(&bzimage_usual, firmware);
        assert_loaded();
        assert_memory_equal(machine_at(crash.headers), headers, sizeof(headers));
        assert_int_equal(e->e_machine, EM_386);
        assert_int_equal(e->e_phnum, 5);
        assert_load(&p[1], 0, BATON_CRASH_LOW, crash.low, 0xc0000000);
        assert_load(&p[2], MIB, START, MIB, 0xc0100000);
        assert_load(&p[3], END, 60 * MIB, END, 0xc0000000 + END);
        assert_load(&p[4], 60 * MIB, 64 * MIB, 60 * MIB, BATON_DUMP_NO_VA);
        assert_int_equal(p[0].p_offset, crash.headers + sizeof(*e) + 5 * sizeof(*p));
        assert_true(dump.registers > p[0].p_offset - crash.headers);
        assert_true(dump.registers + sizeof(struct baton_dump_registers) <
                    p[0].p_offset + p[0].p_filesz - crash.headers);
    }
}

static void a_64_bit_kernel_gets_headers_of_its_own(void **state)
{
    struct bzimage_fields fields = bzimage_usual;

    (void)state;
    fields.xloadflags = 1;
    start(&fields);
    j.request.long_mode = true;
    assert_loaded();
    assert_int_equal(((const Elf64_Ehdr *)(const void *)headers)->e_machine, EM_X86_64);
}

/* ---- refusals: the region does not change ------------------------------------------------------- */

static void written(void *ctx, uint64_t page)
{
    (void)ctx;
    if (memcmp(machine_at(page), machine_before(page), BATON_PAGE_SIZE) != 0)
        fail_msg("0x%x is written to", (unsigned)page);
}

static void assert_refused(int error, const char *what)
{
    assert_int_equal(load(), error);
    assert_int_equal(j.why.error, error);
    assert_string_equal(j.why.what, what);
    assert_null(j.image.host);
    assert_int_equal(crash.taken[0] | crash.taken[1] | crash.taken[2], 0);
    machine_touched(written, NULL);
}

static void what_cannot_be_loaded_is_refused(void **state)
{
    struct bzimage_fields fields = bzimage_usual;

    (void)state;
    fields.relocatable = 0;
    start(&fields);
    assert_refused(BATON_E_FIXED, "kernel");
    assert_int_equal(j.why.value, bzimage_usual.pref_address);

    start(&bzimage_usual);
    j.request.kernel = elf_make(&j.machine, INITRD + 2 * MIB, 0x80000, &elf_usual);
    assert_refused(BATON_E_FIXED, "PT_LOAD 0");

    fields = bzimage_usual;
    fields.init_size = 20 * MIB;
    start(&fields);
    assert_refused(BATON_E_NO_ROOM, "kernel");

    fields = bzimage_usual;
    fields.xloadflags = 1;
    start(&fields);
    assert_int_equal(load(), BATON_E_CPU);
}

/* A kernel that can be placed in the region, but expects no elfcorehdr=. */
static void what_is_no_linux_is_refused(void **state)
{
    static const uint32_t relocatable[] = {10, 24, 0x100000, 0xffffffff, 0x1000, 0}; /* a tag */

    (void)state;
    start(&bzimage_usual);
    mb_file(&j, MB_SIZE, &elf_usual);
    mb_header2(MB_HEADER, relocatable, sizeof(relocatable));
    assert_refused(BATON_E_KIND, "no Linux; give a relocatable bzImage as a capture kernel");
}

/* A format of the host's, of as many segments as there can be. */
static uint32_t parts;

static int read_parts(const struct baton_host *host, const struct baton_request *request,
                      struct baton_payload *payload, struct baton_refusal *why)
{
    (void)host, (void)request, (void)why;
    for (uint32_t n = 0; n < parts; n++)
        baton_segment_add(payload, n ? BATON_ROLE_OTHER : BATON_ROLE_KERNEL, "part");
    return 0;
}

/* The low memory and the core headers are two segments more. */
static void too_many_segments_are_refused(void **state)
{
    static const struct baton_format of_parts = {.name = "parts", .read = read_parts};
    static const struct baton_format *const formats[] = {&of_parts, NULL};

    (void)state;
    for (parts = BATON_SEGMENTS - 1; parts <= BATON_SEGMENTS; parts++) {
        start(&bzimage_usual);
        crash.host.formats = formats;
        j.request.type = "parts";
        assert_refused(BATON_E_SEGMENTS, "segments");
        assert_int_equal(j.why.value, BATON_SEGMENTS + 1);
        assert_int_equal(j.why.limit, BATON_SEGMENTS);
    }
}

static void a_caller_that_is_wrong_is_refused(void **state)
{
    static char text[BATON_CRASH_HEADERS];

    (void)state;
    start(&bzimage_usual);
    j.request.command_line = NULL;
    assert_refused(BATON_E_HOST, "command_line of the request is NULL; \"\" is allowed");

    start(&bzimage_usual);
    crash.usual = NULL;
    assert_refused(BATON_E_HOST, "baton_crash_host() was not called for the region");

    start(&bzimage_usual);
    dump.range_room = 5;
    assert_refused(BATON_E_HOST,
                   "the array for the core headers' ranges has no room for all of them");

    start(&bzimage_usual);
    memset(text, 'x', sizeof(text) - 1);
    dump.info = text;
    assert_refused(BATON_E_HOST, "the text dump->info is too long");

    start(&bzimage_usual);
    memset(text, 0, sizeof(text));
    memset(text, 'x', BATON_CRASH_HEADERS - 380); /* so some ranges fit, not all */
    dump.info = text;
    assert_refused(BATON_E_SEGMENTS, "memory ranges in the core headers");
    assert_int_equal(j.why.value, 4);
    assert_true(j.why.limit < 4);

    start(&bzimage_usual);
    machine_remember();
    baton_crash_plan(&crash, &j.request, &dump, &j.payload, &j.why);
    machine_touched(written, NULL); /* a plan alone writes nothing, either */
}

/* ---- the line ----------------------------------------------------------------------------------- */

static void the_line_begins_with_the_address_of_the_headers(void **state)
{
    char same[80] = "console=ttyS0,115200 quiet -- single";

    (void)state;
    start(&bzimage_usual);
    crash.headers = 0x2ff9000;
    assert_int_equal(baton_crash_line(&crash, "", line, sizeof(line)), 20);
    assert_string_equal(line, "elfcorehdr=0x2ff9000");
    assert_int_equal(baton_crash_line(&crash, same, same, sizeof(same)), 57);
    assert_string_equal(same, "elfcorehdr=0x2ff9000 console=ttyS0,115200 quiet -- single");
    strcpy(same, "unchanged");
    assert_int_equal(baton_crash_line(&crash, "quiet", same, 26), 26);
    assert_string_equal(same, "unchanged");
    assert_int_equal(baton_crash_line(&crash, "quiet", same, 27), 26);
    assert_string_equal(same, "elfcorehdr=0x2ff9000 quiet");

    start(&bzimage_usual);
    dump.line_room = 26;
    assert_refused(BATON_E_COMMAND_LINE, "with elfcorehdr=, which dump->line");
    assert_int_equal(j.why.value, 26);
    assert_int_equal(j.why.limit, 25);
}

/* ---- one after the other ------------------------------------------------------------------------ */

static void a_second_load_takes_the_place_of_the_first(void **state)
{
    (void)state;
    start(&bzimage_usual);
    assert_loaded();
    struct baton_image first = j.image;
    j.request.kernel.size = 4;
    assert_true(load() != 0);
    assert_memory_equal(&j.image, &first, sizeof(first)); /* refused: the first is still there */
    assert_true(baton_vault_is_whole(vault));
    j.request.kernel = bzimage_make(&j.machine, KERNEL, &bzimage_usual);
    for (unsigned i = 0; i < 40; i++) {
        j.request.command_line = "quiet";
        assert_loaded();
    }
    baton_vault_disarm(vault);
    baton_image_free(&j.image);
    assert_false(baton_vault_is_whole(vault));
    assert_int_equal(crash.taken[0] | crash.taken[1] | crash.taken[2], 0);
    assert_int_equal(crash.strays, 0);
}

/* The first image is given up already: the vault must not lead into what is left of it. */
static void a_load_that_fails_late_leaves_nothing(void **state)
{
    (void)state;
    start(&bzimage_usual);
    j.request.digest_page = NULL;
    assert_loaded();
    j.request.command_line = "quiet";
    j.request.digest_page = journey_digest_code; /* two pages more than are free */
    memset(crash.taken, 0xff, sizeof(crash.taken));
    assert_int_equal(load(), BATON_E_NO_PAGES);
    assert_null(j.image.host);
    assert_false(baton_vault_is_whole(vault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_lies_in_the_region),
        cmocka_unit_test(the_list_saves_the_low_memory),
        cmocka_unit_test(the_request_is_filled),
        cmocka_unit_test(the_headers_have_all_memory_but_the_region),
        cmocka_unit_test(a_64_bit_kernel_gets_headers_of_its_own),
        cmocka_unit_test(what_cannot_be_loaded_is_refused),
        cmocka_unit_test(what_is_no_linux_is_refused),
        cmocka_unit_test(too_many_segments_are_refused),
        cmocka_unit_test(a_caller_that_is_wrong_is_refused),
        cmocka_unit_test(the_line_begins_with_the_address_of_the_headers),
        cmocka_unit_test(a_second_load_takes_the_place_of_the_first),
        cmocka_unit_test(a_load_that_fails_late_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
