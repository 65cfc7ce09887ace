/* The decisions of baton_ready(): each sentence says what the host must do. */
#include "relocate/handoff/ready.h"

#include "i386.h"
#include "lib/refuse.h"
#include "pagetable/walk.h"
#include "baton/control.h"
#include "relocate/trampoline/call.h"
#include "relocate/trampoline/home.h"

void ready_machine(uint32_t features, uint32_t extended, bool sha, struct baton_machine *machine)
{
    *machine = (struct baton_machine){
        .size = sizeof(*machine),
        .has_cr4 = features & CPUID_HAS_CR4,
        .has_efer = extended & CPUID_HAS_EFER,
        .has_mce = features & CPUID_MCE,
        .has_tsc = features & CPUID_TSC,
        .has_sha = sha,
        .has_sse = (features & CPUID_HAS_SSE) == CPUID_HAS_SSE,
    };
}

/* CR4 and EFER are cleared, so has_cr4 and has_efer must be right. MCE, the TSC, SHA and SSE may stay
 * unused, but must not be used if this CPU lacks them. */
static const char *wrong_machine(uint32_t bits, const struct ready_cpu *cpu)
{
    if (!(bits & MACHINE_HAS_CR4) != !(cpu->features & CPUID_HAS_CR4))
        return "machine->has_cr4 is not what CPUID says";
    if (!(bits & MACHINE_HAS_EFER) != !(cpu->extended & CPUID_HAS_EFER))
        return "machine->has_efer is not what CPUID says";
    if (bits & MACHINE_HAS_MCE && !(cpu->features & CPUID_MCE))
        return "machine->has_mce is set, and CPUID says no";
    if (bits & MACHINE_HAS_TSC && !(cpu->features & CPUID_TSC))
        return "machine->has_tsc is set, and CPUID says no";
    if (bits & MACHINE_HAS_SHA && !cpu->sha)
        return "machine->has_sha is set, and CPUID says no";
    if (bits & MACHINE_HAS_SSE && (cpu->features & CPUID_HAS_SSE) != CPUID_HAS_SSE)
        return "machine->has_sse is set, and CPUID says no";
    return NULL;
}

int ready_registers(const struct baton_image *image, const struct ready_cpu *cpu,
                    struct baton_refusal *why)
{
    uint32_t pae = image->kind == BATON_TABLES_PAE ? CR4_PAE : 0;
    const char *wrong;

    if (!image->armed)
        return refuse_host(
            why,
            "the image is not armed: baton_image_check() has not passed since it was "
            "last written to",
            image->armed, 1);
    if (cpu->cs & SELECTOR_RPL)
        return refuse_host(
            why, "the hand-off needs privilege level 0; the code segment is another's", cpu->cs, 0);
    if (cpu->eflags & EFLAGS_IF)
        return refuse_host(why, "interrupts are on; they must be off for good", cpu->eflags, 0);
    if (!(cpu->cr0 & CR0_PG))
        return refuse_host(why, "paging is off, in CR0; the trampoline is called with paging on",
                           cpu->cr0, 0);
    if ((cpu->cr4 & CR4_PAE) != pae)
        return refuse_host(why,
                           "CR4.PAE is not as request->live.kind says: the new tables are of "
                           "another kind than the CPU would read",
                           cpu->cr4, pae);
    wrong = wrong_machine(image->machine, cpu);
    if (wrong)
        return refuse_host(why, wrong, cpu->features, cpu->extended);
    if (image->long_tables[0] && !(cpu->extended & CPUID_LM))
        return refuse_host(why,
                           "the payload is entered in long mode, and CPUID says that there is none",
                           cpu->extended, CPUID_LM);
    if (cpu->apic_base && !(cpu->apic_base & APIC_BASE_BSP))
        return refuse_host(
            why,
            "this is not the bootstrap processor: the next kernel could not start the "
            "others, and INIT would start the old kernel again",
            cpu->apic_base, 0);
    return 0;
}

/* The parts of the page that are code. What is between them depends on the image, or on a test. */
static bool is_linked_code(const uint8_t *page)
{
    static const struct {
        uint16_t start, end;
    } code[] = {
        {0, CONTROL_EXIT}, {CONTROL_STEP, CONTROL_STEP + 8}, {CONTROL_PUTS, CONTROL_PARAMS}};

    for (unsigned i = 0; i < sizeof(code) / sizeof(*code); i++)
        if (__builtin_memcmp(page + code[i].start, trampoline_code + code[i].start,
                             code[i].end - code[i].start))
            return false;
    return true;
}

/* The tables that CR3 points to. */
static struct pt_space live_space(const struct baton_host *host, const struct ready_cpu *cpu)
{
    bool pae = cpu->cr4 & CR4_PAE;

    return (struct pt_space){pae ? &pt_pae : &pt_legacy, host,
                             cpu->cr3 & (pae ? ~31u : ~(uint32_t)BATON_PAGE_MASK)};
}

int ready_page(const struct baton_image *image, const struct ready_cpu *cpu,
               struct baton_refusal *why)
{
    const struct baton_host *host = image->host;
    bool pae = cpu->cr4 & CR4_PAE;
    const struct pt_space space = live_space(host, cpu);
    struct pt_walk walk;

    pt_translate(&space, image->trampoline_va, &walk);
    if (!walk.present) /* the CPU runs on these tables, so no reserved bit is set in them */
        return refuse_host(why, "the tables at CR3 do not map baton_trampoline_page",
                           image->trampoline_va, cpu->cr3);
    if (walk.pa != host->trampoline_pa)
        return refuse_host(why,
                           "baton_trampoline_page is mapped to another page than trampoline_pa",
                           walk.pa, host->trampoline_pa);
    for (unsigned i = 0; i < walk.steps; i++) {
        bool root = pae && i == 0; /* its entries have no such bits */

        if (!root && cpu->cr0 & CR0_WP && !(walk.step[i].entry & PTE_WRITE))
            return refuse_host(why, "baton_trampoline_page is mapped read-only; its stack is on it",
                               walk.step[i].entry, image->trampoline_va);
        if (!root && cpu->efer & EFER_NXE && walk.step[i].entry & PTE_NX)
            return refuse_host(why, "baton_trampoline_page is mapped no-execute",
                               walk.step[i].entry, image->trampoline_va);
    }
    if (!is_linked_code(host->map(host->ctx, BATON_WINDOW_SOURCE, host->trampoline_pa)))
        return refuse_host(why, "baton_trampoline_page is not as it was linked any more",
                           host->trampoline_pa, 0);
    return 0;
}

int ready_task(const struct baton_image *image, const struct ready_cpu *cpu,
               struct baton_refusal *why)
{
    const struct pt_space space = live_space(image->host, cpu);
    uint32_t selector = cpu->tr & ~7u, at = cpu->gdt + selector;
    bool pae = cpu->cr4 & CR4_PAE;
    struct pt_walk walk;

    if (!selector || cpu->tr & SELECTOR_LDT || selector + 7 > cpu->gdt_limit)
        return refuse_host(
            why,
            "the task register names no descriptor of the GDT; a call loads it again "
            "when the payload has returned",
            cpu->tr, cpu->gdt_limit);
    pt_translate(&space, at + DESCRIPTOR_ACCESS, &walk);
    if (!walk.present)
        return refuse_host(why, "the tables at CR3 do not map the task's descriptor in the GDT", at,
                           cpu->cr3);
    for (unsigned i = pae ? 1 : 0; i < walk.steps && cpu->cr0 & CR0_WP; i++)
        if (!(walk.step[i].entry & PTE_WRITE))
            return refuse_host(why,
                               "the GDT is mapped read-only; after a call its task's descriptor is "
                               "written to",
                               walk.step[i].entry, at);
    return 0;
}

int ready_result(const struct call_page *page, uint32_t *eax, struct baton_refusal *why)
{
    if (page->status == CALL_FAULTED)
        return refuse(why, BATON_E_CALL, "a fault in the payload, vector", page->vector,
                      page->value);
    if (page->status == CALL_DIFFERS)
        return refuse(why, BATON_E_CALL, "segments that are not what was loaded:", page->value,
                      page->eip);
    *eax = page->value;
    return 0;
}
