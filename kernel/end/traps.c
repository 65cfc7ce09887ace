/*
 * Exceptions. They are not expected: each prints the CPU's state and ends the kernel with an error.
 */
#include "kernel/end/traps.h"

#include "kernel/console/console.h"
#include "kernel/console/print.h"
#include "kernel/console/symbols.h"
#include "kernel/crash/vault.h"
#include "kernel/end/machinecheck.h"
#include "kernel/end/stop.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/probe.h"
#include "kernel/machine/readonly.h"
#include "kernel/machine/tss.h"
#include "kernel/user/user.h"

#define STUB_SIZE 16

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

/* In traps.S. */
extern char trap_stubs[];
extern void double_fault_entry(void);
/* Called only by traps.S. */
void trap_report(const struct trap_frame *frame) __attribute__((noreturn, used));
void double_fault_report(void) __attribute__((noreturn, used));

static uint64_t idt[TRAP_VECTORS] READ_ONLY;

static uint64_t gate(uint32_t offset, uint32_t selector, uint32_t type)
{
    return (uint64_t)((offset & 0xffff0000u) | type) << 32 | selector << 16 | (offset & 0xffff);
}

void traps_start(void)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } idtr = {sizeof(idt) - 1, (uint32_t)idt};

    for (uint32_t i = 0; i < TRAP_VECTORS; i++)
        idt[i] = gate((uint32_t)trap_stubs + i * STUB_SIZE, SEL_CODE, GATE_INTERRUPT_HIGH);
    idt[TRAP_DOUBLE_FAULT] = gate(0, SEL_TSS_DOUBLE_FAULT, GATE_TASK_HIGH);
    tss_start(double_fault_entry);
    __asm__ volatile("lidt %0" : : "m"(idtr) : "memory");
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

/* Its functions are named by their place in its page. */
static void print_user_place(uint32_t eip)
{
    uint32_t offset;
    const char *name = symbol_at((uint32_t)user_code | (eip & BATON_PAGE_MASK), &offset);

    print("%a", (uint64_t)eip);
    if (name)
        print(", %s + %x", name, (uint64_t)offset);
    print(", in the user program (ring 3)");
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

static bool is_user(const struct trap_frame *f)
{
    return (f->cs & SELECTOR_RPL) == SELECTOR_RPL;
}

/* From before the CPU pushed its frame: without a change of the ring it pushes no esp and no ss. */
static uint32_t esp_of(const struct trap_frame *f)
{
    return is_user(f) ? f->user_esp : (uint32_t)&f->user_esp;
}

static uint32_t ss_of(const struct trap_frame *f)
{
    return is_user(f) ? (uint16_t)f->user_ss : SEL_DATA;
}

/* For the dump. */
static bool note_frame(const struct trap_frame *f)
{
    return vault_note(&(struct baton_dump_registers){.ebx = f->ebx,
                                                     .ecx = f->ecx,
                                                     .edx = f->edx,
                                                     .esi = f->esi,
                                                     .edi = f->edi,
                                                     .ebp = f->ebp,
                                                     .eax = f->eax,
                                                     .ds = (uint16_t)f->ds,
                                                     .es = (uint16_t)f->es,
                                                     .fs = (uint16_t)f->fs,
                                                     .gs = (uint16_t)f->gs,
                                                     .orig_eax = f->error,
                                                     .eip = f->eip,
                                                     .cs = (uint16_t)f->cs,
                                                     .eflags = f->eflags,
                                                     .esp = esp_of(f),
                                                     .ss = ss_of(f)});
}

static bool note_task(const struct i386_tss *t)
{
    return vault_note(&(struct baton_dump_registers){.ebx = t->ebx,
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
    if (is_user(f))
        print_user_place(f->eip);
    else
        print_place(f->eip);
    print("\n");
    print_registers(f->eax, f->ebx, f->ecx, f->edx, f->esi, f->edi, f->ebp, esp_of(f));
    print("            cs %x ", (uint64_t)(uint16_t)f->cs);
    if (is_user(f))
        print("ss %x ", (uint64_t)ss_of(f));
    print("eflags %a\n", (uint64_t)f->eflags);
    print_control();
    if (f->vector == TRAP_MACHINE_CHECK)
        machinecheck_tell();
}

void trap_report(const struct trap_frame *f)
{
    if (f->vector == TRAP_PAGE_FAULT)
        probe_fault();
    if (note_frame(f) || stop_may_print())
        print_trap(f);
    stop(EXIT_PANIC);
}

static void print_task(const struct i386_tss *t)
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
    const struct i386_tss *t = &main_tss; /* the CPU saved the broken task there */

    if (note_task(t) || stop_may_print())
        print_task(t);
    stop(EXIT_PANIC);
}
