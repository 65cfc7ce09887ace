/*
 * Static ELF64 for x86-64: what is taken, every lie in the headers, what it is entered with, and the
 * tables that it is entered on, whole and damaged. What it shares with ELF32, test_elf32.c asks.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/journey.h"
#include "tests/host/paper/judge.h"
#include "tests/host/paper/walk_reference.h"

#define AT 0x00400000ull
#define SIZE 0x10000ull
#define HIGH 0xffffffff80000000ull /* where the usual one is linked, above its physical address */
#define FOUR_GIB (1ull << 32)
#define PAGE BATON_PAGE_SIZE

static struct journey j;

static void start(uint32_t kind)
{
    journey_start(&j, 0xc0105000, 0x105000);
    machine_memory(&j.machine, 0x100000, 0x2000000, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0xfff00000, 0x100000000, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    j.request.command_line = "one two";
    j.request.loader = "QEMU";
    j.request.live = (struct baton_live){0x00123000, kind, 11, 0x5f3c09ab};
    j.request.long_mode = true;
}

static int read_kernel(const struct elf64_fields *f)
{
    start(BATON_TABLES_PAE);
    j.request.kernel = elf64_make(&j.machine, AT, SIZE, f);
    int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
    assert_string_equal(j.machine.violation, "");
    assert_int_equal(j.machine.asked, 0);
    return error;
}

static void what_it_wants(void **state)
{
    const struct baton_segment *s = j.payload.segment;

    (void)state;
    assert_int_equal(read_kernel(&elf64_usual), 0);
    assert_string_equal(j.payload.format->name, "elf64");
    assert_string_equal(j.payload.kind, "static ELF64");
    assert_true(j.payload.long_mode);
    assert_int_equal(j.payload.segments, 2 + 3);
    assert_string_equal(s[1].what, "PT_LOAD 1");
    assert_int_equal(s[1].flags, BATON_SEG_FIXED);
    assert_int_equal(s[1].source, AT + 0x4000);
    assert_int_equal(s[1].prefer, 0x203000);
    assert_int_equal(s[1].file_size, 0x1234);
    assert_int_equal(s[1].mem_size, 0x9000);
    assert_int_equal(j.payload.entry.registers.eip, 0x200010);
    assert_int_equal(j.payload.entry.kind, BATON_ENTRY_LONG64);
}

/* ---- lies ------------------------------------------------------------------------------------ */

/* clang-format off */
static const struct lie {
    const char *name;
    int error;
    const char *what;
    struct elf64_fields f; /* zero fields are the usual ones; load[0] replaces the first segment */
} lies[] = {
    {"i386", BATON_E_KIND, "a 64-bit ELF file for a 32-bit machine", {.machine = 3}},
    {"AArch64", BATON_E_KIND, "an ELF file for AArch64", {.machine = 183}},
    {"an object", BATON_E_KIND, "an ELF object file", {.type = 1}},
    {"position independent", BATON_E_KIND, "a position-independent", {.type = 3}},
    {"program headers too short", BATON_E_LEAST, "e_phentsize", {.phentsize = 55}},
    {"program headers behind the file", BATON_E_TRUNCATED, "program headers", {.phoff = SIZE}},
    {"program headers end a byte behind the file", BATON_E_TRUNCATED, "program headers",
     {.phoff = SIZE - 111}},
    {"program headers end with the file", 0, NULL, {.phoff = SIZE - 112}},
    {"program headers at the end of 2^64", BATON_E_TRUNCATED, "program headers",
     {.phoff = UINT64_MAX - 55}},
    {"program headers a step before 2^64", BATON_E_TRUNCATED, "program headers",
     {.phoff = UINT64_MAX - 111}},
    {"65535 program headers", BATON_E_TRUNCATED, "program headers", {.loads = 0xffff}},
    {"interpreter wanted", BATON_E_KIND, "a dynamically linked", {.load = {{3, 0x100, 0, 0, 16, 16}}}},
    {"segment behind the file", BATON_E_TRUNCATED, "PT_LOAD segments",
     {.load = {{1, SIZE, HIGH + 0x200000, 0x200000, 1, 0x1000}}}},
    {"segment ends a byte behind the file", BATON_E_TRUNCATED, "PT_LOAD segments",
     {.load = {{1, 0x1000, HIGH + 0x200000, 0x200000, SIZE - 0xfff, 0x20000}}}},
    {"offset and size wrap around 2^64", BATON_E_TRUNCATED, "PT_LOAD segments",
     {.load = {{1, UINT64_MAX - 0xff, HIGH + 0x200000, 0x200000, 0x1000, 0x1000}}}},
    {"size in the file wraps around 2^64", BATON_E_TRUNCATED, "PT_LOAD segments",
     {.load = {{1, 0x1000, HIGH + 0x200000, 0x200000, UINT64_MAX - 0xfff, UINT64_MAX}}}},
    {"more in the file than in memory", BATON_E_MOST, "p_filesz",
     {.load = {{1, 0x1000, HIGH + 0x200000, 0x200000, 0x1001, 0x1000}}}},
    {"more than 4 GiB of memory", BATON_E_TOO_HIGH, "PT_LOAD",
     {.load = {{1, 0x1000, HIGH + 0x200000, 0x200000, 0x1000, FOUR_GIB + 1}}}},
    {"memory wraps around 2^64", BATON_E_TOO_HIGH, "PT_LOAD",
     {.load = {{1, 0x1000, HIGH + 0x200000, 0x200000, 0x1000, UINT64_MAX}}}},
    {"its address as a word is below 4 GiB", BATON_E_TOO_HIGH, "PT_LOAD",
     {.load = {{1, 0x1000, HIGH + 0x200000, FOUR_GIB + 0x200000, 0x1000, 0x1000}}}},
    {"at the end of 2^64", BATON_E_TOO_HIGH, "PT_LOAD",
     {.load = {{1, 0x1000, HIGH + 0x200000, UINT64_MAX - 0xfff, 0x1000, 0x1000}}}},
    {"entry before the first segment", BATON_E_FIELD, "e_entry", {.entry = HIGH + 0x1fffff}},
    {"entry behind the last segment", BATON_E_FIELD, "e_entry", {.entry = HIGH + 0x20c000}},
    {"entry is right in its low half alone", BATON_E_FIELD, "e_entry", {.entry = 0x80200010}},
    {"entry in the zero tail", 0, NULL, {.entry = HIGH + 0x20bfff}},
};
/* clang-format on */

static void lies_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lies); i++) {
        const struct elf64_fields *c = &lies[i].f;
        struct elf64_fields f = elf64_usual;

#define CHANGE(field) f.field = c->field ? c->field : f.field
        CHANGE(type), CHANGE(machine), CHANGE(entry), CHANGE(phoff), CHANGE(phentsize);
        CHANGE(loads);
#undef CHANGE
        if (c->load[0].type)
            f.load[0] = c->load[0];
        int error = read_kernel(&f);
        if (error != lies[i].error ||
            (error && strncmp(j.why.what, lies[i].what, strlen(lies[i].what))))
            print_error("%s: %s %s\n", lies[i].name, baton_error_name(error),
                        error ? j.why.what : "");
        assert_int_equal(error, lies[i].error);
        if (error)
            assert_int_equal(strncmp(j.why.what, lies[i].what, strlen(lies[i].what)), 0);
        if (error == BATON_E_TRUNCATED) /* no sum has wrapped around */
            assert_true(j.why.limit > j.why.value);
    }
}

/* What the placement refuses. */
static void segments_in_wrong_places(void **state)
{
    static const struct {
        uint64_t at, size;
        int error;
    } places[] = {
        {0xfffff000, 0x1000, 0}, /* it ends at 4 GiB */
        {0xfffff000, 0x1001, BATON_E_TOO_HIGH},
        {FOUR_GIB, 0x1000, BATON_E_TOO_HIGH},
        {0x20b000, 0x1000, BATON_E_OVERLAP}, /* over the other segment */
        {0x8000000, 0x1000, BATON_E_NOT_RAM},
        {0, FOUR_GIB, BATON_E_NOT_RAM},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        struct elf64_fields f = elf64_usual;

        f.load[0].paddr = places[i].at;
        f.load[0].memsz = places[i].size;
        f.load[0].filesz = 0x1000;
        start(BATON_TABLES_PAE);
        j.request.kernel = elf64_make(&j.machine, AT, SIZE, &f);
        int error = journey_load(&j);
        if (error != places[i].error)
            print_error("place %zu: %s\n", i, baton_error_name(error));
        assert_int_equal(error, places[i].error);
        assert_journey(&j, error ? !j.wrong[0] : journey_finish(&j));
    }
}

/* 64 segments in all, those that Baton adds included. */
static void number_of_segments(void **state)
{
    (void)state;
    for (uint32_t n = 59; n <= 66; n++) {
        struct elf64_fields f = elf64_usual;

        f.loads = n;
        f.entry = HIGH + 0x200000;
        for (uint32_t i = 0; i < n; i++)
            f.load[i] = (struct elf64_load){
                1, 0x2000, HIGH + 0x200000 + i * 0x1000, 0x200000 + i * 0x1000, 16, 16};
        assert_int_equal(read_kernel(&f), n <= 61 ? 0 : BATON_E_SEGMENTS); /* record, line, map */
    }
}

/* Cut anywhere, it is refused, or it is whole: the segments' bytes end at 0x5234. */
static void cut_off_anywhere(void **state)
{
    (void)state;
    for (uint64_t size = 0; size < 0x5300; size += size < 200 || size > 0x5200 ? 1 : 97) {
        int want = size == 0       ? BATON_E_EMPTY
                   : size < 4      ? BATON_E_FORMAT
                   : size < 0x5234 ? BATON_E_TRUNCATED
                                   : 0;

        start(BATON_TABLES_PAE);
        elf64_make(&j.machine, AT, SIZE, &elf64_usual);
        machine_forget_files(&j.machine);
        j.request.kernel = machine_file(&j.machine, AT, size);
        int error = baton_payload_read(&j.machine.host, &j.request, &j.payload, &j.why);
        assert_int_equal(error, want);
        assert_string_equal(j.machine.violation, "");
        if (want == BATON_E_TRUNCATED)
            assert_true(j.why.value == size && j.why.limit > size);
    }
}

static void a_cpu_without_long_mode(void **state)
{
    (void)state;
    start(BATON_TABLES_PAE);
    j.request.kernel = elf64_make(&j.machine, AT, SIZE, &elf64_usual);
    j.request.long_mode = false;
    assert_int_equal(journey_load(&j), BATON_E_CPU);
    assert_journey(&j, !j.wrong[0]);
    assert_string_equal(j.why.what, "long mode (it is a 64-bit kernel)");
}

/* Linux's has its physical entry, and its banner. */
static void linux_is_refused(void **state)
{
    struct elf64_fields f = elf64_usual;

    (void)state;
    f.entry = 0x200010;
    for (int banner = 0; banner < 2; banner++) {
        start(BATON_TABLES_PAE);
        j.request.kernel = elf64_make(&j.machine, AT, SIZE, &f);
        if (banner)
            machine_write(AT + 0x4321, "Linux version 6.1", 17);
        assert_int_equal(journey_load(&j), banner ? BATON_E_KIND : BATON_E_FIELD);
        if (banner)
            assert_non_null(strstr(j.why.what, "Linux's vmlinux for x86-64; give its bzImage"));
    }
}

/* ---- what it is entered with ----------------------------------------------------------------- */

static void load(uint32_t kind)
{
    start(kind);
    j.request.kernel = elf64_make(&j.machine, AT, SIZE, &elf64_usual);
    assert_journey(&j, journey_load(&j) == 0);
}

static void the_entry(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 2; kind++) {
        load(kind);
        const struct baton_registers *r = &j.payload.entry.registers;
        uint64_t control = j.image.control;
        uint32_t plain = j.image.table_count + (kind ? 2 : 0);

        assert_int_equal(r->eip, 0x200010);
        assert_int_equal(r->eax, 0x4e544142);
        assert_int_equal(r->ebx, journey_find(&j, "record", 0)->dest);
        assert_int_equal(r->edi, r->ebx);
        assert_int_equal(r->ecx | r->edx | r->esi | r->ebp, 0);
        /* the 64-bit code segment, where the exit finds it alone; the root of its tables */
        assert_int_equal(machine_word(control + 0xcc0), 0x0000ffff);
        assert_int_equal(machine_word(control + 0xcc4), 0x00af9b00);
        assert_int_equal(machine_word(control + 0xb88) | machine_word(control + 0xb8c), 0);
        assert_int_equal(machine_word(control + 0xf38), j.image.long_tables[0]);
        assert_int_equal(machine_word(0x105000 + 0xf38), 0);
        assert_int_equal(machine_word(0x105000 + 0xcbc), 0);
        assert_int_equal(j.image.counts.control_pages, 1 + plain + 6 + (j.image.swap ? 1 : 0));
        assert_journey(&j, journey_finish(&j)); /* judge_long.c walks the tables */
    }
}

/* Each allocation fails once, those for the tables among them (H7). */
static void no_pages(void **state)
{
    int error = -1;

    (void)state;
    for (uint64_t n = 1; error; n++) {
        start(BATON_TABLES_PAE);
        j.request.kernel = elf64_make(&j.machine, AT, SIZE, &elf64_usual);
        j.machine.fail_at = n;
        error = journey_load(&j);
        if (error)
            assert_int_equal(error, BATON_E_NO_PAGES);
        assert_journey(&j, error ? !j.wrong[0] : journey_finish(&j));
        assert_true(n < 100);
    }
}

/* ---- the list of their pages ----------------------------------------------------------------- */

#define LISTED_MOST 16

struct listed {
    uint64_t page[LISTED_MOST];
    enum baton_table_use use[LISTED_MOST];
    unsigned count, most;
};

static bool note_page(void *ctx, uint64_t pa, enum baton_table_use use)
{
    struct listed *l = ctx;

    assert_true(l->count < LISTED_MOST);
    l->page[l->count] = pa;
    l->use[l->count++] = use;
    return l->count < l->most;
}

static bool is_listed(const struct listed *l, uint64_t pa, enum baton_table_use use)
{
    unsigned n = 0;

    for (unsigned i = 0; i < l->count; i++)
        n += l->page[i] == pa && l->use[i] == use;
    return n == 1;
}

static unsigned assert_walk_listed(const struct listed *l, const struct reference_walk *w,
                                   enum baton_table_use use)
{
    assert_true(w->present);
    for (unsigned i = 0; i < w->tables; i++)
        assert_true(is_listed(l, w->table[i], use));
    return w->tables;
}

/* Each table that the manual's walker looks into is in the list, once; and no other page is. */
static void assert_list(bool wide)
{
    uint32_t kind = j.image.kind, pa = (uint32_t)j.image.control;
    struct listed l = {.most = LISTED_MOST};
    struct reference_walk w;

    assert_true(baton_image_tables(&j.image, note_page, &l));
    assert_int_equal(l.count, j.image.table_count + 2 * kind + (wide ? 6 : 0));
    assert_int_equal(l.page[0], machine_word(pa + 0xe58 + 0x1c)); /* CR3 in the fault task's TSS */
    w = reference_translate(judge_word, kind, l.page[0], 0xc0105000);
    assert_walk_listed(&l, &w, BATON_TABLE_TRAMPOLINE);
    w = reference_translate(judge_word, kind, l.page[0], pa);
    assert_walk_listed(&l, &w, BATON_TABLE_TRAMPOLINE);
    if (kind) {
        w = reference_translate(judge_word, false, machine_word(pa + 0xf28), pa);
        assert_int_equal(assert_walk_listed(&l, &w, BATON_TABLE_FAULT), 2);
    }
    for (uint64_t va = 0; wide && va < FOUR_GIB; va += 0x40000000) {
        w = reference_translate_long(judge_word, machine_word(pa + 0xf38), va);
        assert_int_equal(assert_walk_listed(&l, &w, BATON_TABLE_ENTRY), 3);
    }
    for (unsigned stop = 1; stop <= l.count; stop++) { /* visit can end it anywhere */
        struct listed some = {.most = stop};

        assert_false(baton_image_tables(&j.image, note_page, &some));
        assert_int_equal(some.count, stop);
    }
}

static void all_tables_are_listed(void **state)
{
    (void)state;
    for (uint32_t kind = 0; kind < 2; kind++)
        for (int wide = 0; wide < 2; wide++) {
            start(kind);
            j.request.kernel = wide ? elf64_make(&j.machine, AT, SIZE, &elf64_usual)
                                    : elf_make(&j.machine, AT, SIZE, &elf_usual);
            assert_journey(&j, journey_load(&j) == 0);
            assert_list(wide);
        }
}

/* ---- damaged --------------------------------------------------------------------------------- */

static void flip(uint64_t pa, uint32_t bits)
{
    uint32_t word = machine_word(pa) ^ bits;

    machine_write(pa, &word, 4);
}

static uint64_t entry_of(unsigned table, unsigned index)
{
    return j.image.long_tables[table] + 8 * index;
}

static void pml4_absent(void)
{
    flip(entry_of(0, 0), 1);
}
static void pml4_more(void)
{
    flip(entry_of(0, 511), (uint32_t)j.image.long_tables[1] | 0x23);
}
static void pdpt_read_only(void)
{
    flip(entry_of(1, 3), 2);
}
static void pdpt_high(void)
{
    flip(entry_of(1, 3) + 4, 1);
}
static void page_global(void)
{
    flip(entry_of(2, 0), 0x100);
}
static void page_not_executable(void)
{
    flip(entry_of(3, 17) + 4, 1u << 31);
}
static void page_not_dirty(void)
{
    flip(entry_of(4, 511), 0x40);
}
static void page_elsewhere(void)
{
    flip(entry_of(5, 511), 0x200000);
}
static void page_small(void)
{
    flip(entry_of(5, 0), 0x80);
}
static void table_not_ours(void)
{
    machine_write(AT + 0x9000, machine_at(j.image.long_tables[4]), PAGE);
    flip(entry_of(1, 2), (uint32_t)(j.image.long_tables[4] ^ (AT + 0x9000)));
    j.image.long_tables[4] = AT + 0x9000;
}
static void root_missing(void)
{
    j.image.long_tables[0] = 0;
}
static void root_is_another(void)
{
    flip(j.image.control + 0xf38, 0x1000);
}
static void root_is_high(void)
{
    flip(j.image.control + 0xf3c, 1);
}
static void root_in_the_template(void)
{
    flip(0x105000 + 0xf38, 0x1000);
}
static void code_segment_of_32_bits(void)
{
    flip(j.image.control + 0xcbc, 0x00600000);
}
static void code_segment_in_the_other_gdt(void)
{
    flip(j.image.control + 0xb8c, 0x00af9b00);
}
static void other_exit(void)
{
    j.payload.entry.kind = BATON_ENTRY_FLAT32;
}

static void every_damage_is_named(void **state)
{
    static const char tables[] = "H5: the entry's tables do not map each address to itself";
    static const char fault[] = "H2: a fault would not find its handler";
    static const struct {
        const char *name;
        void (*apply)(void);
        const char *refusal;
    } damages[] = {
        {"PML4 entry absent", pml4_absent, tables},
        {"one PML4 entry more", pml4_more, tables},
        {"PDPT entry read-only", pdpt_read_only, tables},
        {"PDPT entry above 4 GiB", pdpt_high, tables},
        {"page global", page_global, tables},
        {"page not executable", page_not_executable, tables},
        {"page not dirty", page_not_dirty, tables},
        {"page elsewhere", page_elsewhere, tables},
        {"page small", page_small, tables},
        {"table not ours", table_not_ours, "H2: a table of the entry is no control page"},
        {"root missing", root_missing, "H2: a table of the entry is no control page"},
        {"root is another", root_is_another, fault},
        {"root above 4 GiB", root_is_high, fault},
        {"root in the template", root_in_the_template, "H2: the trampoline's copy differs"},
        {"code segment of 32 bits", code_segment_of_32_bits, fault},
        {"code segment in the other GDT", code_segment_in_the_other_gdt, fault},
        {"another exit", other_exit, "H5: the entry has tables that nobody needs"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(damages); i++) {
        load(i % 2);
        damages[i].apply();
        j.machine.lenient = true;
        int error = baton_image_check(&j.request, &j.payload, &j.image, &j.why);
        if (error != BATON_E_CHECK ||
            strncmp(j.why.what, damages[i].refusal, strlen(damages[i].refusal))) {
            print_error("%s: %s %s\n", damages[i].name, baton_error_name(error),
                        error ? j.why.what : "");
            fail();
        }
        assert_false(j.image.armed);
        assert_int_equal(j.machine.strays, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_wants),
        cmocka_unit_test(lies_are_refused),
        cmocka_unit_test(segments_in_wrong_places),
        cmocka_unit_test(number_of_segments),
        cmocka_unit_test(cut_off_anywhere),
        cmocka_unit_test(a_cpu_without_long_mode),
        cmocka_unit_test(linux_is_refused),
        cmocka_unit_test(the_entry),
        cmocka_unit_test(no_pages),
        cmocka_unit_test(all_tables_are_listed),
        cmocka_unit_test(every_damage_is_named),
    };

    return cmocka_run_group_tests_name("elf64", tests, NULL, NULL);
}
