/* The point of no return, and what is read of the CPU before it. i386 only: the decisions are in
 * ready.c, and the host tests replay the list on paper instead. */
#include "i386.h"
#include "relocate/handoff/ready.h"
#include "relocate/trampoline/control.h"

/* relocate/trampoline/trampoline.inc has the register contract. */
extern void baton_trampoline(uint32_t root, uint32_t control) __attribute__((regparm(2), noreturn));

/* EFLAGS.ID can be changed only on a CPU that has the CPUID instruction. */
static bool has_cpuid(void)
{
    uint32_t before, after;

    __asm__ volatile("pushfl; popl %0; movl %0, %1; xorl %2, %1; pushl %1; popfl;"
                     "pushfl; popl %1; pushl %0; popfl"
                     : "=&r"(before), "=&r"(after)
                     : "i"(EFLAGS_ID)
                     : "cc");
    return (before ^ after) & EFLAGS_ID;
}

static uint32_t cpuid(uint32_t leaf, uint32_t *edx)
{
    uint32_t eax = leaf, ebx, ecx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(*edx));
    return eax;
}

static uint64_t msr(uint32_t number)
{
    uint64_t value;

    __asm__ volatile("rdmsr" : "=A"(value) : "c"(number));
    return value;
}

/* Returns leaf 1's eax: family and model; 0: no CPUID. */
static uint32_t read_features(struct ready_cpu *cpu)
{
    uint32_t unused, highest, signature;

    cpu->features = cpu->extended = 0;
    if (!has_cpuid())
        return 0;
    signature = cpuid(1, &cpu->features);
    highest = cpuid(CPUID_EXTENDED, &unused);
    if (highest > CPUID_EXTENDED && highest <= CPUID_EXTENDED_MAX)
        cpuid(CPUID_EXTENDED + 1, &cpu->extended);
    return signature;
}

static void read_cpu(struct ready_cpu *cpu)
{
    uint32_t signature = read_features(cpu);

    cpu->cr4 = cpu->efer = cpu->apic_base = 0;
    __asm__ volatile("movl %%cs, %0" : "=r"(cpu->cs));
    __asm__ volatile("pushfl; popl %0" : "=r"(cpu->eflags));
    if (cpu->cs & SELECTOR_RPL) /* the rest may be read at level 0 alone */
        return;
    __asm__ volatile("movl %%cr0, %0; movl %%cr3, %1" : "=r"(cpu->cr0), "=r"(cpu->cr3));
    if (cpu->features & CPUID_HAS_CR4)
        __asm__ volatile("movl %%cr4, %0" : "=r"(cpu->cr4));
    if (cpu->extended & CPUID_HAS_EFER)
        cpu->efer = (uint32_t)msr(MSR_EFER);
    if (cpu->features & CPUID_APIC && CPUID_FAMILY(signature) >= APIC_BASE_FAMILY)
        cpu->apic_base = (uint32_t)msr(MSR_APIC_BASE);
}

void baton_machine_detect(struct baton_machine *machine)
{
    struct ready_cpu cpu;

    read_features(&cpu);
    ready_machine(cpu.features, cpu.extended, machine);
}

int baton_ready(const struct baton_image *image, struct baton_refusal *why)
{
    struct ready_cpu cpu;
    int error;

    read_cpu(&cpu);
    error = ready_registers(image, &cpu, why);
    return error ? error : ready_page(image, &cpu, why);
}

static uint64_t time_stamp(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtsc" : "=A"(ticks));
    return ticks;
}

/* The first stamp goes into the template: the trampoline carries it over to the control page. */
int baton_handoff(const struct baton_image *image, struct baton_refusal *why)
{
    struct control_trace *node = (void *)(baton_trampoline_page + CONTROL_TRACE);
    struct ready_cpu cpu;
    int error;

    read_cpu(&cpu);
    error = ready_registers(image, &cpu, why);
    if (error)
        return error;
    if (image->machine & MACHINE_HAS_TSC)
        node->trace.ticks[BATON_TRACE_EXEC] = image->exec_ticks ? image->exec_ticks : time_stamp();
    baton_trampoline((uint32_t)image->tables[0], (uint32_t)image->control);
}
