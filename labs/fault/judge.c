/*
 * Judges the fault task's descriptors: control pages at several addresses, read as the manual says
 * that a CPU reads them [SDM3 3.4.5, 6.11, 7.2].
 */
#include "labs/grader/exam.h"
#include "relocate/image/image.h"
#include "baton/control.h"
#include "tests/host/paper/machine.h"

#define ROOT 0x00a1d000u
#define FAULT_ROOT 0x00a1e000u
#define TSS_LIMIT 0x67u
#define TASK_GATE 5u
#define AVAILABLE_TSS 9u
#define PRESENT 0x80u

static struct machine machine;
static struct baton_payload payload;
static struct baton_image image;
static const uint8_t *copy, *template;

/* Kernel address, and control page: each byte of a base is used. */
static const struct pair {
    uint32_t va, pa;
} pairs[] = {{0xc0105000, 0x00a11000}, {0xfffff000, 0x00001000}, {0x12345000, 0xbedcb000}};

static void fill(const struct pair *pair)
{
    static const struct baton_machine cpu = {.has_cr4 = true, .com_port = 0x3f8};
    static const struct baton_screen no_screen;
    uint64_t pa = 0;

    machine_start(&machine, pair->va, 0xd0000000);
    machine_memory(&machine, pair->pa, pair->pa + BATON_PAGE_SIZE, BATON_MEM_USABLE);
    machine_ready(&machine);
    machine.host.alloc_page(&machine, 1ull << 32, &pa);
    memset(&payload, 0, sizeof(payload));
    payload.entry.kind = BATON_ENTRY_FLAT32;
    memset(&image, 0, sizeof(image));
    image.host = &machine.host;
    image.kind = BATON_TABLES_PAE;
    image.control = pair->pa;
    image.trampoline_va = pair->va;
    image.tables[0] = ROOT;
    image.fault_tables[0] = FAULT_ROOT;
    exam_case("kernel address 0x%08x, control page 0x%08x", (unsigned)pair->va, (unsigned)pair->pa);
    control_fill(&image, &payload, &cpu, &no_screen);
    if (machine.violation[0])
        exam_wrong("stores in the control page and the template", "%s", machine.violation);
    copy = machine_at(pair->pa);
    template = machine_at(0xd0000000);
}

static uint32_t value(const uint8_t *at, unsigned size)
{
    uint32_t number = 0;

    while (size--)
        number = number << 8 | at[size];
    return number;
}

static void same(const char *what, unsigned selector, uint32_t expected, uint32_t found)
{
    char name[60];

    snprintf(name, sizeof(name), "selector 0x%02x: %s", selector, what);
    exam_address(name, expected, found);
}

/* ---- gates ------------------------------------------------------------------------------------ */

static void gates(void)
{
    for (unsigned i = 0; i < COUNT(pairs); i++) {
        fill(&pairs[i]);
        for (unsigned vector = 0; vector < CONTROL_VECTORS; vector++) {
            const uint8_t *gate = copy + CONTROL_IDT + 8 * vector;
            char what[40];

            snprintf(what, sizeof(what), "gate %u: present, DPL, type", vector);
            exam_address(what, PRESENT | TASK_GATE, gate[5]);
            snprintf(what, sizeof(what), "gate %u: selector", vector);
            exam_address(what, CONTROL_FAULT_TR + 8 * vector, value(gate + 2, 2));
        }
    }
}

/* ---- descriptors ------------------------------------------------------------------------------ */

static void segment(const uint8_t *gdt, unsigned selector, unsigned type)
{
    const uint8_t *at = gdt + selector;

    same("base", selector, 0, value(at + 2, 3) | (uint32_t)at[7] << 24);
    same("limit, in pages", selector, 0xfffff, value(at, 2) | (at[6] & 0xfu) << 16);
    same("present, DPL, S", selector, PRESENT | 0x10, at[5] & 0xf0u);
    same("type, but for accessed", selector, type, at[5] & 0xeu);
    same("granularity and size", selector, 0xc, at[6] >> 4);
}

static void segments(void)
{
    for (unsigned i = 0; i < COUNT(pairs); i++) {
        fill(&pairs[i]);
        for (unsigned gdt = CONTROL_GDT_VA; gdt; gdt = gdt == CONTROL_GDT_VA ? CONTROL_GDT_PA : 0) {
            segment(copy + gdt, CONTROL_CS, 0xa);
            segment(copy + gdt, CONTROL_DS, 2);
        }
    }
}

static void tss_descriptor(const uint8_t *gdt, unsigned selector, uint32_t base)
{
    const uint8_t *at = gdt + selector;

    same("base", selector, base, value(at + 2, 3) | (uint32_t)at[7] << 24);
    same("limit", selector, TSS_LIMIT, value(at, 2) | (at[6] & 0xfu) << 16);
    same("present, DPL, type", selector, PRESENT | AVAILABLE_TSS, at[5]);
}

static void tss_descriptors(const uint8_t *page, unsigned gdt, uint32_t base, unsigned fault_tss)
{
    tss_descriptor(page + gdt, CONTROL_TR, base + CONTROL_TSS);
    for (unsigned vector = 0; vector < CONTROL_VECTORS; vector++)
        tss_descriptor(page + gdt, CONTROL_FAULT_TR + 8 * vector, base + fault_tss);
}

static void kernel_gdt(void)
{
    for (unsigned i = 0; i < COUNT(pairs); i++) {
        fill(&pairs[i]);
        tss_descriptors(copy, CONTROL_GDT_VA, pairs[i].va, CONTROL_FAULT_TSS_VA);
        tss_descriptors(template, CONTROL_GDT_VA, pairs[i].va, CONTROL_FAULT_TSS_VA);
    }
}

static void physical_gdt(void)
{
    for (unsigned i = 0; i < COUNT(pairs); i++) {
        fill(&pairs[i]);
        tss_descriptors(copy, CONTROL_GDT_PA, pairs[i].pa, CONTROL_FAULT_TSS_PA);
    }
}

/* ---- the task --------------------------------------------------------------------------------- */

static void task_at(const uint8_t *tss, uint32_t base, uint32_t root)
{
    static const struct {
        const char *what;
        unsigned at;
    } segments[] = {{"ES", 0x48}, {"SS", 0x50}, {"DS", 0x54}, {"FS", 0x58}, {"GS", 0x5c}};

    exam_address("CR3", root, value(tss + 0x1c, 4));
    exam_address("EIP", base + CONTROL_FAULT, value(tss + 0x20, 4));
    exam_address("EFLAGS, no interrupts", 2, value(tss + 0x24, 4));
    exam_address("ESP", base + CONTROL_FAULT_STACK_TOP, value(tss + 0x38, 4));
    exam_address("EBP", base, value(tss + 0x3c, 4));
    exam_address("CS", CONTROL_CS, value(tss + 0x4c, 2));
    for (unsigned i = 0; i < COUNT(segments); i++)
        exam_address(segments[i].what, CONTROL_DS, value(tss + segments[i].at, 2));
    exam_address("LDT", 0, value(tss + 0x60, 2));
    exam_number("the trap bit", 0, tss[0x64] & 1);
    if (value(tss + 0x66, 2) <= TSS_LIMIT)
        exam_wrong("io_map behind the limit, 0x67", "io_map 0x%x", (unsigned)value(tss + 0x66, 2));
}

static void task(void)
{
    for (unsigned i = 0; i < COUNT(pairs); i++) {
        fill(&pairs[i]);
        task_at(copy + CONTROL_FAULT_TSS_VA, pairs[i].va, ROOT);
        task_at(copy + CONTROL_FAULT_TSS_PA, pairs[i].pa, ROOT);
        task_at(template + CONTROL_FAULT_TSS_VA, pairs[i].va, 0); /* the trampoline fills in CR3 */
    }
}

int main(void)
{
    static const struct exam_check checks[] = {
        {"gates", gates},
        {"segments", segments},
        {"kernel-gdt", kernel_gdt},
        {"physical-gdt", physical_gdt},
        {"task", task},
    };

    return exam(checks, COUNT(checks));
}
