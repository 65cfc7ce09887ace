/*
 * The dry run (H8): what was built is read back and proved, by other means than it was built with.
 * Six parts: the pages in check_pages.c, the control code page in check_control.c, the digest page
 * in check_digest.c, the call page in check_call.c, the tables in check_tables.c and check_long.c, the
 * list in replay.c. No destination is touched.
 */
#include "relocate/dryrun/check.h"

#include "relocate/place/ledger.h"

int check_failed(struct check *c, const char *invariant, uint64_t page)
{
    *c->why = (struct baton_refusal){BATON_E_CHECK, invariant, page, c->words, NULL};
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

int baton_image_check(const struct baton_request *request, const struct baton_payload *payload,
                      struct baton_image *image, struct baton_refusal *why)
{
    struct check c = {.payload = payload, .image = image, .why = why};
    int error;

    image->armed = false;
    bitmap_begin(&c.written, image, payload);
    error = check_pages(&c);
    if (!error)
        error = check_tables(&c);
    if (!error)
        error = check_long(&c);
    if (!error)
        error = check_control(&c);
    if (!error)
        error = check_call(&c, request->call);
    if (!error)
        error = check_list(&c);
    if (!error)
        error = check_digest(&c, request->digest_page);
    bitmap_end(&c.written);
    image->armed = !error;
    return error;
}
