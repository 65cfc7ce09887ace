/* Is the host ready? Every answer of ready.c: the registers, and the page in the tables at CR3. */
#include "relocate/handoff/ready.h"

#include "baton/control.h"
#include "relocate/trampoline/call.h"
#include "tests/host/paper/cm.h"
#include "tests/host/paper/exits.h"
#include "tests/host/random/sample.h"

#define PAGE BATON_PAGE_SIZE
#define ROOT 0x110000u
#define HOME 0xc0105000u
#define TEMPLATE 0x105000u

enum { PE_PG_WP = (int)0x80010001, PAE_BIT = 0x20, NXE = 0x800, BSP = 0x100 };

static struct journey j;
static struct ready_cpu cpu;

static void put_entry(bool pae, uint32_t table, unsigned index, uint64_t entry)
{
    machine_write(table + index * (pae ? 8 : 4), &entry, pae ? 8 : 4);
}

/* Tables at ROOT that map HOME to TEMPLATE, by hand. [SDM3 4.3, 4.4] */
static void map_home(bool pae)
{
    if (pae) {
        put_entry(pae, ROOT, HOME >> 30, ROOT + PAGE + 1);
        put_entry(pae, ROOT + PAGE, HOME >> 21 & 511, ROOT + 2 * PAGE + 0x63);
        put_entry(pae, ROOT + 2 * PAGE, HOME >> 12 & 511, TEMPLATE + 0x63);
    } else {
        put_entry(pae, ROOT, HOME >> 22, ROOT + PAGE + 0x63);
        put_entry(pae, ROOT + PAGE, HOME >> 12 & 1023, TEMPLATE + 0x63);
    }
}

/* An armed image on a host and a CPU that are ready. */
static void good(bool pae)
{
    journey_start(&j, HOME, TEMPLATE);
    machine_memory(&j.machine, 0x100000, 0x800000, BATON_MEM_USABLE);
    machine_ready(&j.machine);
    machine_file(&j.machine, ROOT, 4 * PAGE); /* what is there to be read */
    memset(machine_at(ROOT), 0, PAGE);
    memset(machine_at(ROOT + PAGE), 0, PAGE);
    memset(machine_at(ROOT + 2 * PAGE), 0, PAGE);
    memset(machine_at(ROOT + 3 * PAGE), 0, PAGE);
    map_home(pae);
    j.image = (struct baton_image){
        .host = &j.machine.host,
        .trampoline_va = HOME,
        .armed = 1,
        .kind = pae ? BATON_TABLES_PAE : BATON_TABLES_LEGACY,
        .machine = MACHINE_HAS_CR4 | MACHINE_HAS_EFER | MACHINE_HAS_MCE | MACHINE_HAS_TSC |
                   MACHINE_HAS_SHA | MACHINE_HAS_SSE,
    };
    cpu = (struct ready_cpu){
        .cs = 8,
        .eflags = 2,
        .cr0 = (uint32_t)PE_PG_WP,
        .cr3 = ROOT + 0x18, /* its cache bits are no address */
        .cr4 = pae ? PAE_BIT : 0,
        .features = 0x30000d8, /* PSE, TSC, PAE, MCE, FXSR, SSE */
        .extended = 1u << 20,
        .efer = NXE,
        .apic_base = 0xfee00900,
        .sha = true,
    };
}

static int ready(void)
{
    int error = ready_registers(&j.image, &cpu, &j.why);

    return error ? error : ready_page(&j.image, &cpu, &j.why);
}

static bool pae; /* the tables of this round */

static void set_template(uint64_t bits, uint64_t clear)
{
    uint32_t table = pae ? ROOT + 2 * PAGE : ROOT + PAGE;

    put_entry(pae, table, HOME >> 12 & (pae ? 511 : 1023), ((TEMPLATE + 0x63) | bits) & ~clear);
}

static void not_armed(void)
{
    j.image.armed = 0;
}
static void user_mode(void)
{
    cpu.cs = 0x23;
}
static void interrupts_on(void)
{
    cpu.eflags = 0x202;
}
static void paging_off(void)
{
    cpu.cr0 = 0x11;
}
static void no_long_mode(void)
{
    j.image.long_tables[0] = 0x7000;
}
static void other_kind(void)
{
    cpu.cr4 ^= PAE_BIT;
}
static void cr4_forgotten(void)
{
    j.image.machine &= ~(uint32_t)MACHINE_HAS_CR4;
}
static void no_cr4(void)
{
    cpu.features = 0;
    cpu.cr4 = pae ? PAE_BIT : 0;
}
static void efer_forgotten(void)
{
    j.image.machine &= ~(uint32_t)MACHINE_HAS_EFER;
}
static void no_efer(void)
{
    cpu.extended = 0;
}
static void no_mce(void)
{
    cpu.features &= ~0x80u;
}
static void no_tsc(void)
{
    cpu.features &= ~0x10u;
}
static void no_sha(void)
{
    cpu.sha = false;
}
static void no_sse(void)
{
    cpu.features &= ~(1u << 25);
}
static void no_fxsr(void)
{
    cpu.features &= ~(1u << 24);
}
static void other_cpu(void)
{
    cpu.apic_base = 0xfee00800;
}
static void not_mapped(void)
{
    set_template(0, 1);
}
static void mapped_elsewhere(void)
{
    set_template(PAGE * 2, 0);
}
static void read_only(void)
{
    set_template(0, 2);
}
static void read_only_table(void)
{
    put_entry(pae, pae ? ROOT + PAGE : ROOT, HOME >> (pae ? 21 : 22) & (pae ? 511 : 1023),
              pae ? ROOT + 2 * PAGE + 0x61 : ROOT + PAGE + 0x61);
}
static void other_root(void)
{
    cpu.cr3 = ROOT + 3 * PAGE;
}
static void code_damaged(void)
{
    *machine_at(TEMPLATE + 0x100) ^= 0x80;
}
static void slot_damaged(void)
{
    *machine_at(TEMPLATE + CONTROL_STEP) ^= 1;
}
static void last_slot_damaged(void)
{
    *machine_at(TEMPLATE + CONTROL_FAULT + 7) ^= 1;
}

static void what_is_not_ready(void **state)
{
    static const struct {
        void (*spoil)(void);
        const char *what; /* the beginning */
    } cases[] = {
        {not_armed, "the image is not armed"},
        {user_mode, "the hand-off needs privilege level 0"},
        {interrupts_on, "interrupts are on"},
        {paging_off, "paging is off"},
        {other_kind, "CR4.PAE is not as request->live.kind says"},
        {cr4_forgotten, "machine->has_cr4 is not what CPUID says"},
        {no_cr4, "machine->has_cr4 is not what CPUID says"},
        {efer_forgotten, "machine->has_efer is not what CPUID says"},
        {no_efer, "machine->has_efer is not what CPUID says"},
        {no_mce, "machine->has_mce is set, and CPUID says no"},
        {no_tsc, "machine->has_tsc is set, and CPUID says no"},
        {no_sha, "machine->has_sha is set, and CPUID says no"},
        {no_sse, "machine->has_sse is set, and CPUID says no"},
        {no_fxsr, "machine->has_sse is set, and CPUID says no"},
        {no_long_mode, "the payload is entered in long mode"},
        {other_cpu, "this is not the bootstrap processor"},
        {not_mapped, "the tables at CR3 do not map baton_trampoline_page"},
        {other_root, "the tables at CR3 do not map baton_trampoline_page"},
        {mapped_elsewhere, "baton_trampoline_page is mapped to another page"},
        {read_only, "baton_trampoline_page is mapped read-only"},
        {read_only_table, "baton_trampoline_page is mapped read-only"},
        {code_damaged, "baton_trampoline_page is not as it was linked"},
        {slot_damaged, "baton_trampoline_page is not as it was linked"},
        {last_slot_damaged, "baton_trampoline_page is not as it was linked"},
    };

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(cases); i++) {
        pae = i & 1;
        good(pae);
        assert_int_equal(ready(), 0);
        cases[i / 2].spoil();
        int error = ready();
        if (error != BATON_E_HOST ||
            strncmp(j.why.what, cases[i / 2].what, strlen(cases[i / 2].what)))
            print_error("case %zu: %d, %s\n", i / 2, error, j.why.what);
        assert_int_equal(error, BATON_E_HOST);
        assert_int_equal(strncmp(j.why.what, cases[i / 2].what, strlen(cases[i / 2].what)), 0);
    }
}

/* What is allowed: no WP, so that read-only pages may be written; NX without NXE would be a reserved
 * bit, which the CPU has not found; an unused counter; no local APIC; large pages. */
static void what_is_ready_all_the_same(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        pae = i;
        good(pae);
        read_only();
        cpu.cr0 &= ~(1u << 16);
        j.image.machine &= ~(uint32_t)(MACHINE_HAS_TSC | MACHINE_HAS_MCE);
        cpu.apic_base = 0;
        assert_int_equal(ready(), 0);

        good(pae);
        j.image.machine = 0;
        cpu.features = cpu.extended = cpu.efer = 0;
        assert_int_equal(ready(), 0);

        /* 0xc0000000 on, by one large page; TEMPLATE lies 0x105000 behind its start */
        good(pae);
        put_entry(pae, pae ? ROOT + PAGE : ROOT, pae ? 0 : HOME >> 22, 0xe3);
        assert_int_equal(ready(), 0);
    }
    good(true);
    pae = true;
    set_template(1ull << 63, 0);
    assert_int_equal(ready(), BATON_E_HOST);
    assert_int_equal(strncmp(j.why.what, "baton_trampoline_page is mapped no-execute", 42), 0);
    cpu.efer = 0;
    assert_int_equal(ready(), 0);
}

static void what_cpuid_says(void **state)
{
    struct baton_machine machine;

    (void)state;
    memset(&machine, 0xff, sizeof(machine));
    ready_machine(0, 0, false, &machine);
    assert_int_equal(machine.size, sizeof(machine));
    assert_false(machine.has_cr4 || machine.has_efer || machine.has_mce || machine.has_tsc);
    assert_false(machine.has_sha || machine.has_sse);
    assert_false(machine.com_port || machine.exit_port || machine.reset || machine.trace);
    ready_machine(0x80, 0, false, &machine);
    assert_true(machine.has_cr4 && machine.has_mce && !machine.has_tsc && !machine.has_efer);
    ready_machine(0x10, 1u << 11, false, &machine);
    assert_true(machine.has_cr4 && !machine.has_mce && machine.has_tsc && machine.has_efer);
    ready_machine(1, 1u << 29, false, &machine); /* an FPU governs nothing */
    assert_true(!machine.has_cr4 && machine.has_efer && !machine.has_sha);
    ready_machine(1, 0, true, &machine);
    assert_true(machine.has_sha);
    ready_machine(1u << 24, 0, false, &machine); /* each of these has a bit in CR4 */
    assert_true(machine.has_cr4 && !machine.has_sse);
    ready_machine(1u << 25, 0, false, &machine);
    assert_true(machine.has_cr4 && !machine.has_sse);
    ready_machine(3u << 24, 0, false, &machine);
    assert_true(machine.has_cr4 && machine.has_sse);
}

/* The same sums as the tables of the tests of pagetable/ have. */
static void what_the_live_tables_are(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct baton_live live;
        uint32_t first;

        good(i);
        baton_live_read(&j.machine.host, i, ROOT, &live);
        assert_int_equal(live.root, ROOT);
        assert_int_equal(live.kind, i);
        assert_int_equal(live.tables, i ? 3 : 2);
        first = live.checksum;
        pae = i;
        set_template(2 * PAGE, 0);
        baton_live_read(&j.machine.host, i, ROOT, &live);
        assert_int_not_equal(live.checksum, first);
    }
}

/* ---- a call ---------------------------------------------------------------------------------- */

#define GDT (HOME + 0xff8) /* its fourth descriptor is on the next page */
#define TASK 0x20

static void put_gdt_page(uint32_t bits)
{
    uint32_t table = pae ? ROOT + 2 * PAGE : ROOT + PAGE;

    put_entry(pae, table, (HOME >> 12 & (pae ? 511 : 1023)) + 1, TEMPLATE + PAGE + bits);
}

static void refused_task(const char *what)
{
    assert_int_equal(ready_task(&j.image, &cpu, &j.why), BATON_E_HOST);
    assert_non_null(strstr(j.why.what, what));
}

static void the_task_register_can_be_loaded_again(void **state)
{
    (void)state;
    for (pae = false;; pae = true) {
        good(pae);
        cpu.gdt = GDT;
        cpu.gdt_limit = TASK + 7;
        cpu.tr = TASK | 3;
        put_gdt_page(0x63);
        assert_int_equal(ready_task(&j.image, &cpu, &j.why), 0);
        cpu.tr = 3;
        refused_task("names no descriptor");
        cpu.tr = TASK | 4;
        refused_task("names no descriptor");
        cpu.tr = TASK;
        cpu.gdt_limit = TASK + 6;
        refused_task("names no descriptor");
        cpu.gdt_limit = TASK + 7;
        put_gdt_page(0x61);
        refused_task("read-only");
        cpu.cr0 &= ~0x10000u; /* no WP */
        assert_int_equal(ready_task(&j.image, &cpu, &j.why), 0);
        put_gdt_page(0x62);
        refused_task("do not map");
        if (pae)
            return;
    }
}

static void what_has_become_of_a_call(void **state)
{
    struct call_page page = {.status = CALL_RETURNED, .value = 0x1234, .vector = 6, .eip = 0x5678};
    uint32_t eax = 0;

    (void)state;
    assert_int_equal(ready_result(&page, &eax, &j.why), 0);
    assert_int_equal(eax, 0x1234);
    page.status = CALL_FAULTED;
    assert_int_equal(ready_result(&page, &eax, &j.why), BATON_E_CALL);
    assert_true(j.why.value == 6 && j.why.limit == 0x1234);
    page.status = CALL_DIFFERS;
    assert_int_equal(ready_result(&page, &eax, &j.why), BATON_E_CALL);
    assert_true(j.why.value == 0x1234 && j.why.limit == 0x5678);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_ready),
        cmocka_unit_test(what_is_ready_all_the_same),
        cmocka_unit_test(what_cpuid_says),
        cmocka_unit_test(what_the_live_tables_are),
        cmocka_unit_test(the_task_register_can_be_loaded_again),
        cmocka_unit_test(what_has_become_of_a_call),
    };

    return cmocka_run_group_tests_name("ready", tests, NULL, NULL);
}
