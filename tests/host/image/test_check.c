/*
 * The dry run against damaged images: one thing changed at a time, by hand, and the refusal must
 * name what was broken. test_check_all.c changes everything, and asks less.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/paper/files.h"
#include "tests/host/random/sample.h"

static struct journey j;
static bool pae;

#define TO 1u
#define ON_IN 2u
#define END 4u
#define FROM 8u
#define ZERO 16u
#define PAGE 0x1000u

static void set(uint64_t pa, uint32_t word)
{
    machine_write(pa, &word, 4);
}

static void flip(uint64_t pa, uint32_t bits)
{
    set(pa, machine_word(pa) ^ bits);
}

/* Where the list's first word of that value stands. */
static uint64_t find(uint32_t word)
{
    for (unsigned n = 0;; n++)
        if (machine_word(sample_word(&j, word & 0xfff, n)) == word)
            return sample_word(&j, word & 0xfff, n);
}

/* Where the cycle's first page is put into the spare one. */
static uint64_t save_word(void)
{
    return find((uint32_t)j.image.swap | TO) + 4;
}

/* ---- the list -------------------------------------------------------------------------------- */

static void zeros_for_a_copy(void)
{
    set(sample_word(&j, FROM, 5), ZERO);
}

static void a_copy_for_zeros(void)
{
    set(sample_word(&j, ZERO, 1), (uint32_t)SAMPLE_BASE | FROM);
}

static void wrong_source(void)
{
    flip(sample_word(&j, FROM, 1), 0x10000000);
}

static void source_a_page_on(void)
{
    set(sample_word(&j, FROM, 2), machine_word(sample_word(&j, FROM, 2)) + PAGE);
}

static void source_in_made_page(void)
{
    set(sample_word(&j, FROM, 2), (uint32_t)j.payload.segment[4].dest | FROM);
}

static void destination_a_page_on(void)
{
    set(sample_word(&j, TO, 1), machine_word(sample_word(&j, TO, 1)) + PAGE);
}

static void destination_in_control_page(void)
{
    set(sample_word(&j, TO, 0), (uint32_t)j.image.control | TO);
}

static void destination_in_table(void)
{
    set(sample_word(&j, TO, 1), (uint32_t)j.image.tables[1] | TO);
}

static void destination_in_list(void)
{
    set(sample_word(&j, TO, 2), (uint32_t)j.image.list | TO);
}

static void destination_in_live_tables(void)
{
    set(sample_word(&j, TO, 1), (uint32_t)SAMPLE_KEEP | TO);
}

static void destination_in_reserved_memory(void)
{
    set(sample_word(&j, TO, 1), 0xf0000000u | TO);
}

static void destination_twice(void)
{
    /* the second cycle's destination is the first one's again */
    uint64_t restore = sample_word(&j, TO, 1);

    for (unsigned n = 2;; n++)
        if (machine_word(sample_word(&j, TO, n)) != ((uint32_t)j.image.swap | TO)) {
            set(sample_word(&j, TO, n), machine_word(restore));
            return;
        }
}

static void no_destination_yet(void)
{
    set(j.image.list, (uint32_t)SAMPLE_BASE | FROM);
}

static void save_dropped(void)
{
    /* instead of the copy a word that the trampoline passes over */
    set(save_word(), (uint32_t)j.image.swap | TO);
}

static void save_of_another_page(void)
{
    set(save_word(), machine_word(save_word()) + PAGE);
}

/* The page that the cycle writes first, saved only after that: the words of two steps exchanged. */
static void order_of_dependent_moves(void)
{
    uint64_t save = save_word() - 4;
    uint32_t word[4];

    for (unsigned i = 0; i < 4; i++)
        word[i] = machine_word(save + 4 * i);
    for (unsigned i = 0; i < 4; i++)
        set(save + 4 * i, word[(i + 2) % 4]);
}

static void word_without_flag(void)
{
    flip(sample_word(&j, FROM, 3), FROM);
}

static void word_with_two_flags(void)
{
    flip(sample_word(&j, FROM, 3), ZERO);
}

static void word_with_unknown_flag(void)
{
    flip(sample_word(&j, FROM, 3), 0x20);
}

static void done_too_early(void)
{
    set(sample_word(&j, ZERO, 0), END);
}

static void done_at_once(void)
{
    set(j.image.list, END);
}

static void done_missing(void)
{
    for (uint64_t at = sample_word(&j, END, 0); at == j.image.list || at % PAGE; at += 4)
        set(at, (uint32_t)SAMPLE_BASE | TO);
}

static void loop(void)
{
    set(sample_word(&j, END, 0), (uint32_t)j.image.list | ON_IN);
}

static void loop_of_nothing(void)
{
    set(j.image.list, (uint32_t)j.image.list | ON_IN);
}

static void list_leads_into_a_source(void)
{
    set(sample_word(&j, END, 0), (uint32_t)SAMPLE_BASE | ON_IN);
}

static void list_lies_in_a_source(void)
{
    j.image.list = SAMPLE_BASE;
    set(j.image.control + 0x980, (uint32_t)SAMPLE_BASE | ON_IN);
}

static void composed_byte(void)
{
    /* the last copies are those of bounce pages */
    uint64_t last = 0;

    for (unsigned n = 0; n < j.image.counts.move + j.image.counts.cycles; n++)
        last = machine_word(sample_word(&j, FROM, n)) & ~0xfffu;
    *machine_at(last + 0x7ff) ^= 1;
}

static void composed_zero_byte(void)
{
    uint64_t last = 0;

    for (unsigned n = 0; n < j.image.counts.move + j.image.counts.cycles; n++)
        last = machine_word(sample_word(&j, FROM, n)) & ~0xfffu;
    *machine_at(last + 0xfff) ^= 0x80; /* behind D's bytes */
}

static void composed_page_not_ours(void)
{
    uint64_t last = 0;

    for (unsigned n = 0; n < j.image.counts.move + j.image.counts.cycles; n++)
        last = sample_word(&j, FROM, n);
    set(last, 0x001f0000u | FROM);
}

/* ---- what is around the list ----------------------------------------------------------------- */

static void segment_over_a_control_page(void)
{
    j.payload.segment[3].dest = j.image.control;
}

static void window_over_a_table(void)
{
    j.payload.segment[0].used =
        (struct baton_range){j.image.tables[1] + 0xfff, j.image.tables[1] + 0x1000};
}

static void source_is_a_control_page(void)
{
    j.payload.segment[3].source = j.image.tables[0];
}

/* The first stretch of 128 MiB that has pages. */
static unsigned ledger_stretch_used(void)
{
    unsigned i = 0;

    while (!j.image.ledger[i])
        i++;
    return i;
}

static void ledger_names_a_destination(void)
{
    uint64_t dest = baton_page_down(j.payload.segment[0].dest);

    assert_int_equal(dest >> 27, ledger_stretch_used());
    flip(j.image.ledger[dest >> 27] + (dest >> 17 & 0x3ff) * 4, 1u << (dest >> 12 & 31));
}

static void ledger_names_high_pages(void)
{
    j.image.ledger[24] = j.image.ledger[ledger_stretch_used()];
}

static void destination_became_reserved(void)
{
    j.machine.memory[2].end -= 5 * PAGE;
}

static void destination_became_live(void)
{
    j.machine.keep[0] = (struct baton_range){SAMPLE_BASE + 14 * PAGE, SAMPLE_BASE + 15 * PAGE};
}

static void destination_in_second_live_range(void)
{
    j.machine.keep[1] = (struct baton_range){SAMPLE_BASE + 14 * PAGE, SAMPLE_BASE + 15 * PAGE};
    j.machine.host.keep_count = 2;
}

static void segment_shrank(void)
{
    j.payload.segment[2].mem_size -= 2 * PAGE;
}

static void segment_went_on(void)
{
    j.payload.segment[3].dest += PAGE;
}

/* ---- tables ---------------------------------------------------------------------------------- */

/* Where the entry for va stands in the table of that level. */
static uint64_t entry_of(uint32_t va, unsigned level)
{
    uint64_t table = j.image.tables[0];
    unsigned shift[] = {30, 21, 12}, first = pae ? 0 : 1;

    if (!pae)
        shift[1] = 22;
    for (unsigned n = first;; n++) {
        unsigned mask = pae ? (n ? 511 : 3) : 1023;
        uint64_t at = table + (va >> shift[n] & mask) * (pae ? 8u : 4u);

        if (n - first == level)
            return at;
        table = machine_word(at) & ~0xfffu;
    }
}

#define LAST (pae ? 2u : 1u)
#define VA 0xc0105000u
#define PA ((uint32_t)j.image.control)

static void root_entry_writable(void)
{
    flip(entry_of(VA, 0), 2);
}

static void root_entry_accessed(void)
{
    flip(entry_of(PA, 0), 0x20);
}

static void root_entry_absent(void)
{
    flip(entry_of(PA, 0), 1);
}

static void page_global(void)
{
    flip(entry_of(VA, LAST), 0x100);
}

static void identity_global(void)
{
    flip(entry_of(PA, LAST), 0x100);
}

static void page_read_only(void)
{
    flip(entry_of(VA, LAST), 2);
}

static void page_user(void)
{
    flip(entry_of(PA, LAST), 4);
}

static void page_no_execute(void)
{
    flip(entry_of(VA, LAST) + 4, 0x80000000u);
}

static void directory_no_execute(void)
{
    flip(entry_of(VA, LAST - 1) + 4, 0x80000000u);
}

static void directory_read_only(void)
{
    flip(entry_of(PA, LAST - 1), 2);
}

static void page_reserved_bit(void)
{
    flip(entry_of(VA, LAST) + 4, 1u << 20);
}

static void page_elsewhere(void)
{
    flip(entry_of(VA, LAST), 0x1000);
}

static void page_far_away(void)
{
    flip(entry_of(PA, LAST) + 4, 1);
}

static void page_absent(void)
{
    flip(entry_of(VA, LAST), 1);
}

static void one_page_more(void)
{
    set(entry_of(VA, LAST) + (pae ? 8 : 4), 0x00200063);
}

static void large_page_more(void)
{
    set(entry_of(VA ^ 0x00800000, LAST - 1), 0x008000e3);
}

static void table_more(void)
{
    set(entry_of(VA ^ 0x00800000, LAST - 1), (uint32_t)j.payload.segment[4].dest | 0x23);
}

/* A faithful copy of the last table, in memory that is not the image's. */
static void table_not_ours(void)
{
    uint64_t at = entry_of(VA, LAST - 1);

    machine_write(SAMPLE_BASE + 9 * PAGE, machine_at(machine_word(at) & ~0xfffu), PAGE);
    set(at, (uint32_t)(SAMPLE_BASE + 9 * PAGE) | 0x23);
}

static void root_not_ours(void)
{
    machine_write(SAMPLE_BASE + 9 * PAGE, machine_at(j.image.tables[0]), PAGE);
    j.image.tables[0] = SAMPLE_BASE + 9 * PAGE;
}

static void table_forgotten(void)
{
    j.image.table_count--;
}

/* ---- the fault task's tables, without PAE ---------------------------------------------------- */

static uint64_t fault_entry(void)
{
    return j.image.fault_tables[1] + (PA >> 12) % 1024 * 4;
}

static void fault_page_absent(void)
{
    flip(fault_entry(), 1);
}

static void fault_page_elsewhere(void)
{
    flip(fault_entry(), 0x2000);
}

static void fault_page_global(void)
{
    flip(fault_entry(), 0x100);
}

static void fault_page_more(void)
{
    set(fault_entry() ^ 4, 0x00200063);
}

static void fault_root_not_ours(void)
{
    machine_write(SAMPLE_BASE + 9 * PAGE, machine_at(j.image.fault_tables[0]), PAGE);
    j.image.fault_tables[0] = SAMPLE_BASE + 9 * PAGE;
}

static void fault_root_missing(void)
{
    j.image.fault_tables[0] = 0;
}

static void fault_root_is_the_other(void)
{
    set(j.image.control + 0xf28, (uint32_t)j.image.tables[0]);
}

static void fault_root_for_nothing(void)
{
    j.image.fault_tables[0] = j.image.tables[0];
}

/* ---- the control page ------------------------------------------------------------------------ */

static void code_byte(void)
{
    *machine_at(j.image.control + 0x123) ^= 1;
}

static void jump_to_the_handler(void)
{
    *machine_at(j.image.control + 0x979) ^= 1;
}

static void gdt_code(void)
{
    flip(j.image.control + 0xb80 + 0x14, 0x4000); /* DPL 2 */
}

static void task_busy(void)
{
    flip(j.image.control + 0xcb8 + 0x24, 0x200);
}

static void fault_task_elsewhere(void)
{
    flip(j.image.control + 0xcb8 + 0x28 + 8 * 14, 0x700000); /* 0xec0 becomes 0xeb0 */
}

static void gate_type(void)
{
    flip(j.image.control + 0xa80 + 8 * 13 + 4, 0x100);
}

static void gate_selector(void)
{
    flip(j.image.control + 0xa80 + 8 * 31, 0x80000);
}

static void fault_root(void)
{
    flip(j.image.control + 0xe58 + 0x1c, 0x1000);
}

static void fault_eip(void)
{
    flip(j.image.control + 0xec0 + 0x20, 8);
}

static void fault_esp(void)
{
    flip(j.image.control + 0xec0 + 0x38, 0x1000);
}

static void own_tss(void)
{
    flip(j.image.control + 0xdf0 + 0x64, 1); /* the debug trap */
}

static void template_differs(void)
{
    flip(j.machine.host.trampoline_pa + 0xe58 + 0x20, 4);
}

static void port_of_template(void)
{
    flip(j.machine.host.trampoline_pa + 0x9a8, 1);
}

static void parameter(unsigned offset)
{
    flip(j.image.control + 0x980 + offset, 0x10);
}

static void parameter_list(void)
{
    parameter(0);
}

static void parameter_eip(void)
{
    parameter(4);
}

static void parameter_esi(void)
{
    parameter(0x18);
}

static void parameter_ebp(void)
{
    parameter(0x20);
}

static void parameter_machine(void)
{
    flip(j.image.control + 0x9a4, 2); /* HAS_EFER */
}

static void parameter_gdtr(void)
{
    parameter(0x34);
}

static void parameter_idtr(void)
{
    parameter(0x3c);
}

static void control_not_ours(void)
{
    machine_write(SAMPLE_BASE + 9 * PAGE, machine_at(j.image.control), PAGE);
    j.image.control = SAMPLE_BASE + 9 * PAGE;
}

static void control_at_its_virtual_address(void)
{
    j.image.trampoline_va = (uint32_t)j.image.control;
}

enum { BOTH, PAE, LEGACY };

/* clang-format off */
static const struct damage {
    const char *name;
    void (*apply)(void);
    const char *refusal; /* the beginning of what is named */
    int format;
} damages[] = {
    {"zeros for a copy", zeros_for_a_copy, "H4: zeros where bytes belong"},
    {"a copy for zeros", a_copy_for_zeros, "H4: zeros where bytes belong"},
    {"wrong source", wrong_source, "H4: a page gets the wrong source"},
    {"source a page on", source_a_page_on, "H4: "},
    {"source is a made page", source_in_made_page, "H4: a page gets the wrong source"},
    {"destination a page on", destination_a_page_on, "H4: "},
    {"destination in the control page", destination_in_control_page, "H4: a page is filled that"},
    {"destination in a table", destination_in_table, "H4: a page is filled that"},
    {"destination in the list", destination_in_list, "H4: a page is filled that"},
    {"destination in live tables", destination_in_live_tables, "H4: a page is filled that"},
    {"destination in reserved memory", destination_in_reserved_memory, "H4: a page is filled that"},
    {"destination twice", destination_twice, "H4: "},
    {"no destination yet", no_destination_yet, "H8: the list fills a page before it names one"},
    {"save dropped", save_dropped, "H4: "},
    {"save of another page", save_of_another_page, "H4: "},
    {"order of dependent moves", order_of_dependent_moves, "H4: "},
    {"word without flag", word_without_flag, "H8: a word of the list has no meaning"},
    {"word with two flags", word_with_two_flags, "H8: a word of the list has no meaning"},
    {"word with unknown flag", word_with_unknown_flag, "H8: a word of the list has no meaning"},
    {"done too early", done_too_early, "H4: not every destination is filled"},
    {"done at once", done_at_once, "H4: not every destination is filled"},
    {"done missing", done_missing, "H8: the list has no end"},
    {"loop", loop, "H4: a destination is written twice"},
    {"loop of nothing", loop_of_nothing, "H8: the list has no end"},
    {"list leads into a source", list_leads_into_a_source,
     "H2: the list leads out of the control pages"},
    {"list lies in a source", list_lies_in_a_source, "H2: the list is no control page"},
    {"bounce byte", composed_byte, "H4: a bounce page has wrong bytes"},
    {"bounce zero byte", composed_zero_byte, "H4: a bounce page has wrong bytes"},
    {"bounce page not ours", composed_page_not_ours, "H2: a bounce page is no control page"},

    {"segment over a control page", segment_over_a_control_page,
     "H3: a control page lies in a destination"},
    {"window over a table", window_over_a_table, "H3: a control page lies in a destination"},
    {"source is a control page", source_is_a_control_page, "H3: a control page lies in a source"},
    {"ledger names a destination", ledger_names_a_destination,
     "H3: a control page lies in a destination"},
    {"ledger names high pages", ledger_names_high_pages,
     "H3: a control page lies at no good address"},
    {"destination became reserved", destination_became_reserved, "H3: a destination is not RAM"},
    {"destination became live", destination_became_live,
     "H1: a destination lies in the live tables"},
    {"destination in the second live range", destination_in_second_live_range,
     "H1: a destination lies in the live tables"},
    {"segment grew", segment_shrank, "H4: "},
    {"segment went on", segment_went_on, "H4: "},

    {"root entry writable", root_entry_writable, "H5: ", PAE},
    {"root entry accessed", root_entry_accessed, "H5: ", PAE},
    {"root entry absent", root_entry_absent, "H5: "},
    {"page global", page_global, "H5: a mapping's entry has wrong bits"},
    {"identity page global", identity_global, "H5: a mapping's entry has wrong bits"},
    {"page read-only", page_read_only, "H5: a mapping's entry has wrong bits"},
    {"page for users", page_user, "H5: a mapping's entry has wrong bits"},
    {"page without execution", page_no_execute, "H5: a mapping's entry has wrong bits", PAE},
    {"directory without execution", directory_no_execute, "H5: ", PAE},
    {"directory read-only", directory_read_only, "H5: "},
    {"page with a reserved bit", page_reserved_bit, "H5: ", PAE},
    {"page elsewhere", page_elsewhere, "H5: the kernel address does not lead to the control page"},
    {"page far away", page_far_away, "H5: the physical address does not lead to the control page",
     PAE},
    {"page absent", page_absent, "H5: the kernel address does not lead to the control page"},
    {"one page more", one_page_more, "H5: the tables map more than the two addresses"},
    {"a large page more", large_page_more, "H5: the tables map more than the two addresses"},
    {"a table more", table_more, "H5: the tables are more pages than were built"},
    {"a table not ours", table_not_ours, "H2: a table is no control page"},
    {"the root not ours", root_not_ours, "H2: a table is no control page"},
    {"a table forgotten", table_forgotten, "H5: the tables are more pages than were built"},

    {"fault task's page absent", fault_page_absent,
     "H5: the fault task's tables do not lead to the control page", PAE},
    {"fault task's page elsewhere", fault_page_elsewhere,
     "H5: the fault task's tables do not lead to the control page", PAE},
    {"fault task's page global", fault_page_global, "H5: a mapping's entry has wrong bits", PAE},
    {"fault task's tables map more", fault_page_more,
     "H5: the fault task's tables map more than its page", PAE},
    {"fault task's root not ours", fault_root_not_ours, "H2: a table is no control page", PAE},
    {"fault task's root missing", fault_root_missing, "H2: a table is no control page", PAE},
    {"fault task's root is the trampoline's", fault_root_is_the_other,
     "H2: a fault would not find its handler", PAE},
    {"fault task's root without need", fault_root_for_nothing,
     "H5: the fault task has tables that nobody needs", LEGACY},

    {"code byte", code_byte, "H2: the trampoline's copy differs from it"},
    {"jump to the handler", jump_to_the_handler, "H2: the trampoline's copy differs from it"},
    {"code segment", gdt_code, "H2: a fault would not find its handler"},
    {"own task busy", task_busy, "H2: a fault would not find its handler"},
    {"fault task elsewhere", fault_task_elsewhere, "H2: a fault would not find its handler"},
    {"gate's type", gate_type, "H2: a fault would not find its handler"},
    {"gate's selector", gate_selector, "H2: a fault would not find its handler"},
    {"fault task's tables", fault_root, "H2: a fault would not find its handler"},
    {"fault task's eip", fault_eip, "H2: a fault would not find its handler"},
    {"fault task's stack", fault_esp, "H2: a fault would not find its handler"},
    {"own task's debug trap", own_tss, "H2: a fault would not find its handler"},
    {"fault task of the template", template_differs, "H2: the trampoline's copy differs from it"},
    {"port of the template", port_of_template, "H2: the trampoline's copy differs from it"},
    {"parameter: list", parameter_list, "H2: the parameters are not the image's"},
    {"parameter: eip", parameter_eip, "H2: the parameters are not the image's"},
    {"parameter: esi", parameter_esi, "H2: the parameters are not the image's"},
    {"parameter: ebp", parameter_ebp, "H2: the parameters are not the image's"},
    {"parameter: machine", parameter_machine, "H2: the parameters are not the image's"},
    {"parameter: GDT register", parameter_gdtr, "H2: the parameters are not the image's"},
    {"parameter: IDT register", parameter_idtr, "H2: the parameters are not the image's"},
    {"control page not ours", control_not_ours, "H2: the control code page is no control page"},
    {"control page at its virtual address", control_at_its_virtual_address,
     "H2: the control code page is no control page"},
};
/* clang-format on */

static void every_damage_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(damages); i++)
        for (int format = 0; format < 2; format++) {
            const struct damage *d = &damages[i];
            uint64_t lent;

            pae = format;
            if (d->format == (pae ? LEGACY : PAE))
                continue;
            sample_load(pae, 1, &j);
            lent = j.machine.lent;
            d->apply();
            j.machine.lenient = true;
            int error = baton_image_check(&j.request, &j.payload, &j.image, &j.why);
            if (error != BATON_E_CHECK || strncmp(j.why.what, d->refusal, strlen(d->refusal))) {
                print_error("%s (%s): %s %s\n", d->name, pae ? "PAE" : "legacy",
                            baton_error_name(error), error ? j.why.what : "");
                fail();
            }
            assert_int_equal(j.why.error, error);
            assert_false(j.image.armed);
            assert_int_equal(j.machine.lent, lent); /* the check keeps nothing */
            if (j.machine.strays)
                print_error("%s: the check looks where it should not\n", d->name);
            assert_int_equal(j.machine.strays, 0);
        }
}

/* The undamaged image passes, any number of times, and each pass arms it anew. */
static void undamaged(void **state)
{
    (void)state;
    for (int format = 0; format < 2; format++)
        for (uint64_t blocks = 1; blocks <= 300; blocks += 299) {
            sample_load(format, blocks, &j);
            for (int n = 0; n < 3; n++) {
                j.image.armed = false;
                assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why), 0);
                assert_true(j.image.armed);
            }
            assert_journey(&j, journey_finish(&j));
        }
}

/*
 * A list that goes on beyond 4 GiB: the trampoline's register would come out at 0. The segment's
 * last page is the last there is, and the word that leads on from there is gone.
 */
static void a_list_beyond_4_gib(void **state)
{
    static const struct recipe recipe = {
        .memory = {{0x100000, 0x200000, 1}, {0xffff0000, 0x100000000, 1}},
        .file = {{0x180000, 0x184000}},
        .segment = {{BATON_SEG_FIXED, 0x180000, 0x1000, 0x1000, 0xfffff000},
                    {BATON_SEG_FIXED, 0x182000, 0x1000, 0x1000, 0xffff0000}},
    };

    (void)state;
    recipe_stage(&recipe, &j);
    assert_int_equal(journey_load(&j), 0);
    uint64_t last = find(0xfffff000u | TO) + 4;
    for (uint64_t at = last + 4; at < last + 64; at += 4) /* sources behind the end */
        set(at, 0x00182000u | FROM);
    assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why), BATON_E_CHECK);
    set(last + 4, ZERO); /* and zeros */
    assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why), BATON_E_CHECK);
    set(last + 4, (machine_word(last) & ~0xfffu) + PAGE + FROM); /* going on with the run */
    assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why), BATON_E_CHECK);
    j.payload.segment[0].file_size = j.payload.segment[0].mem_size = 2 * PAGE; /* as if wanted */
    assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why), BATON_E_CHECK);
    assert_string_equal(j.why.what, "H3: a destination lies above 4 GiB");
}

/*
 * A run moved up onto itself, copied from its beginning: each page but the first is overwritten
 * before it is read. The same run moved down is right that way.
 */
static void ascending_onto_itself(void **state)
{
    (void)state;
    for (uint64_t shift = 1; shift < 5; shift++)
        for (int up = 0; up < 2; up++) {
            uint64_t low = 0x400000, high = low + shift * PAGE;
            const struct recipe recipe = {
                .memory = {{0x100000, 0x200000, 1}, {low, low + 16 * PAGE, 1}},
                .file = {{up ? low : high, (up ? low : high) + 5 * PAGE}},
                .segment = {{BATON_SEG_FIXED, up ? low : high, 5 * PAGE, 5 * PAGE,
                             up ? high : low}},
                .order = LEND_LOWEST,
            };

            recipe_stage(&recipe, &j);
            assert_int_equal(journey_load(&j), 0);
            set(j.image.list, (uint32_t)recipe.segment[0].prefer | TO);
            for (unsigned i = 0; i < 5; i++)
                set(j.image.list + 4 + 4 * i,
                    ((uint32_t)recipe.segment[0].source + i * PAGE) | FROM);
            set(j.image.list + 24, END);
            int error = baton_image_check(&j.request, &j.payload, &j.image, &j.why);
            assert_int_equal(error, up ? BATON_E_CHECK : 0);
            if (up)
                assert_string_equal(j.why.what, "H4: a source is overwritten before it is read");
        }
}

/* baton_load itself makes the dry run: what is damaged when all is built is seen. */
static int damage_when_built(void *ctx, uint64_t below, uint64_t *pa)
{
    if (j.image.counts.control_pages)
        set(j.image.list, 0);
    return j.machine.host.alloc_page(ctx, below, pa);
}

static void a_load_makes_the_dry_run(void **state)
{
    (void)state;
    journey_start(&j, 0xc0105000, 0x105000);
    machine_memory(&j.machine, 0x100000, 0x1000000, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    j.request.kernel = elf_make(&j.machine, 0x400000, 0x10000, &elf_usual);
    struct baton_host liar = j.machine.host;
    liar.alloc_page = damage_when_built;
    assert_int_equal(baton_load(&liar, &j.request, &j.cpu, &j.payload, &j.image, &j.why),
                     BATON_E_CHECK);
    assert_string_equal(j.why.what, "H8: a word of the list has no meaning");
    assert_int_equal(j.machine.lent, 0);
    assert_false(j.image.armed);
}

/* A bounce page of three segments that begin and end anywhere: no byte of it may be wrong. */
static void every_byte_of_a_composed_page(void **state)
{
    static const struct recipe recipe = {
        .memory = {{0x100000, 0x300000, 1}},
        .file = {{0x180000, 0x184000}},
        .segment = {{BATON_SEG_FIXED, 0x180003, 0x0f1, 0x0f1, 0x280102},
                    {BATON_SEG_FIXED, 0x180ffd, 0x305, 0x399, 0x280401},
                    {BATON_SEG_FIXED, 0x182000, 0x001, 0x3, 0x280fff - 4}},
        .order = LEND_LOWEST,
    };

    (void)state;
    recipe_stage(&recipe, &j);
    assert_int_equal(journey_load(&j), 0);
    uint64_t composed = machine_word(find(0x00280000u | TO) + 4) & ~0xfffu;
    for (unsigned i = 0; i < PAGE; i++) {
        *machine_at(composed + i) ^= 0x40;
        assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why),
                         BATON_E_CHECK);
        assert_string_equal(j.why.what, "H4: a bounce page has wrong bytes");
        *machine_at(composed + i) ^= 0x40;
    }
    assert_int_equal(baton_image_check(&j.request, &j.payload, &j.image, &j.why), 0);
    assert_journey(&j, journey_finish(&j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(undamaged),
        cmocka_unit_test(every_damage_is_named),
        cmocka_unit_test(a_list_beyond_4_gib),
        cmocka_unit_test(ascending_onto_itself),
        cmocka_unit_test(a_load_makes_the_dry_run),
        cmocka_unit_test(every_byte_of_a_composed_page),
    };

    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
