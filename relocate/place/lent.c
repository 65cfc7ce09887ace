/* The pages that the host lends: each one is checked before it is mapped. */
#include "relocate/place/lent.h"

#include "relocate/place/fit.h"
#include "relocate/place/ledger.h"

#define BORROWED (sizeof(((struct baton_image *)0)->borrowed) / sizeof(uint32_t))

/* Has the host given this page, which lies below 4 GiB, before? */
static bool is_given(const struct baton_image *image, uint64_t pa)
{
    uint32_t page = (uint32_t)pa;

    for (unsigned i = 0; i < LEDGER_STRETCHES; i++)
        if (image->ledger[i] == page)
            return true;
    for (unsigned i = 0; i < BORROWED; i++)
        if (image->borrowed[i] == page)
            return true;
    return image->ledger[ledger_stretch(pa)] &&
           *ledger_word(image->host, image->ledger, pa) & ledger_bit(pa);
}

static bool in_file(const struct baton_payload *payload, uint64_t pa)
{
    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct baton_segment *s = &payload->segment[i];

        if (!baton_is_generated(s) &&
            baton_overlap(pa, pa + BATON_PAGE_SIZE, s->source, s->source + s->file_size))
            return true;
    }
    return false;
}

/* What is wrong with a page of alloc_page; NULL: nothing. */
static const char *wrong_page(const struct baton_image *image, const struct baton_payload *payload,
                              uint64_t below, uint64_t pa)
{
    if (!pa || pa & BATON_PAGE_MASK)
        return "alloc_page gives an address that is no page's, or the page at 0";
    if (pa >= below || BATON_PAGE_SIZE > below - pa)
        return "alloc_page gives a page above the limit that it was given";
    if (!baton_is_ram(image->host, pa, pa + BATON_PAGE_SIZE))
        return "alloc_page gives a page that is no usable RAM by the host's memory map";
    if (fit_keep_at(image->host, pa, pa + BATON_PAGE_SIZE) || pa == image->host->trampoline_pa)
        return "alloc_page gives a page of the live tables, or the trampoline's";
    if (in_file(payload, pa))
        return "alloc_page gives a page of a payload's file";
    return is_given(image, pa) ? "alloc_page gives a page that it has given before" : NULL;
}

int lent_page(struct baton_image *image, const struct baton_payload *payload, uint64_t below,
              uint64_t *pa)
{
    const struct baton_host *host = image->host;

    if (host->alloc_page(host->ctx, below, pa))
        return BATON_E_NO_PAGES;
    image->fault = wrong_page(image, payload, below, *pa);
    image->fault_at = image->fault ? *pa : 0;
    return image->fault ? BATON_E_HOST : 0;
}
