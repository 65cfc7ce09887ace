/*
 * The dry run (H8): what was built is read back and proved, by other means than it was built
 * with. Five parts: the pages here, the control code page in check_control.c, the digest page in
 * check_digest.c, the tables in check_tables.c, the list in replay.c. No destination is touched.
 */
#include "relocate/dryrun/check.h"

#include "relocate/place/ledger.h"
#include "relocate/place/reach.h"

int check_failed(struct check *c, const char *invariant, uint64_t page)
{
    *c->why = (struct baton_refusal){BATON_E_CHECK, invariant, page, c->words};
    return BATON_E_CHECK;
}

int check_no_pages(struct check *c, int error)
{
    return ledger_refuse(c->image, c->why, error, "dry run", 0);
}

bool check_owned(const struct check *c, uint64_t pa)
{
    return !(pa & BATON_PAGE_MASK) && pa < LEDGER_LIMIT &&
           ledger_any(c->image->host, c->image->ledger, pa, pa + BATON_PAGE_SIZE);
}

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

        if (!(s->flags & BATON_SEG_GENERATED) &&
            baton_overlap(pa, pa + BATON_PAGE_SIZE, s->source, s->source + s->file_size))
            return check_failed(c, "H3: a control page lies in a source", pa), false;
    }
    return true;
}

/* What the payload reads first, it can see. */
static int check_reach(struct check *c)
{
    uint64_t page;
    const char *wrong = reach_wrong(c->payload, c->image, &page);

    return wrong ? check_failed(c, wrong, page) : 0;
}

/* Everybody else takes the control page for one, at an address of its own. */
static int check_control_owned(struct check *c)
{
    const struct baton_image *image = c->image;

    if (!check_owned(c, image->control) || image->trampoline_va == image->control)
        return check_failed(c, "H2: the control code page is no control page", image->control);
    return 0;
}

int baton_image_check(const struct baton_request *request, const struct baton_payload *payload,
                      struct baton_image *image, struct baton_refusal *why)
{
    struct check c = {.payload = payload, .image = image, .why = why};
    int error = 0;

    image->armed = false;
    bitmap_begin(&c.written, image, payload);
    if (!baton_image_pages(image, page_is_safe, &c))
        error = why->error;
    if (!error)
        error = check_control_owned(&c);
    if (!error)
        error = check_reach(&c);
    if (!error)
        error = check_tables(&c);
    if (!error)
        error = check_control(&c);
    if (!error)
        error = check_list(&c);
    if (!error)
        error = check_digest(&c, request->digest_page);
    bitmap_end(&c.written);
    image->armed = !error;
    return error;
}
