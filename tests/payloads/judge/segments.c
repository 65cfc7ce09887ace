/*
 * Segments, task and descriptor tables: the selectors, and their descriptors; that they can be
 * loaded; that both tables, the TSS and the stack are in the control page (H2); and that the stack
 * works.
 */
#include "judge/judge.h"
#include "judge/state.h"

#define CODE 0x10u
#define DATA 0x18u
#define TASK 0x20u
/* null, unused, code, data, the task, one for each of 32 vectors, code and data of 16 bits: exact */
#define GDT_LIMIT 0x137u

/* Flat, 4 GiB, 32 bits, ring 0, present, accessed. [SDM3 3.4.5] */
#define CODE_LOW 0x0000ffffu
#define CODE_HIGH 0x00cf9b00u
#define DATA_LOW 0x0000ffffu
#define DATA_HIGH 0x00cf9300u

/* A 32-bit TSS, present, busy, its limit 0x67. [SDM3 7.2.2] */
#define TSS_BITS 0x00ffff00u
#define TSS_HIGH 0x00008b00u
#define TSS_LIMIT 0x67u

void segments_reload(uint32_t code, uint32_t data) __attribute__((regparm(2)));
uint32_t stack_try(uint32_t esp) __attribute__((regparm(1)));

static const uint32_t *descriptor(uint32_t selector)
{
    return (const uint32_t *)(uintptr_t)(judge_state.gdtr.base + selector);
}

static void descriptors_check(const char *name, uint32_t selector, uint32_t low, uint32_t high)
{
    check(name, descriptor(selector)[0], low);
    check(name, descriptor(selector)[1], high);
}

static bool in_page(uint32_t start, uint32_t limit, uint32_t page)
{
    return start >= page && (uint64_t)start + limit < (uint64_t)page + BATON_PAGE_SIZE;
}

static void stack_check(const struct handover *h)
{
    uint32_t esp = judge_state.esp;
    bool inside = esp > h->control && esp - h->control <= BATON_PAGE_SIZE;

    check_that("esp", inside && esp % 4 == 0, esp, "in the control page");
    if (inside)
        check("stack", stack_try(esp), 16);
}

static void task_check(const struct handover *h)
{
    uint32_t low = descriptor(TASK)[0], high = descriptor(TASK)[1];
    uint32_t base = low >> 16 | (high & 0xff) << 16 | (high & 0xff000000u);

    check("tr", judge_state.tr, TASK);
    check("tss-descriptor", high & TSS_BITS, TSS_HIGH);
    check("tss-limit", low & 0xffff, TSS_LIMIT);
    check_that("tss-base", in_page(base, TSS_LIMIT, h->control), base, "in the control page");
}

void segments_check(const struct handover *h)
{
    const struct judge_state *s = &judge_state;

    check("cs", s->cs, CODE);
    check("ds", s->ds, DATA);
    check("es", s->es, DATA);
    check("fs", s->fs, DATA);
    check("gs", s->gs, DATA);
    check("ss", s->ss, DATA);
    check("ldt", s->ldt, 0);
    check("gdt-limit", s->gdtr.limit, GDT_LIMIT);
    check_that("gdt-base", in_page(s->gdtr.base, s->gdtr.limit, h->control), s->gdtr.base,
               "in the control page");
    check_that("idt-base", in_page(s->idtr.base, s->idtr.limit, h->control), s->idtr.base,
               "in the control page");
    check_that("idt-limit", s->idtr.limit % 8 == 7, s->idtr.limit, "whole gates");
    stack_check(h);
    descriptors_check("gdt-code", CODE, CODE_LOW, CODE_HIGH);
    descriptors_check("gdt-data", DATA, DATA_LOW, DATA_HIGH);
    task_check(h);
    segments_reload(CODE, DATA);
    check("segments-load", 1, 1);
}
