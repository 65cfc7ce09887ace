/*
 * The dry run's control page: what it must contain is written here word by word, by offset, from
 * the drawing in control.h and the manual, and compared with what control.c wrote (H2, H8). The
 * template must hold the same code, and what does not depend on the image.
 */
#include "relocate/dryrun/check.h"
#include "baton/control.h"
#include "relocate/trampoline/exit.h"
#include "baton/list.h"

#define AVAILABLE_TSS 0x89u /* access byte: present, 32-bit TSS, available [SDM3 7.2.2] */
#define EXIT_END (CONTROL_EXIT + CONTROL_EXIT_SIZE)
#define ONE_MIB 0x100000u
#define TASK_GATE 0x85u /* access byte: present, task gate [SDM3 7.2.5] */
#define TSS_IO_MAP 0x64u
#define NO_IO_MAP 0x680000u /* it would begin behind the limit */

/* The page at one of its two addresses. */
struct view {
    uint32_t base, gdt, fault_tss;
    bool long_mode; /* its GDT has a 64-bit code segment */
};

static uint32_t gdt_word(uint32_t offset, const struct view *view)
{
    uint32_t selector = offset & ~7u, upper = offset & 4;
    uint32_t base = view->base + (selector == CONTROL_TR ? CONTROL_TSS : view->fault_tss);

    switch (selector) {
    case 0x00:
        return 0;
    case 0x08: /* as 0x10, but for 64-bit code */
        return !view->long_mode ? 0 : upper ? 0x00af9b00 : 0x0000ffff;
    case 0x10: /* flat: limit 0xfffff pages, execute/read, accessed, 32-bit */
        return upper ? 0x00cf9b00 : 0x0000ffff;
    case 0x18: /* the same, read/write */
        return upper ? 0x00cf9300 : 0x0000ffff;
    case 0x128: /* base: the page, limit 0xffff bytes, execute/read, accessed, 16-bit */
    case 0x130: /* the same, read/write */
        base = view->base;
        return upper ? base >> 24 << 24 | (selector == 0x128 ? 0x9b00 : 0x9300) | (base >> 16) % 256
                     : base % 65536 * 65536 + 0xffff;
    default: /* base in three parts, limit 0x67 */
        return upper ? base >> 24 << 24 | AVAILABLE_TSS << 8 | (base >> 16) % 256
                     : base % 65536 * 65536 + 0x67;
    }
}

/* [SDM3 figure 7-2] */
static uint32_t fault_tss_word(uint32_t offset, uint32_t base, uint32_t root)
{
    switch (offset) {
    case 0x1c: /* CR3 */
        return root;
    case 0x20: /* EIP */
        return base + 0x978;
    case 0x24: /* EFLAGS */
        return 2;
    case 0x38: /* ESP */
        return base + 0xa80;
    case 0x3c: /* EBP */
        return base;
    case 0x4c: /* CS */
        return 0x10;
    case 0x48: /* ES, SS, DS, FS, GS */
    case 0x50:
    case 0x54:
    case 0x58:
    case 0x5c:
        return 0x18;
    case TSS_IO_MAP:
        return NO_IO_MAP;
    default:
        return 0;
    }
}

/* A setup_data node without a successor, then version, count, and no ticks yet. */
static uint32_t trace_word(uint32_t offset, uint32_t machine)
{
    switch (offset) {
    case 0x08: /* type */
        return BATON_TRACE_TYPE;
    case 0x0c: /* length */
        return 8 + 8 * 7;
    case 0x10: /* version */
        return 2;
    case 0x14: /* count */
        return machine & MACHINE_HAS_TSC ? 7 : 0;
    default:
        return 0;
    }
}

static bool descriptor_is(const struct control_descriptor *d, uint32_t base, uint32_t size)
{
    return d->base == base && d->limit == size - 1 && !d->unused_;
}

/* All parameters of the trampoline except the ports and the screen, which the host chooses: they are
 * the same in the template. */
static bool params_are_right(const struct control_params *p, const struct check *c)
{
    const struct baton_image *image = c->image;
    const struct baton_registers *r = &c->payload->entry.registers;
    uint32_t va = image->trampoline_va;
    uint32_t pa = (uint32_t)image->control;

    uint32_t list = (uint32_t)image->list | LIST_INDIRECTION, eip = r->eip;
    uint32_t digest = (uint32_t)image->digest_code;

    if (image->call) { /* the list and the digests are the call page's, and the first word ends */
        list = LIST_DONE;
        eip = (uint32_t)image->call;
        digest = 0;
    }
    return p->list == list && p->eip == eip && p->eax == r->eax && p->ebx == r->ebx &&
           p->ecx == r->ecx && p->edx == r->edx && p->esi == r->esi && p->edi == r->edi &&
           p->ebp == r->ebp && p->machine == image->machine && p->digest == digest &&
           descriptor_is(&p->gdtr_va, va + CONTROL_GDT_VA, CONTROL_GDT_SIZE) &&
           descriptor_is(&p->gdtr_pa, pa + CONTROL_GDT_PA, CONTROL_GDT_SIZE) &&
           descriptor_is(&p->idtr_va, va + CONTROL_IDT, CONTROL_IDT_SIZE) &&
           descriptor_is(&p->idtr_pa, pa + CONTROL_IDT, CONTROL_IDT_SIZE);
}

static uint32_t word_at(const uint8_t *page, uint32_t offset)
{
    return *(const uint32_t *)(const void *)(page + offset);
}

/* Only zeros? size: a multiple of 4. */
static bool is_clear(const uint8_t *at, uint32_t size)
{
    uint32_t offset = 0;

    while (offset < size && !word_at(at, offset))
        offset += 4;
    return offset == size;
}

static bool trace_is_right(const uint8_t *trace, uint32_t machine)
{
    uint32_t offset = 0, size = sizeof(struct control_trace);

    while (offset < size && word_at(trace, offset) == trace_word(offset, machine))
        offset += 4;
    return offset == size;
}

/* Gate n: selector 0x28 + 8 n. */
static bool idt_is_right(const uint8_t *idt)
{
    uint32_t offset = 0;

    while (offset < CONTROL_IDT_SIZE && word_at(idt, offset) == (0x28 + offset) << 16 &&
           word_at(idt, offset + 4) == TASK_GATE << 8)
        offset += 8;
    return offset == CONTROL_IDT_SIZE;
}

/* GDT and fault TSS of one of the page's two addresses. */
static bool view_is_right(const uint8_t *page, const struct view *view, uint32_t root)
{
    uint32_t offset = 0, tss = 0;

    while (offset < CONTROL_GDT_SIZE && word_at(page, view->gdt + offset) == gdt_word(offset, view))
        offset += 4;
    while (tss < TSS_SIZE &&
           word_at(page, view->fault_tss + tss) == fault_tss_word(tss, view->base, root))
        tss += 4;
    return offset == CONTROL_GDT_SIZE && tss == TSS_SIZE;
}

/* The parts that the template has, too: all but the code, the parameters, the ports and the stack. */
static bool both_are_right(const struct check *c, bool template, const uint8_t *page)
{
    const struct view view = {c->image->trampoline_va, CONTROL_GDT_VA, CONTROL_FAULT_TSS_VA, false};

    return trace_is_right(page + CONTROL_TRACE, c->image->machine) &&
           is_clear(page + CONTROL_FAULT_STACK, CONTROL_FAULT_STACK_TOP - CONTROL_FAULT_STACK) &&
           idt_is_right(page + CONTROL_IDT) &&
           view_is_right(page, &view, template ? 0 : (uint32_t)c->image->tables[0]) &&
           is_clear(page + CONTROL_TSS, TSS_IO_MAP) &&
           word_at(page, CONTROL_TSS + TSS_IO_MAP) == NO_IO_MAP && !word_at(page, CONTROL_PHASE) &&
           !word_at(page, CONTROL_RETURN); /* no fault goes on anywhere yet */
}

/* What the template does not use, it has not. */
static bool rest_is_right(const struct check *c, const uint8_t *page)
{
    const struct baton_image *image = c->image;
    const struct view view = {(uint32_t)image->control, CONTROL_GDT_PA, CONTROL_FAULT_TSS_PA,
                              c->payload->entry.kind == BATON_ENTRY_LONG64};
    uint64_t root = image->kind != BATON_TABLES_LEGACY ? image->fault_tables[0] : image->tables[0];

    return both_are_right(c, false, page) &&
           view_is_right(page, &view, (uint32_t)image->tables[0]) &&
           word_at(page, CONTROL_FAULT_ROOT) == (uint32_t)root &&
           word_at(page, CONTROL_LONG_ROOT) == (uint32_t)image->long_tables[0];
}

/* The template is used by every image of the host: it contains only what is the same for all. */
static bool template_is_right(const struct check *c, const uint8_t *template, const uint8_t *page)
{
    struct control_params expected = {0};
    const struct control_params *p = (const void *)(page + CONTROL_PARAMS);

    expected.machine = p->machine;
    expected.com_port = p->com_port;
    expected.exit_port = p->exit_port;
    expected.gdtr_va = p->gdtr_va;
    expected.idtr_va = p->idtr_va;
    return !__builtin_memcmp(page, template, CONTROL_EXIT) &&
           is_clear(template + CONTROL_EXIT, CONTROL_EXIT_SIZE) &&
           !__builtin_memcmp(page + EXIT_END, template + EXIT_END, CONTROL_PARAMS - EXIT_END) &&
           !__builtin_memcmp(template + CONTROL_PARAMS, &expected, sizeof(expected)) &&
           !__builtin_memcmp(page + CONTROL_SCREEN, template + CONTROL_SCREEN,
                             sizeof(struct control_screen)) &&
           both_are_right(c, true, template) &&
           is_clear(template + CONTROL_GDT_PA, CONTROL_GDT_SIZE) &&
           is_clear(template + CONTROL_FAULT_TSS_PA,
                    CONTROL_FAULT_ROOT + 4 - CONTROL_FAULT_TSS_PA) &&
           !word_at(template, CONTROL_LONG_ROOT);
}

/* The exit is the one for the payload's kind of entry. Code in real mode runs below 1 MiB. */
static bool exit_is_right(const struct check *c, const uint8_t *page)
{
    uint32_t kind = c->payload->entry.kind;
    const uint8_t *code = c->image->call ? exit_code_of_call(kind) : exit_code(kind);

    return code && !__builtin_memcmp(page + CONTROL_EXIT, code, CONTROL_EXIT_SIZE);
}

static bool exit_can_run(const struct check *c)
{
    return c->payload->entry.kind != BATON_ENTRY_REAL16 || c->image->control < ONE_MIB;
}

int check_control(struct check *c)
{
    const struct baton_image *image = c->image;
    const struct baton_host *host = image->host;
    const uint8_t *page = host->map(host->ctx, BATON_WINDOW_PAGE, image->control);
    const uint8_t *template = host->map(host->ctx, BATON_WINDOW_SOURCE, host->trampoline_pa);

    if (!params_are_right((const void *)(page + CONTROL_PARAMS), c))
        return check_failed(c, "H2: the parameters are not the image's", image->control);
    if (!exit_is_right(c, page))
        return check_failed(c, "H9: the exit is not the entry's kind", image->control);
    if (!exit_can_run(c))
        return check_failed(c, "H9: the exit to real mode is above 1 MiB", image->control);
    if (!rest_is_right(c, page))
        return check_failed(c, "H2: a fault would not find its handler", image->control);
    if (!template_is_right(c, template, page))
        return check_failed(c, "H2: the trampoline's copy differs from it", image->control);
    return 0;
}
