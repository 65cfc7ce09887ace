/* The point of no return, and what is read of the CPU before it. i386 only: the decisions are in
 * ready.c; the host tests replay the list in software instead. */
#include "i386.h"
#include "lib/cpuid.h"
#include "lib/refuse.h"
#include "relocate/handoff/ready.h"
#include "baton/control.h"

/* relocate/trampoline/trampoline.inc has the register contract. */
extern void baton_trampoline(uint32_t root, uint32_t control) __attribute__((regparm(2), noreturn));

static uint64_t msr(uint32_t number)
{
    uint64_t value;

    __asm__ volatile("rdmsr" : "=A"(value) : "c"(number));
    return value;
}

/* The base in the operand of SGDT, which begins with the limit. */
static void read_gdt(struct ready_cpu *cpu)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } gdtr;

    __asm__ volatile("sgdt %0" : "=m"(gdtr));
    __asm__ volatile("str %w0" : "=r"(cpu->tr));
    cpu->tr &= 0xffff;
    cpu->gdt = gdtr.base;
    cpu->gdt_limit = gdtr.limit;
}

void ready_read(const struct baton_image *image, struct ready_cpu *cpu)
{
    struct cpuid id = cpuid_read();

    *cpu = (struct ready_cpu){.features = id.features, .extended = id.extended};
    if (image->machine & MACHINE_HAS_SHA)
        cpu->sha = cpuid_has_sha();
    __asm__ volatile("movl %%cs, %0" : "=r"(cpu->cs));
    __asm__ volatile("pushfl; popl %0" : "=r"(cpu->eflags));
    if (cpu->cs & SELECTOR_RPL) /* the rest can be read only at level 0 */
        return;
    __asm__ volatile("movl %%cr0, %0; movl %%cr3, %1" : "=r"(cpu->cr0), "=r"(cpu->cr3));
    if (cpu->features & CPUID_HAS_CR4)
        __asm__ volatile("movl %%cr4, %0" : "=r"(cpu->cr4));
    if (cpu->extended & CPUID_HAS_EFER) {
        uint64_t efer = msr(MSR_EFER);

        cpu->efer = (uint32_t)efer;
        cpu->efer_high = (uint32_t)(efer >> 32);
    }
    if (image->call)
        read_gdt(cpu);
    if (cpu->features & CPUID_APIC && CPUID_FAMILY(id.signature) >= APIC_BASE_FAMILY)
        cpu->apic_base = (uint32_t)msr(MSR_APIC_BASE);
}

void baton_machine_detect(struct baton_machine *machine)
{
    struct cpuid id = cpuid_read();

    ready_machine(id.features, id.extended, cpuid_has_sha(), machine);
}

int baton_ready(const struct baton_image *image, struct baton_refusal *why)
{
    struct ready_cpu cpu;
    int error;

    ready_read(image, &cpu);
    error = ready_registers(image, &cpu, why);
    if (!error)
        error = ready_page(image, &cpu, why);
    return error || !image->call ? error : ready_task(image, &cpu, why);
}

static uint64_t time_stamp(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtsc" : "=A"(ticks));
    return ticks;
}

/* The first time stamp goes into the template; the trampoline copies it to the control page. */
int baton_handoff(const struct baton_image *image, struct baton_refusal *why)
{
    struct control_trace *node = (void *)(baton_trampoline_page + CONTROL_TRACE);
    struct ready_cpu cpu;
    int error;

    ready_read(image, &cpu);
    error = ready_registers(image, &cpu, why);
    if (!error && image->call)
        error = refuse_host(why, "the image is for baton_call(): request->call was true",
                            image->call, 0);
    if (error)
        return error;
    if (image->machine & MACHINE_HAS_TSC)
        node->trace.ticks[BATON_TRACE_EXEC] = image->exec_ticks ? image->exec_ticks : time_stamp();
    baton_trampoline((uint32_t)image->tables[0], (uint32_t)image->control);
}
