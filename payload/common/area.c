/* Areas that a format generates: a page, or several that are contiguous at their destination. */
#include "payload/common/payload.h"

#include "lib/text.h"

#define AREA_MIN 0x100000u /* low memory is the firmware's */

static struct baton_segment *add_page(struct baton_payload *payload, enum baton_role role,
                                      const char *what, uint64_t number)
{
    char name[20];
    struct text text = {name, sizeof(name), 0};

    text_add(&text, what);
    if (number) {
        text_char(&text, ' ');
        text_decimal(&text, number + 1);
    }
    struct baton_segment *s = baton_segment_add(payload, role, name);
    if (s) {
        s->mem_size = BATON_PAGE_SIZE;
        s->align = BATON_PAGE_SIZE;
    }
    return s;
}

int baton_area_add(struct baton_payload *payload, enum baton_role role, const char *what,
                   uint64_t bytes, struct baton_refusal *why)
{
    uint64_t pages = bytes / BATON_PAGE_SIZE + (bytes % BATON_PAGE_SIZE != 0);

    if (pages > BATON_SEGMENTS - payload->segments)
        return refuse(why, BATON_E_SEGMENTS, "segments", payload->segments + pages, BATON_SEGMENTS);
    for (uint64_t i = 0; i < pages; i++) {
        struct baton_segment *s = add_page(payload, role, what, i);

        if (pages == 1) {
            s->flags = BATON_SEG_GENERATED;
            break;
        }
        s->flags = BATON_SEG_AREA | (i ? BATON_SEG_FOLLOWS : BATON_SEG_ANYWHERE);
        s->file_size = BATON_PAGE_SIZE;
        s->min = AREA_MIN;
        s->max = 1ull << 32;
    }
    return 0;
}

bool baton_area_write(const struct baton_host *host, const struct baton_payload *payload,
                      const struct baton_segment *area, uint64_t offset, const void *from, size_t n)
{
    const uint8_t *in = from;

    while (n) {
        uint64_t page = offset >> BATON_PAGE_SHIFT;
        size_t at = (size_t)(offset & BATON_PAGE_MASK), part = BATON_PAGE_SIZE - at;
        const struct baton_segment *s = area + page;

        if (page >= (uint64_t)(payload->segment + payload->segments - area) ||
            !baton_is_generated(s) || (page && !(s->flags & BATON_SEG_FOLLOWS)))
            return false;
        part = part < n ? part : n;
        __builtin_memcpy((uint8_t *)host->map(host->ctx, BATON_WINDOW_PAGE, s->source) + at, in,
                         part);
        in += part;
        offset += part;
        n -= part;
    }
    return true;
}
