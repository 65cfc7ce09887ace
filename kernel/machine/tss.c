/* The GDT, used from the first instructions on, and both task-state segments. */
#include "kernel/machine/tss.h"

#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"

#define DOUBLE_FAULT_STACK 4096

#define FLAT(high) ((uint64_t)(high) << 32 | DESCRIPTOR_FLAT_LOW)

/* boot/entry.S loads it; tss_start adds the TSS descriptors. */
uint64_t boot_gdt[SEL_END / 8] = {
    [SEL_CODE / 8] = FLAT(DESCRIPTOR_CODE_HIGH),
    [SEL_DATA / 8] = FLAT(DESCRIPTOR_DATA_HIGH),
    [SEL_ABSENT / 8] = FLAT(DESCRIPTOR_ABSENT_HIGH),
    [SEL_USER_CODE / 8] = FLAT(DESCRIPTOR_CODE_HIGH | DESCRIPTOR_RING3),
    [SEL_USER_DATA / 8] = FLAT(DESCRIPTOR_DATA_HIGH | DESCRIPTOR_RING3),
};

struct i386_tss main_tss;
struct i386_tss double_fault_tss; /* used by boot/entry.S, too */
static uint8_t double_fault_stack[DOUBLE_FAULT_STACK] __attribute__((aligned(16)));

static uint64_t descriptor(const struct i386_tss *tss)
{
    return (uint64_t)i386_tss_high((uint32_t)tss) << 32 | i386_tss_low((uint32_t)tss);
}

void tss_start(void (*entry)(void))
{
    boot_gdt[SEL_TSS / 8] = descriptor(&main_tss);
    boot_gdt[SEL_TSS_DOUBLE_FAULT / 8] = descriptor(&double_fault_tss);
    main_tss.io_map = TSS_SIZE;
    double_fault_tss = (struct i386_tss){
        .cr3 = cpu_cr3(),
        .eip = (uint32_t)entry,
        .eflags = EFLAGS_FIXED,
        .esp = (uint32_t)(double_fault_stack + DOUBLE_FAULT_STACK),
        .cs = SEL_CODE,
        .ds = SEL_DATA,
        .es = SEL_DATA,
        .fs = SEL_DATA,
        .gs = SEL_DATA,
        .ss = SEL_DATA,
        .io_map = TSS_SIZE,
    };
    __asm__ volatile("ltr %w0" : : "r"(SEL_TSS) : "memory");
}

void tss_inner_stack(uint32_t esp)
{
    main_tss.inner_stack[0] = esp;
    main_tss.inner_stack[1] = SEL_DATA;
}

void tss_root(uint32_t root)
{
    double_fault_tss.cr3 = root;
}
