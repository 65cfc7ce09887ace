/*
 * The dry run's call page: its code, its parameters word by word, and pairs that can be swapped
 * twice. That each destination gets its bytes, replay.c checks as for any list.
 *
 *   - a page of the image's is in one pair alone, and is nothing else (check_pages.c);
 *   - a destination is in one pair alone (steps.c);
 *   - so the second walk of the list undoes the first, and no word of it is swapped away.
 */
#include "relocate/dryrun/check.h"

#include "baton/list.h"
#include "relocate/trampoline/call.h"

/* The word at `offset` of the parameters. */
static uint32_t wanted(const struct check *c, uint32_t offset)
{
    const struct baton_image *image = c->image;

    switch (offset) {
    case 0x00:
        return (uint32_t)image->list + 2; /* INDIRECTION */
    case 0x04:
        return (uint32_t)image->digest_code;
    case 0x08:
        return (uint32_t)image->control;
    case 0x0c:
        return c->payload->entry.registers.eip;
    case 0x10:
        return (uint32_t)image->tables[0];
    case 0x14: /* the way back, in the template */
        return image->trampoline_va + 0x8a4;
    case 0x18: /* where the template has no exit */
        return (uint32_t)image->host->trampoline_pa + 0x8c8;
    default: /* how it ends, what the call saves, and the stack */
        return 0;
    }
}

static int check_page(struct check *c)
{
    const struct baton_host *host = c->image->host;
    const uint8_t *page = host->map(host->ctx, BATON_WINDOW_PAGE, c->image->call);

    if (__builtin_memcmp(page, call_code, CALL_CODE_SIZE))
        return check_failed(c, "H2: the call page has other code", c->image->call);
    for (uint32_t at = CALL_PARAMS; at < CALL_STACK; at += 4)
        if (*(const uint32_t *)(const void *)(page + at) != wanted(c, at - CALL_PARAMS))
            return check_failed(c, "H2: the call page's parameters are not the image's",
                                c->image->call);
    return 0;
}

/* A page of the list, or one that it swaps: once, and of no other use. */
static int add_once(struct check *c, struct bitmap *seen, uint64_t page)
{
    int error;

    bool alone = page == c->image->list ? check_owned(c, page) : check_alone(c, page, NULL);

    if (!alone || bitmap_has(seen, page))
        return check_failed(c, "H4: a page to swap has another use", page);
    error = bitmap_add(seen, page);
    return error ? check_no_pages(c, error) : 0;
}

static int check_pairs(struct check *c, struct bitmap *seen)
{
    const struct baton_host *host = c->image->host;
    uint64_t next = c->image->list;
    int error = 0;

    while (next && !error) { /* a page a second time is an error: it ends */
        const uint32_t *word;

        error = add_once(c, seen, next);
        if (error)
            return error;
        word = host->map(host->ctx, BATON_WINDOW_LIST, next);
        next = 0;
        for (uint32_t i = 0; i < LIST_WORDS && !next && !error; i++) {
            uint64_t page = word[i] & ~(uint32_t)LIST_FLAGS;

            switch (word[i] & LIST_FLAGS) {
            case LIST_SOURCE:
                error = add_once(c, seen, page);
                break;
            case LIST_DESTINATION:
                break;
            case LIST_INDIRECTION:
                next = page;
                break;
            case LIST_DONE:
                return 0;
            default:
                error = check_failed(c, "H8: the call page knows no such word", word[i]);
            }
        }
    }
    return error;
}

int check_call(struct check *c, bool wanted_call)
{
    struct bitmap seen;
    int error;

    if (!wanted_call)
        return c->image->call
                   ? check_failed(c, "H2: a call page that nobody asked for", c->image->call)
                   : 0;
    if (!c->payload->call || !check_owned(c, c->image->call))
        return check_failed(c, "H2: the call page is no control page", c->image->call);
    if (c->image->swap)
        return check_failed(c, "H2: a call has no swap page", c->image->swap);
    error = check_page(c);
    if (error)
        return error;
    bitmap_begin(&seen, c->image, c->payload);
    error = check_pairs(c, &seen);
    bitmap_end(&seen);
    return error;
}
