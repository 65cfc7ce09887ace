/*
 * The control code page, byte by byte, against a page put together here from the drawing in
 * relocate/control.h; and the template in the host's image, of which it is a copy.
 */
#include "tests/host/cm.h"
#include "tests/host/sample.h"

#define PAGE BATON_PAGE_SIZE

static struct journey j;
static uint8_t expected[PAGE];

static void put(unsigned offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        expected[offset + i] = (uint8_t)(value >> 8 * i);
}

/* 32 interrupt gates to the stubs at 0x800, 8 bytes apart, seen at `base`. [SDM3 figure 6-2] */
static void put_gates(unsigned offset, uint32_t base)
{
    for (unsigned i = 0; i < 32; i++) {
        uint32_t stub = base + 0x800 + 8 * i;

        put(offset + 8 * i, 2, stub);
        put(offset + 8 * i + 2, 2, 0x10);   /* selector */
        put(offset + 8 * i + 4, 2, 0x8e00); /* present, DPL 0, 32-bit interrupt gate */
        put(offset + 8 * i + 6, 2, stub >> 16);
    }
}

/* What depends on the virtual address and the machine alone stands in the template, too. */
static void expect_template(uint32_t va, uint32_t machine)
{
    put(0x924, 4, machine);
    put(0x928, 2, j.cpu.com_port);
    put(0x92a, 2, j.cpu.exit_port);
    put(0x92e, 2, 0x1f); /* GDT register: limit, base */
    put(0x930, 4, va + 0x980);
    put(0x93e, 2, 0xff); /* IDT register */
    put(0x940, 4, va + 0xa00);
    put_gates(0xa00, va);
}

static void expect_copy(uint32_t pa)
{
    const struct baton_registers *r = &j.payload.entry;
    const uint32_t words[] = {
        (uint32_t)j.image.list | 2, r->eip, r->eax, r->ebx, r->ecx, r->edx, r->esi, r->edi, r->ebp};

    for (unsigned i = 0; i < COUNT(words); i++)
        put(0x900 + 4 * i, 4, words[i]);
    put(0x936, 2, 0x1f);
    put(0x938, 4, pa + 0x980);
    put(0x946, 2, 0xff);
    put(0x948, 4, pa + 0xb00);
    put_gates(0xb00, pa);
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
        bool cr4, efer, reset;
        uint16_t com, exit;
        uint32_t machine;
    } cases[] = {
        {false, false, false, 0, 0, 0},       {true, false, false, 0x3f8, 0, 1},
        {false, true, false, 0x2f8, 0xf4, 2}, {false, false, true, 0x3f8, 0xffff, 4},
        {true, true, true, 0xffff, 0x501, 7},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct recipe recipe;

        sample_recipe(i % 2, 1, &recipe);
        recipe.trampoline_va = 0xc1234000u + 0x1000 * (uint32_t)i;
        recipe.trampoline_pa = 0x1f0000;
        recipe_stage(&recipe, &j);
        j.cpu = (struct baton_machine){cases[i].cr4, cases[i].efer, cases[i].com, cases[i].exit,
                                       cases[i].reset};
        memcpy(expected, machine_at(0x1f0000), PAGE); /* the code, the GDT, all that is not named */
        assert_int_equal(journey_load(&j), 0);
        assert_int_equal(j.image.machine, cases[i].machine);
        expect_template(recipe.trampoline_va, cases[i].machine);
        assert_page(0x1f0000, "template");
        expect_copy((uint32_t)j.image.control);
        assert_page(j.image.control, "control page");
    }
}

/* A second load finds the template as the first one left it, and comes to the same. */
static void again(void **state)
{
    static uint8_t first[PAGE];
    uint64_t control;

    (void)state;
    sample_load(true, 1, &j);
    control = j.image.control;
    memcpy(first, machine_at(control), PAGE);
    baton_image_free(&j.image);
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
        cmocka_unit_test(again),
    };

    return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
