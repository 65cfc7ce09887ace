/* Decodes runs of words. The list may be damaged (poke), so nothing in it is trusted. */
#include "kernel/shell/decode.h"

#include "baton/list.h"

void decode_start(struct decoder *d, const struct baton_image *image)
{
    *d = (struct decoder){
        .page = image->list,
        .number = 1,
        .host = image->host,
        .dest = DECODE_NOWHERE,
        .pages_left = image->counts.list_pages - 1,
    };
}

static bool is_page(uint32_t flag)
{
    return flag == LIST_SOURCE || flag == LIST_ZERO;
}

bool decode_next(struct decoder *d, uint32_t most, struct run *run)
{
    if (d->ended || d->word == LIST_WORDS)
        return false;
    const uint32_t *words = d->host->map(d->host->ctx, BATON_WINDOW_LIST, d->page);
    uint32_t value = words[d->word], flag = value & LIST_FLAGS;
    uint32_t step = flag == LIST_SOURCE ? BATON_PAGE_SIZE : 0;

    *run = (struct run){d->page, d->number, d->word++, 1, value, d->dest, false};
    if (is_page(flag)) {
        while (run->words < most && d->word < LIST_WORDS &&
               words[d->word] == value + run->words * step) {
            run->words++;
            d->word++;
        }
        if (d->dest != DECODE_NOWHERE)
            d->dest += (uint64_t)run->words << BATON_PAGE_SHIFT;
    } else if (flag == LIST_DESTINATION) {
        d->dest = baton_page_down(value);
    } else if (flag == LIST_INDIRECTION && d->pages_left) {
        uint64_t page = baton_page_down(value);

        run->strays = !baton_is_ram(d->host, page, page + BATON_PAGE_SIZE);
        if (run->strays) {
            d->ended = true;
            return true;
        }
        d->page = page;
        d->pages_left--;
        d->number++;
        d->word = 0;
    } else {
        d->ended = true; /* done, a word without a meaning, or a list with a loop */
    }
    return true;
}
