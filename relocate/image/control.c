/*
 * Fills the control code page: the template in the host's image first, with what is the same for
 * every image, so that several may be loaded; then its copy in the control page, with the rest.
 * The descriptors that the CPU marks as busy and the TSS that it saves into are written each time,
 * so that any load finds them new.
 */
#include "baton/control.h"

#include "relocate/image/image.h"
#include "relocate/trampoline/exit.h"
#include "baton/list.h"

uint32_t control_machine_bits(const struct baton_machine *machine)
{
    return (machine->has_cr4 ? MACHINE_HAS_CR4 : 0) | (machine->has_efer ? MACHINE_HAS_EFER : 0) |
           (machine->has_cr4 && machine->has_mce ? MACHINE_HAS_MCE : 0) |
           (machine->has_tsc ? MACHINE_HAS_TSC : 0) | (machine->reset ? MACHINE_RESET : 0) |
           (machine->has_sha ? MACHINE_HAS_SHA : 0) |
           (machine->has_cr4 && machine->has_sse ? MACHINE_HAS_SSE : 0) |
           (machine->trace >= 1 ? MACHINE_TRACE : 0) |
           (machine->trace >= 2 ? MACHINE_TRACE_PORT : 0);
}

/* What is the same for every image of a host. */
static void fill_machine(struct control_params *params, uint32_t va,
                         const struct baton_machine *machine)
{
    params->machine = control_machine_bits(machine);
    params->com_port = machine->com_port;
    params->exit_port = machine->exit_port;
    params->gdtr_va = (struct control_descriptor){CONTROL_GDT_SIZE - 1, va + CONTROL_GDT_VA, 0};
    params->idtr_va = (struct control_descriptor){CONTROL_IDT_SIZE - 1, va + CONTROL_IDT, 0};
}

static void fill_image(struct control_params *params, const struct baton_image *image,
                       const struct baton_registers *r)
{
    uint32_t pa = (uint32_t)image->control;

    /* In a call the list and the digests are the call page's. */
    params->list = image->call ? LIST_DONE : (uint32_t)image->list | LIST_INDIRECTION;
    params->digest = image->call ? 0 : (uint32_t)image->digest_code;
    params->eip = image->call ? (uint32_t)image->call : r->eip;
    params->eax = r->eax;
    params->ebx = r->ebx;
    params->ecx = r->ecx;
    params->edx = r->edx;
    params->esi = r->esi;
    params->edi = r->edi;
    params->ebp = r->ebp;
    params->gdtr_pa = (struct control_descriptor){CONTROL_GDT_SIZE - 1, pa + CONTROL_GDT_PA, 0};
    params->idtr_pa = (struct control_descriptor){CONTROL_IDT_SIZE - 1, pa + CONTROL_IDT, 0};
}

static void fill_trace(struct control_trace *node, const struct baton_machine *machine)
{
    *node = (struct control_trace){
        .type = BATON_TRACE_TYPE,
        .length = sizeof(node->trace),
        .trace = {.version = BATON_TRACE_VERSION,
                  .count = machine->has_tsc ? BATON_TRACE_PHASES : 0},
    };
}

/* Where the blocks of a fault's phase fit, and lie below 4 GiB. */
static struct control_screen screen_of(const struct baton_screen *screen)
{
    uint64_t end = screen->pa + (uint64_t)screen->pitch * SCREEN_LINES;
    struct control_screen shown = {(uint32_t)screen->pa, screen->pitch};

    if (screen->kind == BATON_SCREEN_LINEAR && screen->height >= SCREEN_LINES &&
        screen->pitch >= PHASE_WILD << (SCREEN_BLOCK_SHIFT + 2) && screen->pa && screen->pa < end &&
        end <= 1ull << 32)
        return shown;
    return (struct control_screen){0};
}

static void fill_idt(uint32_t *gate)
{
    for (uint32_t vector = 0; vector < CONTROL_VECTORS; vector++) {
        gate[2 * vector] = (CONTROL_FAULT_TR + 8 * vector) << 16;
        gate[2 * vector + 1] = GATE_TASK_HIGH;
    }
}

static void describe(uint32_t *gdt, uint32_t selector, uint32_t low, uint32_t high)
{
    gdt[selector / 4] = low;
    gdt[selector / 4 + 1] = high;
}

static void describe_tss(uint32_t *gdt, uint32_t selector, uint32_t base)
{
    describe(gdt, selector, i386_tss_low(base), i386_tss_high(base));
}

/* 64 KiB from `base` on, of 16 bits. */
static void describe_16(uint32_t *gdt, uint32_t selector, uint32_t base, uint32_t high)
{
    describe(gdt, selector, base << 16 | DESCRIPTOR_LIMIT_64K,
             (base & 0xff000000u) | high | (base >> 16 & 0xff));
}

/* The GDT of the page as it is seen at linear address `base`; its fault task's TSS lies at
 * `tss`. */
static void fill_gdt(uint32_t *gdt, uint32_t base, uint32_t tss)
{
    describe(gdt, CONTROL_CS, DESCRIPTOR_FLAT_LOW, DESCRIPTOR_CODE_HIGH);
    describe(gdt, CONTROL_DS, DESCRIPTOR_FLAT_LOW, DESCRIPTOR_DATA_HIGH);
    describe_tss(gdt, CONTROL_TR, base + CONTROL_TSS);
    for (uint32_t vector = 0; vector < CONTROL_VECTORS; vector++)
        describe_tss(gdt, CONTROL_FAULT_TR + 8 * vector, base + tss);
    describe_16(gdt, CONTROL_CS16, base, DESCRIPTOR_CODE16_HIGH);
    describe_16(gdt, CONTROL_DS16, base, DESCRIPTOR_DATA16_HIGH);
}

/* The task that reports a fault, on its own stack, in the tables of `root`. Its ebp is the page. */
static void fill_fault_tss(struct i386_tss *tss, uint32_t base, uint32_t root)
{
    *tss = (struct i386_tss){
        .cr3 = root,
        .eip = base + CONTROL_FAULT,
        .eflags = EFLAGS_FIXED,
        .esp = base + CONTROL_FAULT_STACK_TOP,
        .ebp = base,
        .es = CONTROL_DS,
        .cs = CONTROL_CS,
        .ss = CONTROL_DS,
        .ds = CONTROL_DS,
        .fs = CONTROL_DS,
        .gs = CONTROL_DS,
        .io_map = TSS_SIZE,
    };
}

/* What a hand-off writes to the page at kernel address va; its fault task runs in the tables of
 * `root`. */
static void fill_written(uint8_t *page, uint32_t va, uint32_t root)
{
    struct control_trace *node = (void *)(page + CONTROL_TRACE);

    __builtin_memset(node->trace.ticks, 0, sizeof(node->trace.ticks));
    __builtin_memset(page + CONTROL_FAULT_STACK, 0, CONTROL_FAULT_STACK_TOP - CONTROL_FAULT_STACK);
    fill_gdt((void *)(page + CONTROL_GDT_VA), va, CONTROL_FAULT_TSS_VA);
    *(struct i386_tss *)(void *)(page + CONTROL_TSS) = (struct i386_tss){.io_map = TSS_SIZE};
    fill_fault_tss((void *)(page + CONTROL_FAULT_TSS_VA), va, root);
    *(uint32_t *)(void *)(page + CONTROL_PHASE) = 0;
    __builtin_memset(page + CONTROL_RETURN, 0, CONTROL_STACK_TOP - CONTROL_RETURN);
}

/* The same, at the physical address. */
static void fill_written_physical(uint8_t *page, uint32_t pa, uint32_t root)
{
    fill_gdt((void *)(page + CONTROL_GDT_PA), pa, CONTROL_FAULT_TSS_PA);
    fill_fault_tss((void *)(page + CONTROL_FAULT_TSS_PA), pa, root);
}

void control_fill(const struct baton_image *image, const struct baton_payload *payload,
                  const struct baton_machine *machine, const struct baton_screen *screen)
{
    const struct baton_host *host = image->host;
    uint32_t va = image->trampoline_va;
    uint32_t pa = (uint32_t)image->control;
    uint32_t root = (uint32_t)image->tables[0];
    uint8_t *page = host->map(host->ctx, BATON_WINDOW_SOURCE, host->trampoline_pa);
    uint8_t *copy = host->map(host->ctx, BATON_WINDOW_PAGE, image->control);

    __builtin_memset(page + CONTROL_EXIT, 0, CONTROL_EXIT_SIZE);
    __builtin_memset(page + CONTROL_PARAMS, 0, CONTROL_STACK_TOP - CONTROL_PARAMS);
    fill_machine((void *)(page + CONTROL_PARAMS), va, machine);
    fill_trace((void *)(page + CONTROL_TRACE), machine);
    fill_idt((void *)(page + CONTROL_IDT));
    fill_written(page, va, 0); /* the trampoline sets the fault task's CR3 */
    *(struct control_screen *)(void *)(page + CONTROL_SCREEN) = screen_of(screen);
    __builtin_memcpy(copy, page, BATON_PAGE_SIZE);
    __builtin_memcpy(copy + CONTROL_EXIT,
                     image->call ? exit_code_of_call(payload->entry.kind)
                                 : exit_code(payload->entry.kind),
                     CONTROL_EXIT_SIZE);

    fill_image((void *)(copy + CONTROL_PARAMS), image, &payload->entry.registers);
    fill_written(copy, va, root);
    fill_written_physical(copy, pa, root);
    if (image->long_tables[0]) {
        describe((void *)(copy + CONTROL_GDT_PA), CONTROL_CS_LONG, DESCRIPTOR_FLAT_LOW,
                 DESCRIPTOR_LONG_HIGH);
        *(uint32_t *)(void *)(copy + CONTROL_LONG_ROOT) = (uint32_t)image->long_tables[0];
    }
    *(uint32_t *)(void *)(copy + CONTROL_FAULT_ROOT) =
        image->fault_tables[0] ? (uint32_t)image->fault_tables[0] : root;
}

void control_renew(const struct baton_image *image)
{
    const struct baton_host *host = image->host;
    uint32_t root = (uint32_t)image->tables[0];
    uint8_t *page = host->map(host->ctx, BATON_WINDOW_SOURCE, host->trampoline_pa);
    uint8_t *copy = host->map(host->ctx, BATON_WINDOW_PAGE, image->control);

    __builtin_memset(page + CONTROL_EXIT, 0, CONTROL_EXIT_SIZE);
    fill_written(page, image->trampoline_va, 0);
    fill_written(copy, image->trampoline_va, root);
    fill_written_physical(copy, (uint32_t)image->control, root);
    /* a port that is never ready has been given up */
    ((struct control_params *)(void *)(copy + CONTROL_PARAMS))->com_port =
        ((const struct control_params *)(const void *)(page + CONTROL_PARAMS))->com_port;
}
