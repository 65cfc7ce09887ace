/*
 * Exceptions. They are not expected: each prints what the CPU knows and stops with a failing exit.
 * A double fault has a task and a stack of its own, since its cause may be the stack. [SDM3 6.15]
 */
#include "kernel/traps.h"

#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/crash.h"
#include "kernel/layout.h"
#include "kernel/machinecheck.h"
#include "kernel/print.h"
#include "kernel/probe.h"
#include "kernel/readonly.h"
#include "kernel/stop.h"
#include "kernel/symbols.h"

#define GATE_INTERRUPT 0x8e00u /* present, DPL 0 [SDM3 6.11] */
#define GATE_TASK 0x8500u
#define TSS_AVAILABLE 0x0089u /* present, 32-bit TSS [SDM3 7.2.2] */
#define STUB_SIZE 16
#define DOUBLE_FAULT_STACK 4096

/* [SDM3 7.2.1]; only what hardware reads of it here. */
struct tss {
    uint32_t back_link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
    uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs, ldt, iomap;
};

_Static_assert(offsetof(struct tss, cr3) == TSS_CR3, "cr3");

static const char *const names[TRAP_VECTORS] = {
    "divide error",
    "debug",
    "NMI",
    "breakpoint",
    "overflow",
    "bound range",
    "invalid opcode",
    "no FPU",
    "double fault",
    "FPU segment",
    "invalid TSS",
    "segment not present",
    "stack fault",
    "general protection",
    "page fault",
    "reserved",
    "FPU error",
    "alignment check",
    "machine check",
    "SIMD error",
    "virtualization",
    "control protection",
};

extern char trap_stubs[], double_fault_entry[];
extern uint64_t boot_gdt[];
/* Called by traps.S alone. */
void trap_report(const struct trap_frame *frame) __attribute__((noreturn, used));
void double_fault_report(void) __attribute__((noreturn, used));

static uint64_t idt[TRAP_VECTORS] READ_ONLY;
static struct tss main_tss;
struct tss double_fault_tss; /* boot/entry.S knows it, too */
static uint8_t double_fault_stack[DOUBLE_FAULT_STACK] __attribute__((aligned(16)));

static uint64_t gate(uint32_t offset, uint32_t selector, uint32_t type)
{
    return (uint64_t)((offset & 0xffff0000u) | type) << 32 | selector << 16 | (offset & 0xffff);
}

static uint64_t tss_descriptor(const struct tss *tss)
{
    uint32_t base = (uint32_t)tss, limit = sizeof(*tss) - 1;
    uint32_t high = (base & 0xff000000u) | TSS_AVAILABLE << 8 | (base >> 16 & 0xff);

    return (uint64_t)high << 32 | (base & 0xffff) << 16 | limit;
}

void traps_start(void)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } idtr = {sizeof(idt) - 1, (uint32_t)idt};

    for (uint32_t i = 0; i < TRAP_VECTORS; i++)
        idt[i] = gate((uint32_t)trap_stubs + i * STUB_SIZE, SEL_CODE, GATE_INTERRUPT);
    idt[TRAP_DOUBLE_FAULT] = gate(0, SEL_TSS_DOUBLE_FAULT, GATE_TASK);
    boot_gdt[SEL_TSS / 8] = tss_descriptor(&main_tss);
    boot_gdt[SEL_TSS_DOUBLE_FAULT / 8] = tss_descriptor(&double_fault_tss);
    main_tss.iomap = double_fault_tss.iomap = sizeof(struct tss) << 16;
    double_fault_tss.eip = (uint32_t)double_fault_entry;
    double_fault_tss.esp = (uint32_t)(double_fault_stack + DOUBLE_FAULT_STACK);
    double_fault_tss.cs = SEL_CODE;
    double_fault_tss.ds = double_fault_tss.es = double_fault_tss.ss = SEL_DATA;
    double_fault_tss.fs = double_fault_tss.gs = SEL_DATA;
    double_fault_tss.eflags = 2;
    double_fault_tss.cr3 = cpu_cr3();
    __asm__ volatile("lidt %0; ltr %w1" : : "m"(idtr), "r"(SEL_TSS) : "memory");
}

void traps_root(uint32_t root)
{
    double_fault_tss.cr3 = root;
}

static void print_place(uint32_t eip)
{
    uint32_t offset;
    const char *name = symbol_at(eip, &offset);

    if (name)
        print("%a, %s + %x", (uint64_t)eip, name, (uint64_t)offset);
    else
        print("%a, outside the kernel's code", (uint64_t)eip);
}

static void print_control(void)
{
    print("            cr0 %a cr2 %a cr3 %a", (uint64_t)cpu_cr0(), (uint64_t)cpu_cr2(),
          (uint64_t)cpu_cr3());
    if (cpu.cr4)
        print(" cr4 %a", (uint64_t)cpu_cr4());
    print("\n");
}

static void print_registers(uint32_t eax, uint32_t ebx, uint32_t ecx, uint32_t edx, uint32_t esi,
                            uint32_t edi, uint32_t ebp, uint32_t esp)
{
    print("            eax %a ebx %a ecx %a edx %a\n", (uint64_t)eax, (uint64_t)ebx, (uint64_t)ecx,
          (uint64_t)edx);
    print("            esi %a edi %a ebp %a esp %a\n", (uint64_t)esi, (uint64_t)edi, (uint64_t)ebp,
          (uint64_t)esp);
}

/* For the dump; esp is where it was before the CPU pushed its frame. */
static bool note_frame(const struct trap_frame *f)
{
    return crash_note(&(struct baton_dump_registers){.ebx = f->ebx,
                                                     .ecx = f->ecx,
                                                     .edx = f->edx,
                                                     .esi = f->esi,
                                                     .edi = f->edi,
                                                     .ebp = f->ebp,
                                                     .eax = f->eax,
                                                     .ds = SEL_DATA,
                                                     .es = SEL_DATA,
                                                     .fs = SEL_DATA,
                                                     .gs = SEL_DATA,
                                                     .orig_eax = f->error,
                                                     .eip = f->eip,
                                                     .cs = f->cs,
                                                     .eflags = f->eflags,
                                                     .esp = (uint32_t)(f + 1),
                                                     .ss = SEL_DATA});
}

static bool note_task(const struct tss *t)
{
    return crash_note(&(struct baton_dump_registers){.ebx = t->ebx,
                                                     .ecx = t->ecx,
                                                     .edx = t->edx,
                                                     .esi = t->esi,
                                                     .edi = t->edi,
                                                     .ebp = t->ebp,
                                                     .eax = t->eax,
                                                     .ds = t->ds,
                                                     .es = t->es,
                                                     .fs = t->fs,
                                                     .gs = t->gs,
                                                     .eip = t->eip,
                                                     .cs = t->cs,
                                                     .eflags = t->eflags,
                                                     .esp = t->esp,
                                                     .ss = t->ss});
}

static void print_trap(const struct trap_frame *f)
{
    const char *name = f->vector < TRAP_VECTORS ? names[f->vector] : NULL;

    console_urgent();
    print("exception   vector %u, %s, error code %x, at ", f->vector, name ? name : "reserved",
          (uint64_t)f->error);
    print_place(f->eip);
    print("\n");
    /* the frame ends where esp was: no privilege change, so the CPU pushed no esp */
    print_registers(f->eax, f->ebx, f->ecx, f->edx, f->esi, f->edi, f->ebp, (uint32_t)(f + 1));
    print("            cs %x eflags %a\n", (uint64_t)f->cs, (uint64_t)f->eflags);
    print_control();
    if (f->vector == TRAP_MACHINE_CHECK)
        machinecheck_tell();
}

void trap_report(const struct trap_frame *f)
{
    if (f->vector == TRAP_PAGE_FAULT)
        probe_fault();
    if (note_frame(f) || stop_tells())
        print_trap(f);
    stop(EXIT_PANIC);
}

static void print_task(const struct tss *t)
{
    console_urgent();
    print("exception   vector 8, double fault, at ");
    print_place(t->eip);
    print("\n");
    print_registers(t->eax, t->ebx, t->ecx, t->edx, t->esi, t->edi, t->ebp, t->esp);
    print_control();
}

void double_fault_report(void)
{
    const struct tss *t = &main_tss; /* the CPU saved the broken task there */

    if (note_task(t) || stop_tells())
        print_task(t);
    stop(EXIT_PANIC);
}
