/*
 * The call page of an image whose payload returns, and the pages that its list swaps in. The payload
 * has written to them when it returns; each call begins with fresh ones.
 */
#include "relocate/image/call.h"

#include "baton/list.h"
#include "relocate/image/image.h"
#include "relocate/image/pieces.h"
#include "relocate/place/ledger.h"
#include "relocate/trampoline/call.h"

int call_build(struct baton_payload *payload, struct baton_image *image)
{
    return payload->call ? ledger_take(image, payload, &image->call) : 0;
}

void call_fill(const struct baton_image *image, const struct baton_payload *payload)
{
    const struct baton_host *host = image->host;
    uint8_t *page;

    if (!image->call)
        return;
    page = host->map(host->ctx, BATON_WINDOW_PAGE, image->call);
    __builtin_memset(page, 0, BATON_PAGE_SIZE);
    __builtin_memcpy(page, call_code, CALL_CODE_SIZE);
    *(struct call_page *)(void *)(page + CALL_PARAMS) = (struct call_page){
        .list = (uint32_t)image->list | LIST_INDIRECTION,
        .digest = (uint32_t)image->digest_code,
        .control = (uint32_t)image->control,
        .eip = payload->entry.registers.eip,
        .tables = (uint32_t)image->tables[0],
        .back = image->trampoline_va + CONTROL_BACK,
        .saved_at = (uint32_t)host->trampoline_pa + CONTROL_EXIT,
    };
}

void call_renew(struct baton_image *image, struct call_page *page)
{
    const struct baton_host *host = image->host;
    uint8_t *at = host->map(host->ctx, BATON_WINDOW_PAGE, image->call);

    __builtin_memcpy(page, at + CALL_PARAMS, sizeof(*page));
    __builtin_memset(at + CALL_PARAMS + CALL_STATUS, 0, sizeof(*page) - CALL_STATUS);
    control_renew(image);
    tables_renew(image);
}

static bool is_owned(const struct baton_image *image, uint64_t page)
{
    return page < LEDGER_LIMIT &&
           ledger_any(image->host, image->ledger, page, page + BATON_PAGE_SIZE);
}

/* Somebody may have written to the list since it was built: then it is followed no further, and the
 * dry run refuses it. */
void call_refill(const struct baton_payload *payload, const struct baton_image *image)
{
    const struct baton_host *host = image->host;
    const uint32_t *word = NULL, *end = NULL;
    uint64_t dest = 0, next = image->call ? image->list : 0;
    uint32_t left = image->counts.list_pages;

    for (;;) {
        uint64_t page;

        if (word == end) {
            if (!next || !left-- || !is_owned(image, next))
                return;
            word = host->map(host->ctx, BATON_WINDOW_LIST, next);
            end = word + LIST_WORDS;
            next = 0;
        }
        page = *word & ~(uint32_t)LIST_FLAGS;
        switch (*word++ & LIST_FLAGS) {
        case LIST_DESTINATION:
            dest = page;
            break;
        case LIST_SOURCE:
            if (!is_owned(image, page))
                return;
            pieces_fill_bounce(host, payload, dest, host->map(host->ctx, BATON_WINDOW_PAGE, page));
            dest += BATON_PAGE_SIZE;
            break;
        case LIST_INDIRECTION:
            next = page;
            word = end;
            break;
        default:
            return;
        }
    }
}
