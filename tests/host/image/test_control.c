/*
 * The control code page, byte by byte, against a page put together here from the drawing in
 * include/baton/control.h; and the template in the host's image, of which it is a copy.
 */
#include "relocate/trampoline/exit.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/sample.h"

#define PAGE BATON_PAGE_SIZE

static struct journey j;
static uint8_t expected[PAGE];
static uint32_t screen_pa, screen_pitch; /* what a fault is shown on; 0: nothing */

static void put(unsigned offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        expected[offset + i] = (uint8_t)(value >> 8 * i);
}

/* ---- descriptors, field by field [SDM3 3.4.5, 7.2.2, 7.2.5] ----------------------------------- */

static void put_descriptor(unsigned offset, uint32_t base, uint32_t limit, unsigned access,
                           unsigned flags)
{
    put(offset, 2, limit);
    put(offset + 2, 3, base);
    put(offset + 5, 1, access);
    put(offset + 6, 1, limit >> 16 | flags << 4);
    put(offset + 7, 1, base >> 24);
}

/* null, unused, code, data, the own task, 32 times the fault task, and code and data of 16 bits */
static void put_gdt(unsigned offset, uint32_t page, unsigned fault_tss)
{
    put_descriptor(offset + 0x10, 0, 0xfffff, 0x9b, 0xc);
    put_descriptor(offset + 0x18, 0, 0xfffff, 0x93, 0xc);
    put_descriptor(offset + 0x20, page + 0xdf0, 0x67, 0x89, 0);
    for (unsigned vector = 0; vector < 32; vector++)
        put_descriptor(offset + 0x28 + 8 * vector, page + fault_tss, 0x67, 0x89, 0);
    put_descriptor(offset + 0x128, page, 0xffff, 0x9b, 0);
    put_descriptor(offset + 0x130, page, 0xffff, 0x93, 0);
}

static void put_idt(void)
{
    for (unsigned vector = 0; vector < 32; vector++) {
        put(0xa80 + 8 * vector + 2, 2, 0x28 + 8 * vector); /* the TSS's selector */
        put(0xa80 + 8 * vector + 5, 1, 0x85);              /* present, DPL 0, task gate */
    }
}

/* [SDM3 figure 7-2] */
static void put_fault_tss(unsigned offset, uint32_t page, uint32_t root)
{
    put(offset + 0x1c, 4, root);
    put(offset + 0x20, 4, page + 0x978); /* EIP */
    put(offset + 0x24, 4, 2);            /* EFLAGS */
    put(offset + 0x38, 4, page + 0xa80); /* ESP */
    put(offset + 0x3c, 4, page);         /* EBP */
    for (unsigned i = 0; i < 6; i++)     /* ES, CS, SS, DS, FS, GS */
        put(offset + 0x48 + 4 * i, 2, i == 1 ? 0x10 : 0x18);
    put(offset + 0x66, 2, 0x68); /* no I/O map */
}

static void put_table_register(unsigned offset, unsigned limit, uint32_t base)
{
    put(offset, 2, limit);
    put(offset + 2, 4, base);
}

/* All behind the code: zero where nothing is named. The template knows no image. */
static void expect(uint32_t va, uint32_t machine, bool template)
{
    const struct baton_registers *r = &j.payload.entry.registers;
    const uint32_t words[] = {
        (uint32_t)j.image.list | 2, r->eip, r->eax, r->ebx, r->ecx, r->edx, r->esi, r->edi, r->ebp};
    uint32_t pa = (uint32_t)j.image.control;

    memset(expected + 0x8c8, 0, 0x90);
    memset(expected + 0x980, 0, 0x680);
    for (unsigned i = 0; i < COUNT(words) && !template; i++)
        put(0x980 + 4 * i, 4, words[i]);
    put(0x9a4, 4, machine);
    put(0x9a8, 2, j.cpu.com_port);
    put(0x9aa, 2, j.cpu.exit_port);
    put_table_register(0x9ac, 0x137, va + 0xb80);
    put_table_register(0x9bc, 0xff, va + 0xa80);
    put(0x9d8, 4, 0x54544142); /* setup_data: no next one, type, length */
    put(0x9dc, 4, 64);
    put(0x9e0, 4, 2);                   /* version */
    put(0x9e4, 4, machine & 8 ? 7 : 0); /* count; no ticks yet */
    put_idt();
    put_gdt(0xb80, va, 0xe58);
    put(0xe56, 2, 0x68); /* the own TSS: no I/O map */
    put_fault_tss(0xe58, va, template ? 0 : (uint32_t)j.image.tables[0]);
    put(0xf30, 4, screen_pa);
    put(0xf34, 4, screen_pitch);
    if (template)
        return;
    memcpy(expected + 0x8c8, exit_flat32, 0x90);
    put(0x9cc, 4, j.image.digest_code);
    put_table_register(0x9b4, 0x137, pa + 0xcb8);
    put_table_register(0x9c4, 0xff, pa + 0xa80);
    put_gdt(0xcb8, pa, 0xec0);
    put_fault_tss(0xec0, pa, (uint32_t)j.image.tables[0]);
    /* what step 6 puts in its place: tables without PAE */
    put(0xf28, 4, j.image.kind ? j.image.fault_tables[0] : j.image.tables[0]);
}

static void assert_page(uint64_t pa, const char *what)
{
    const uint8_t *page = machine_at(pa);

    for (unsigned i = 0; i < PAGE; i++)
        if (page[i] != expected[i]) {
            print_error("%s: byte 0x%03x is 0x%02x, should be 0x%02x\n", what, i, page[i],
                        expected[i]);
            fail();
        }
}

static void byte_by_byte(void **state)
{
    static const struct {
        struct baton_machine cpu;
        uint32_t machine;
    } cases[] = {
        {{.com_port = 0}, 0},
        {{.has_cr4 = true, .com_port = 0x3f8}, 1},
        {{.has_efer = true, .com_port = 0x2f8, .exit_port = 0xf4}, 2},
        {{.reset = true, .com_port = 0x3f8, .exit_port = 0xffff}, 4},
        {{.has_cr4 = true, .has_mce = true}, 0x41},
        {{.has_tsc = true}, 8},
        {{.trace = 1}, 0x10},
        {{.has_tsc = true, .trace = 2}, 0x38},
        {{.has_sha = true}, 0}, /* without digests nothing needs it */
        {{.has_mce = true}, 0}, /* without CR4 there is no place to ask for it */
        {{.has_cr4 = true, .has_sse = true}, 0x201},
        {{.has_sse = true}, 0}, /* likewise */
        {{0, true, true, true, 0xffff, 0x501, true, true, 2, false, true}, 0x27f},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct recipe recipe;

        sample_recipe(i % 2, 1, &recipe);
        recipe.trampoline_va = 0xc1234000u + 0x1000 * (uint32_t)i;
        recipe.trampoline_pa = 0x1f0000;
        recipe.digest = i % 3 == 0;
        recipe_stage(&recipe, &j);
        j.cpu = cases[i].cpu;
        j.cpu.size = sizeof(j.cpu);
        memcpy(expected, machine_at(0x1f0000), 0x980); /* the code */
        assert_int_equal(journey_load(&j), 0);
        assert_int_equal(j.image.machine, cases[i].machine);
        assert_int_equal(j.image.digest_code != 0, recipe.digest);
        expect(recipe.trampoline_va, cases[i].machine, true);
        assert_page(0x1f0000, "template");
        expect(recipe.trampoline_va, cases[i].machine, false);
        assert_page(j.image.control, "control page");
    }
}

/* The framebuffer is told if the blocks of all phases fit into its first lines below 4 GiB. */
static void a_framebuffer(void **state)
{
    static const struct {
        struct baton_screen screen;
        uint32_t pa, pitch;
    } cases[] = {
        {{.kind = 2, .pa = 0xfd000000, .pitch = 4096, .height = 768}, 0xfd000000, 4096},
        {{.kind = 2, .pa = 0x1001, .pitch = 1024, .height = 16}, 0x1001, 1024},
        {{.kind = 2, .pa = 0xffffc000, .pitch = 1024, .height = 16}, 0xffffc000, 1024},
        {{.kind = 2, .pa = 0xffffc001, .pitch = 1024, .height = 16}, 0, 0},
        {{.kind = 2, .pa = 0xfd000000, .pitch = UINT32_MAX, .height = 768}, 0, 0},
        {{.kind = 2, .pa = 0x1fd000000, .pitch = 4096, .height = 768}, 0, 0},
        {{.kind = 2, .pa = UINT64_MAX, .pitch = 4096, .height = 768}, 0, 0},
        {{.kind = 2, .pa = 0, .pitch = 4096, .height = 768}, 0, 0},
        {{.kind = 2, .pa = 0xfd000000, .pitch = 1023, .height = 768}, 0, 0},
        {{.kind = 2, .pa = 0xfd000000, .pitch = 4096, .height = 15}, 0, 0},
        {{.kind = 1, .pa = 0xfd000000, .pitch = 4096, .height = 768}, 0, 0},
        {{.kind = 0, .pa = 0xfd000000, .pitch = 4096, .height = 768}, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct recipe recipe;

        sample_recipe(i % 2, 1, &recipe);
        recipe_stage(&recipe, &j);
        j.request.screen = cases[i].screen;
        memcpy(expected, machine_at(j.machine.host.trampoline_pa), 0x980);
        assert_int_equal(journey_load(&j), 0);
        screen_pa = cases[i].pa;
        screen_pitch = cases[i].pitch;
        expect(j.image.trampoline_va, j.image.machine, true);
        assert_page(j.machine.host.trampoline_pa, "template");
        expect(j.image.trampoline_va, j.image.machine, false);
        assert_page(j.image.control, "control page");
    }
    screen_pa = screen_pitch = 0;
}

/*
 * A second load finds the template as a hand-off left it (the CPU marks the task as busy, the
 * trampoline notes the live tables, a fault saves registers), and comes to the same.
 */
static void again(void **state)
{
    static uint8_t first[PAGE];
    uint64_t control;

    (void)state;
    sample_load(true, 1, &j);
    control = j.image.control;
    memcpy(first, machine_at(control), PAGE);
    baton_image_free(&j.image);
    memset(machine_at(j.machine.host.trampoline_pa) + 0x980, 0xa5, 0x680);
    for (uint32_t i = 0; i < j.payload.segments; i++)
        j.payload.segment[i].dest = 0;
    assert_int_equal(journey_load(&j), 0);
    assert_int_equal(j.image.control, control);
    assert_memory_equal(machine_at(control), first, PAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(a_framebuffer),
        cmocka_unit_test(again),
    };

    return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
