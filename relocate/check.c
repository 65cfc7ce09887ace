/*
 * The dry run (H8): what was built is read back and proved, by other means than it was built
 * with. The list is replayed on paper; no byte of a destination is touched.
 */
#include "relocate/bitmap.h"
#include "relocate/control.h"
#include "relocate/image.h"
#include "relocate/list.h"
#include "relocate/pages.h"
#include "relocate/pieces.h"
#include "relocate/place.h"
#include "pagetable/walk.h"

struct check {
    const struct baton_payload *payload;
    const struct baton_image *image;
    struct baton_refusal *why;
    struct bitmap owned;   /* the image's pages, by its ledger */
    struct bitmap written; /* destinations that the list has filled so far */
    struct pieces pieces[BATON_SEGMENTS];
    uint64_t saved;  /* whose content the spare page holds */
    uint64_t filled; /* how many destinations are in `written` */
    uint64_t words;  /* of the list, read so far */
    uint32_t last;   /* the segment that the last destination was in */
};

static int failed(struct check *c, const char *invariant, uint64_t page)
{
    *c->why = (struct baton_refusal){BATON_E_CHECK, invariant, page, c->words};
    return BATON_E_CHECK;
}

static int no_pages(struct check *c)
{
    *c->why = (struct baton_refusal){BATON_E_NO_PAGES, "dry run", 0, 0};
    return BATON_E_NO_PAGES;
}

/* ---- the control pages ------------------------------------------------------------------- */

static bool page_is_safe(void *ctx, uint64_t pa)
{
    struct check *c = ctx;

    if (pa & BATON_PAGE_MASK || pa >= PAGES_LIMIT)
        return failed(c, "H3: a control page lies at no good address", pa), false;
    if (pages_forbidden(c->payload, pa))
        return failed(c, "H3: a control page lies in a destination", pa), false;
    for (uint32_t i = 0; i < c->payload->segments; i++) {
        const struct baton_segment *s = &c->payload->segment[i];

        if (!(s->flags & BATON_SEG_MADE) &&
            baton_overlap(pa, pa + BATON_PAGE_SIZE, s->source, s->source + s->file_size))
            return failed(c, "H3: a control page lies in a source", pa), false;
    }
    if (bitmap_add(&c->owned, pa))
        return no_pages(c), false;
    return true;
}

static bool is_owned(const struct check *c, uint64_t pa)
{
    return pa < PAGES_LIMIT && bitmap_has(&c->owned, pa);
}

/* ---- the tables -------------------------------------------------------------------------- */

static bool count_table(void *ctx, uint64_t table)
{
    (void)table;
    return ++*(uint32_t *)ctx <= BATON_TABLES_MAX;
}

/* How many entries of the last level are present: the two that we want, no more. */
static unsigned leaves_of(const struct pt_space *space, uint64_t table, unsigned level)
{
    const struct pt_level *l = &space->format->level[level];
    unsigned leaves = 0;

    for (unsigned i = 0; i < 1u << l->index_bits; i++) {
        const uint32_t *at = space->host->map(space->host->ctx, BATON_WINDOW_TABLE, table);
        uint64_t entry = at[i * (space->format->entry_size / 4u)]; /* the low half has it all */

        if (!(entry & PTE_PRESENT))
            continue;
        if (level == space->format->levels - 1u || (entry & PTE_LARGE))
            leaves++;
        else
            leaves += leaves_of(space, entry & space->format->address_bits, level + 1);
    }
    return leaves;
}

static int check_mapping(struct check *c, const struct pt_space *space, uint32_t va,
                         const char *invariant)
{
    struct pt_walk walk;

    pt_translate(space, va, &walk);
    if (!walk.present || walk.pa != c->image->control || walk.span != BATON_PAGE_SIZE)
        return failed(c, invariant, va);
    if (walk.reserved || (walk.bits & (PTE_GLOBAL | PTE_NX | PTE_USER)) || !(walk.bits & PTE_WRITE))
        return failed(c, "H5: a mapping's entry has wrong bits", va);
    return 0;
}

static int check_tables(struct check *c)
{
    const struct baton_image *image = c->image;
    const struct pt_format *format = image->pae ? &pt_pae : &pt_legacy;
    struct pt_space space = {format, image->host, image->tables[0]};
    uint32_t tables = 0;
    int error = check_mapping(c, &space, (uint32_t)baton_page_down(image->host->trampoline_va),
                              "H5: the kernel address does not lead to the control page");

    if (!error)
        error = check_mapping(c, &space, (uint32_t)image->control,
                              "H5: the physical address does not lead to the control page");
    if (error)
        return error;
    pt_tables(&space, count_table, &tables);
    if (tables != image->table_count || tables > 2 * format->levels - 1u)
        return failed(c, "H5: the tables are more pages than were built", tables);
    for (uint32_t i = 0; i < image->table_count; i++)
        if (!is_owned(c, image->tables[i]))
            return failed(c, "H2: a table is no control page", image->tables[i]);
    if (leaves_of(&space, space.root, 0) != 2)
        return failed(c, "H5: the tables map more than the two addresses", space.root);
    return 0;
}

/* ---- the control code page --------------------------------------------------------------- */

static bool gates_lead_to(const uint8_t *page, uint32_t idt, uint32_t base)
{
    const uint32_t *gate = (const uint32_t *)(const void *)(page + idt);

    for (uint32_t i = 0; i < CONTROL_VECTORS; i++) {
        uint32_t offset = (gate[2 * i] & 0xffff) | (gate[2 * i + 1] & 0xffff0000u);

        if (offset != base + CONTROL_STUBS + i * CONTROL_STUB_SIZE ||
            gate[2 * i] >> 16 != CONTROL_CS)
            return false;
    }
    return true;
}

static int check_control(struct check *c)
{
    const struct baton_image *image = c->image;
    const struct baton_host *host = image->host;
    const uint8_t *page = host->map(host->ctx, BATON_WINDOW_PAGE, image->control);
    const uint8_t *template = host->map(host->ctx, BATON_WINDOW_SOURCE, host->trampoline_pa);
    const struct control_params *params = (const void *)(page + CONTROL_PARAMS);
    uint32_t va = (uint32_t)baton_page_down(host->trampoline_va);

    if (!is_owned(c, image->control) || va == image->control)
        return failed(c, "H2: the control code page is no control page", image->control);
    if (__builtin_memcmp(page, template, CONTROL_PARAMS) ||
        __builtin_memcmp(page + CONTROL_GDT, template + CONTROL_GDT, CONTROL_GDT_SIZE))
        return failed(c, "H2: the trampoline's copy differs from it", image->control);
    if (!gates_lead_to(page, CONTROL_IDT_VA, va) || !gates_lead_to(template, CONTROL_IDT_VA, va) ||
        !gates_lead_to(page, CONTROL_IDT_PA, (uint32_t)image->control))
        return failed(c, "H2: a fault gate leads elsewhere", image->control);
    if (params->list != ((uint32_t)image->list | LIST_INDIRECTION) ||
        params->eip != c->payload->entry.eip)
        return failed(c, "H2: the parameters are not the image's", image->control);
    return 0;
}

/* ---- the list ---------------------------------------------------------------------------- */

/* What the page at dest is to get. */
enum wanted { WANT_NOTHING, WANT_MOVE, WANT_ZERO, WANT_COMPOSED };

static enum wanted wanted_at(struct check *c, uint64_t dest, uint64_t *source)
{
    enum wanted wanted = WANT_NOTHING;

    for (uint32_t k = 0; k < c->payload->segments; k++) {
        uint32_t i = (c->last + k) % c->payload->segments; /* mostly the same as before */
        const struct baton_segment *s = &c->payload->segment[i];
        const struct pieces *p = &c->pieces[i];

        if (dest < p->all.start || dest >= p->all.end)
            continue;
        c->last = i;
        if (dest >= p->zero.start && dest < p->zero.end)
            return WANT_ZERO;
        if (dest < p->direct.start || dest >= p->direct.end) {
            wanted = WANT_COMPOSED;
            continue;
        }
        *source = s->source + (dest - s->dest);
        return p->stays ? WANT_NOTHING : WANT_MOVE;
    }
    return wanted;
}

/* The list fills the page at dest from source (ZERO: source is 0). */
static int check_fill(struct check *c, uint64_t dest, uint64_t source, bool zero)
{
    const struct baton_host *host = c->image->host;
    uint64_t should = 0;
    enum wanted wanted = wanted_at(c, dest, &should);

    if (bitmap_has(&c->written, dest))
        return failed(c, "H4: a destination is written twice", dest);
    if (bitmap_add(&c->written, dest))
        return no_pages(c);
    c->filled++;
    if (!place_is_ram(host, dest, dest + BATON_PAGE_SIZE))
        return failed(c, "H3: a destination is not RAM", dest);
    for (uint32_t i = 0; i < host->keep_count; i++)
        if (baton_overlap(dest, dest + BATON_PAGE_SIZE, host->keep[i].start, host->keep[i].end))
            return failed(c, "H1: a destination lies in the live tables", dest);
    if (zero)
        return wanted == WANT_ZERO ? 0 : failed(c, "H4: zeros where bytes belong", dest);

    if (c->image->spare && source == c->image->spare) {
        source = c->saved;
        c->saved = 0;
    } else if (bitmap_has(&c->written, source) && source != dest) {
        return failed(c, "H4: a source is overwritten before it is read", source);
    }
    if (wanted == WANT_MOVE)
        return source == should ? 0 : failed(c, "H4: a page gets the wrong source", dest);
    if (wanted != WANT_COMPOSED)
        return failed(c, "H4: a page is filled that nobody asked for", dest);
    if (!is_owned(c, source))
        return failed(c, "H2: a composed page is no control page", source);
    if (!pieces_composed_right(host, c->payload, dest,
                               host->map(host->ctx, BATON_WINDOW_PAGE, source)))
        return failed(c, "H4: a composed page has wrong bytes", dest);
    return 0;
}

/* The number of pages that must be filled, by the segments alone. */
static uint64_t pages_wanted(const struct check *c)
{
    uint64_t pages = 0;

    for (uint32_t i = 0; i < c->payload->segments; i++) {
        const struct pieces *p = &c->pieces[i];
        uint64_t page = 0;

        if (!p->stays)
            pages += (p->direct.end - p->direct.start) >> BATON_PAGE_SHIFT;
        pages += (p->zero.end - p->zero.start) >> BATON_PAGE_SHIFT;
        while ((page = pieces_next_composed(c->payload, i, p, page)) != UINT64_MAX) {
            pages++;
            page += BATON_PAGE_SIZE;
        }
    }
    return pages;
}

static int check_list(struct check *c)
{
    struct list_reader reader = {c->image->host, c->image->list, 0};
    uint64_t most = (uint64_t)c->image->counts.list_pages * LIST_WORDS;
    uint64_t dest = UINT64_MAX;
    int error = 0;

    if (!is_owned(c, c->image->list))
        return failed(c, "H2: the list is no control page", c->image->list);
    while (!error) {
        if (reader.index == LIST_WORDS || c->words == most)
            return failed(c, "H8: the list has no end", reader.page);
        uint32_t word = list_read(&reader);
        uint64_t page = word & ~(uint64_t)LIST_FLAGS;

        c->words++;
        switch (word & LIST_FLAGS) {
        case LIST_DESTINATION:
            dest = page;
            break;
        case LIST_INDIRECTION:
            if (!is_owned(c, page))
                return failed(c, "H2: the list leads out of the control pages", page);
            reader.page = page;
            reader.index = 0;
            break;
        case LIST_SOURCE:
        case LIST_ZERO:
            if (dest == UINT64_MAX)
                return failed(c, "H8: the list fills a page before it names one", page);
            if (c->image->spare && dest == c->image->spare) {
                if (bitmap_has(&c->written, page))
                    return failed(c, "H4: a source is overwritten before it is saved", page);
                c->saved = page;
            } else {
                error = check_fill(c, dest, page, (word & LIST_FLAGS) == LIST_ZERO);
            }
            dest += BATON_PAGE_SIZE;
            break;
        case LIST_DONE:
            return c->filled == pages_wanted(c)
                       ? 0
                       : failed(c, "H4: not every destination is filled", c->filled);
        default:
            return failed(c, "H8: a word of the list has no meaning", word);
        }
    }
    return error;
}

int baton_image_check(const struct baton_request *request, const struct baton_payload *payload,
                      struct baton_image *image, struct baton_refusal *why)
{
    struct check c = {.payload = payload, .image = image, .why = why};
    int error = 0;

    (void)request;
    image->armed = false;
    for (uint32_t i = 0; i < payload->segments; i++)
        c.pieces[i] = pieces_of(payload, i);
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
