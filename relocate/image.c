/*
 * Building an image: pages for what Baton writes, the control code page, tables, list. All of it
 * may fail, and all of it happens before the point of no return (H6).
 */
#include "relocate/image.h"

#include "relocate/control.h"
#include "relocate/list.h"
#include "relocate/pages.h"

static int refuse(struct baton_image *image, struct baton_refusal *why, const char *what, int error)
{
    baton_image_free(image);
    *why = (struct baton_refusal){error, what, 0, PAGES_LIMIT};
    return error;
}

/* 32 gates to the fault stubs of the page, as it is seen at linear address base. */
static void fill_idt(uint8_t *page, uint32_t idt, uint32_t base)
{
    uint32_t *gate = (uint32_t *)(void *)(page + idt);

    for (uint32_t i = 0; i < CONTROL_VECTORS; i++) {
        uint32_t stub = base + CONTROL_STUBS + i * CONTROL_STUB_SIZE;

        gate[2 * i] = CONTROL_CS << 16 | (stub & 0xffff);
        gate[2 * i + 1] = (stub & 0xffff0000u) | CONTROL_GATE;
    }
}

/* The parts that the template needs before the CR3 switch: they depend on its address alone. */
static void fill_template(uint8_t *page, uint32_t va)
{
    struct control_params *params = (void *)(page + CONTROL_PARAMS);

    fill_idt(page, CONTROL_IDT_VA, va);
    params->gdtr_va.limit = CONTROL_GDT_SIZE - 1;
    params->gdtr_va.base = va + CONTROL_GDT;
    params->idtr_va.limit = CONTROL_IDT_SIZE - 1;
    params->idtr_va.base = va + CONTROL_IDT_VA;
}

static uint32_t machine_bits(const struct baton_machine *machine)
{
    return (machine->has_cr4 ? MACHINE_HAS_CR4 : 0) | (machine->has_efer ? MACHINE_HAS_EFER : 0) |
           (machine->reset ? MACHINE_RESET : 0);
}

static void fill_machine(struct control_params *params, const struct baton_machine *machine)
{
    params->com_port = machine->com_port;
    params->exit_port = machine->exit_port;
    params->machine = machine_bits(machine);
}

static void fill_control(const struct baton_image *image, const struct baton_payload *payload,
                         const struct baton_machine *machine)
{
    const struct baton_host *host = image->host;
    const struct baton_registers *r = &payload->entry;
    uint32_t pa = (uint32_t)image->control;
    uint8_t *template = host->map(host->ctx, BATON_WINDOW_SOURCE, host->trampoline_pa);
    uint8_t *page = host->map(host->ctx, BATON_WINDOW_PAGE, image->control);
    struct control_params *params = (void *)(page + CONTROL_PARAMS);

    /* Fault lines want the ports from the first step on, so the template gets the machine too. */
    fill_template(template, (uint32_t)baton_page_down(host->trampoline_va));
    fill_machine((void *)(template + CONTROL_PARAMS), machine);
    __builtin_memcpy(page, template, BATON_PAGE_SIZE);

    fill_idt(page, CONTROL_IDT_PA, pa);
    params->gdtr_pa.limit = CONTROL_GDT_SIZE - 1;
    params->gdtr_pa.base = pa + CONTROL_GDT;
    params->idtr_pa.limit = CONTROL_IDT_SIZE - 1;
    params->idtr_pa.base = pa + CONTROL_IDT_PA;
    params->list = (uint32_t)image->list | LIST_INDIRECTION;
    params->eip = r->eip;
    params->eax = r->eax;
    params->ebx = r->ebx;
    params->ecx = r->ecx;
    params->edx = r->edx;
    params->esi = r->esi;
    params->edi = r->edi;
    params->ebp = r->ebp;
}

int baton_image_begin(const struct baton_host *host, struct baton_payload *payload,
                      struct baton_image *image, struct baton_refusal *why)
{
    *image = (struct baton_image){.host = host};
    if (pages_take(image, payload, &image->control))
        return refuse(image, why, "control code page", BATON_E_NO_PAGES);
    for (uint32_t i = 0; i < payload->segments; i++) {
        struct baton_segment *s = &payload->segment[i];

        if (!(s->flags & BATON_SEG_MADE))
            continue;
        int error = pages_take(image, payload, &s->dest);
        if (error)
            return refuse(image, why, s->what, error);
        __builtin_memset(host->map(host->ctx, BATON_WINDOW_PAGE, s->dest), 0, BATON_PAGE_SIZE);
        image->counts.made_pages++;
    }
    return 0;
}

int baton_image_build(const struct baton_request *request, const struct baton_payload *payload,
                      const struct baton_machine *machine, struct baton_image *image,
                      struct baton_refusal *why)
{
    int error;

    image->pae = request->live.pae;
    image->machine = machine_bits(machine);
    error = tables_build(payload, image);
    if (error)
        return refuse(image, why, "page tables", error);
    error = list_build(payload, image);
    if (error)
        return refuse(image, why, "indirection list", error);
    image->counts.control_pages = 1 + image->table_count + (image->spare ? 1 : 0);
    fill_control(image, payload, machine);
    pages_unpark(image);
    return 0;
}

void baton_image_free(struct baton_image *image)
{
    if (image->host)
        pages_give_back(image);
    *image = (struct baton_image){0};
}
