/*
 * The dry run's first part: every page of the image lies where it may, and has one use.
 */
#include "relocate/dryrun/check.h"

#include "relocate/place/ledger.h"
#include "relocate/place/reach.h"

static bool page_is_safe(void *ctx, uint64_t pa, bool ledger)
{
    struct check *c = ctx;

    if (ledger) /* the hand-off does not read it */
        return true;
    if (pa & BATON_PAGE_MASK || pa >= LEDGER_LIMIT)
        return check_failed(c, "H3: a control page lies at no good address", pa), false;
    if (ledger_forbids(c->payload, pa))
        return check_failed(c, "H3: a control page lies in a destination", pa), false;
    for (uint32_t i = 0; i < c->payload->segments; i++) {
        const struct baton_segment *s = &c->payload->segment[i];

        if (!baton_is_generated(s) &&
            baton_overlap(pa, pa + BATON_PAGE_SIZE, s->source, s->source + s->file_size))
            return check_failed(c, "H3: a control page lies in a source", pa), false;
    }
    return true;
}

/* The payload can read what it needs first. */
static int check_reach(struct check *c)
{
    uint64_t page;
    const char *wrong = reach_wrong(c->payload, c->image, &page);

    return wrong ? check_failed(c, wrong, page) : 0;
}

/* The other checks rely on this: the control code page is a control page, at another address
 * than the template's. */
static int check_control_owned(struct check *c)
{
    const struct baton_image *image = c->image;

    if (!check_owned(c, image->control) || image->trampoline_va == image->control)
        return check_failed(c, "H2: the control code page is no control page", image->control);
    return 0;
}

bool check_alone(const struct check *c, uint64_t pa, const struct baton_segment *of)
{
    const struct baton_image *image = c->image;
    bool alone = check_owned(c, pa) && pa != image->control && pa != image->list &&
                 pa != image->digest_code && pa != image->digest_table && pa != image->call &&
                 pa != image->fault_tables[0] && pa != image->fault_tables[1];

    for (uint32_t i = 0; i < image->table_count && i < BATON_TABLES_MAX; i++)
        alone = alone && pa != image->tables[i];
    for (uint32_t i = 0; i < BATON_LONG_TABLES; i++)
        alone = alone && pa != image->long_tables[i];
    for (uint32_t i = 0; i < c->payload->segments; i++) {
        const struct baton_segment *s = &c->payload->segment[i];

        alone = alone && (!baton_is_generated(s) || s == of || pa != s->source);
    }
    return alone;
}

static int check_swap(struct check *c)
{
    uint64_t swap = c->image->swap;

    return !swap || check_alone(c, swap, NULL)
               ? 0
               : check_failed(c, "H2: the swap page is no page of its own", swap);
}

/* An area's pages come from pages of the image's, a page each. */
static int check_areas(struct check *c)
{
    for (uint32_t i = 0; i < c->payload->segments; i++) {
        const struct baton_segment *s = &c->payload->segment[i];

        if (!(s->flags & BATON_SEG_AREA))
            continue;
        if (!check_alone(c, s->source, s) || s->source == c->image->swap)
            return check_failed(c, "H2: a generated page is no page of its own", s->source);
        if (s->dest & BATON_PAGE_MASK || s->file_size != BATON_PAGE_SIZE ||
            s->mem_size != BATON_PAGE_SIZE)
            return check_failed(c, "H4: a generated page is not moved as a whole", s->dest);
    }
    return 0;
}

int check_pages(struct check *c)
{
    int error = 0;

    if (!baton_image_pages(c->image, page_is_safe, c))
        error = c->why->error;
    if (!error)
        error = check_control_owned(c);
    if (!error)
        error = check_reach(c);
    if (!error)
        error = check_swap(c);
    return error ? error : check_areas(c);
}
