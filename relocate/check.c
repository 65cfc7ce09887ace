/*
 * The dry run (H8): what was built is read back and proved, by other means than it was built
 * with. Three parts: the pages and the control code page here, the tables in check_tables.c, the
 * list in replay.c. No byte of a destination is touched.
 */
#include "relocate/check.h"

#include "relocate/control.h"
#include "relocate/list.h"
#include "relocate/pages.h"

int check_failed(struct check *c, const char *invariant, uint64_t page)
{
    *c->why = (struct baton_refusal){BATON_E_CHECK, invariant, page, c->words};
    return BATON_E_CHECK;
}

int check_no_pages(struct check *c)
{
    *c->why = (struct baton_refusal){BATON_E_NO_PAGES, "dry run", 0, 0};
    return BATON_E_NO_PAGES;
}

bool check_owned(const struct check *c, uint64_t pa)
{
    return !(pa & BATON_PAGE_MASK) && pa < PAGES_LIMIT && bitmap_has(&c->owned, pa);
}

static bool page_is_safe(void *ctx, uint64_t pa)
{
    struct check *c = ctx;

    if (pa & BATON_PAGE_MASK || pa >= PAGES_LIMIT)
        return check_failed(c, "H3: a control page lies at no good address", pa), false;
    if (pages_forbidden(c->payload, pa))
        return check_failed(c, "H3: a control page lies in a destination", pa), false;
    for (uint32_t i = 0; i < c->payload->segments; i++) {
        const struct baton_segment *s = &c->payload->segment[i];

        if (!(s->flags & BATON_SEG_MADE) &&
            baton_overlap(pa, pa + BATON_PAGE_SIZE, s->source, s->source + s->file_size))
            return check_failed(c, "H3: a control page lies in a source", pa), false;
    }
    if (bitmap_add(&c->owned, pa))
        return check_no_pages(c), false;
    return true;
}

static bool gates_lead_to(const uint8_t *page, uint32_t idt, uint32_t base)
{
    const uint32_t *gate = (const uint32_t *)(const void *)(page + idt);

    for (uint32_t i = 0; i < CONTROL_VECTORS; i++) {
        uint32_t stub = base + CONTROL_STUBS + i * CONTROL_STUB_SIZE;

        if (gate[2 * i] != ((stub & 0xffff) | CONTROL_CS << 16) ||
            gate[2 * i + 1] != ((stub & 0xffff0000u) | CONTROL_GATE))
            return false;
    }
    return true;
}

static bool descriptor_is(const struct control_descriptor *d, uint32_t base, uint32_t size)
{
    return d->base == base && d->limit == size - 1;
}

/* All that the trampoline is told but the ports, which are the host's own business. */
static bool params_are_right(const struct control_params *p, const struct check *c)
{
    const struct baton_image *image = c->image;
    const struct baton_registers *r = &c->payload->entry;
    uint32_t va = (uint32_t)baton_page_down(image->host->trampoline_va);
    uint32_t pa = (uint32_t)image->control;

    return p->list == ((uint32_t)image->list | LIST_INDIRECTION) && p->eip == r->eip &&
           p->eax == r->eax && p->ebx == r->ebx && p->ecx == r->ecx && p->edx == r->edx &&
           p->esi == r->esi && p->edi == r->edi && p->ebp == r->ebp &&
           p->machine == image->machine &&
           descriptor_is(&p->gdtr_va, va + CONTROL_GDT, CONTROL_GDT_SIZE) &&
           descriptor_is(&p->gdtr_pa, pa + CONTROL_GDT, CONTROL_GDT_SIZE) &&
           descriptor_is(&p->idtr_va, va + CONTROL_IDT_VA, CONTROL_IDT_SIZE) &&
           descriptor_is(&p->idtr_pa, pa + CONTROL_IDT_PA, CONTROL_IDT_SIZE);
}

static int check_control(struct check *c)
{
    const struct baton_image *image = c->image;
    const struct baton_host *host = image->host;
    uint32_t va = (uint32_t)baton_page_down(host->trampoline_va);

    if (!check_owned(c, image->control) || va == image->control)
        return check_failed(c, "H2: the control code page is no control page", image->control);
    const uint8_t *page = host->map(host->ctx, BATON_WINDOW_PAGE, image->control);
    const uint8_t *template = host->map(host->ctx, BATON_WINDOW_SOURCE, host->trampoline_pa);
    const struct control_params *before = (const void *)(template + CONTROL_PARAMS);

    if (__builtin_memcmp(page, template, CONTROL_PARAMS) ||
        __builtin_memcmp(page + CONTROL_GDT, template + CONTROL_GDT, CONTROL_GDT_SIZE))
        return check_failed(c, "H2: the trampoline's copy differs from it", image->control);
    if (!gates_lead_to(page, CONTROL_IDT_VA, va) || !gates_lead_to(template, CONTROL_IDT_VA, va) ||
        !gates_lead_to(page, CONTROL_IDT_PA, (uint32_t)image->control))
        return check_failed(c, "H2: a fault gate leads elsewhere", image->control);
    if (!params_are_right((const void *)(page + CONTROL_PARAMS), c) ||
        !descriptor_is(&before->gdtr_va, va + CONTROL_GDT, CONTROL_GDT_SIZE) ||
        !descriptor_is(&before->idtr_va, va + CONTROL_IDT_VA, CONTROL_IDT_SIZE))
        return check_failed(c, "H2: the parameters are not the image's", image->control);
    return 0;
}

int baton_image_check(const struct baton_request *request, const struct baton_payload *payload,
                      struct baton_image *image, struct baton_refusal *why)
{
    struct check c = {.payload = payload, .image = image, .why = why};
    int error = 0;

    (void)request;
    image->armed = false;
    bitmap_begin(&c.owned, image->host);
    bitmap_begin(&c.written, image->host);
    if (!pages_each(image, page_is_safe, &c))
        error = why->error;
    if (!error)
        error = check_control(&c);
    if (!error)
        error = check_tables(&c);
    if (!error)
        error = check_list(&c);
    bitmap_end(&c.written);
    bitmap_end(&c.owned);
    image->armed = !error;
    return error;
}
