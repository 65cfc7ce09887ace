/* Divides segments into pages: which page moves, stays, is zeros, or needs a bounce page. */
#include "relocate/image/pieces.h"

#define NONE UINT64_MAX

static bool in(const struct baton_range *range, uint64_t page)
{
    return range->start <= page && page < range->end;
}

/* Does an earlier segment read a source page of segment i, too? A page can move to one place
 * only, so the later segment gets copies. */
static bool source_is_shared(const struct baton_payload *payload, uint32_t i)
{
    const struct baton_segment *s = &payload->segment[i];

    for (uint32_t k = 0; k < i; k++) {
        const struct baton_segment *o = &payload->segment[k];

        if (!(o->flags & BATON_SEG_GENERATED) && o->file_size && s->file_size &&
            baton_overlap(baton_page_up(s->source), baton_page_down(s->source + s->file_size),
                          baton_page_down(o->source), baton_page_up(o->source + o->file_size)))
            return true;
    }
    return false;
}

struct pieces pieces_of(const struct baton_payload *payload, uint32_t i)
{
    const struct baton_segment *s = &payload->segment[i];
    struct pieces p = {0};

    if ((s->flags & BATON_SEG_GENERATED) || !s->mem_size)
        return p;
    p.all.start = baton_page_down(s->dest);
    p.all.end = baton_page_up(s->dest + s->mem_size);
    if (payload->call) { /* every page is an edge: put together in a page of the image's */
        p.direct.start = p.direct.end = p.all.start;
        p.zero.start = p.zero.end = p.all.end;
        return p;
    }
    p.stays = s->dest == s->source;
    if (((s->dest ^ s->source) & BATON_PAGE_MASK) == 0 &&
        (p.stays || !source_is_shared(payload, i)))
        p.direct =
            (struct baton_range){baton_page_up(s->dest), baton_page_down(s->dest + s->file_size)};
    if (p.direct.end <= p.direct.start)
        p.direct = (struct baton_range){p.all.start, p.all.start};
    p.zero = (struct baton_range){baton_page_up(s->dest + s->file_size),
                                  baton_page_down(s->dest + s->mem_size)};
    if (p.zero.end <= p.zero.start)
        p.zero = (struct baton_range){p.all.end, p.all.end};
    return p;
}

/* Is `page` an edge of segment k: in the segment, but neither moved nor zeroed as a whole? */
static bool is_edge(const struct pieces *p, uint64_t page)
{
    return in(&p->all, page) && !in(&p->direct, page) && !in(&p->zero, page);
}

static bool composes(const struct baton_payload *payload, uint32_t k, uint64_t page)
{
    struct pieces p = pieces_of(payload, k);

    return is_edge(&p, page);
}

/* Must bytes of segment k be written to this page? Not if they lie there already. */
static bool wants_writing(const struct baton_payload *payload, uint32_t k, uint64_t page)
{
    const struct baton_segment *s = &payload->segment[k];
    struct pieces p = pieces_of(payload, k);
    bool has_tail = s->mem_size > s->file_size && page + BATON_PAGE_SIZE > s->dest + s->file_size;

    return is_edge(&p, page) && (!p.stays || has_tail);
}

/* An edge of a segment that is in place stays, too, unless zeros or another segment's bytes must
 * be written to it. */
static bool edge_stays(const struct baton_payload *payload, const struct pieces *pieces,
                       uint64_t page)
{
    if (!pieces->stays)
        return false;
    for (uint32_t k = 0; k < payload->segments; k++)
        if (wants_writing(payload, k, page))
            return false;
    return true;
}

uint64_t pieces_staying(const struct baton_payload *payload, uint32_t i,
                        const struct pieces *pieces)
{
    uint64_t pages, last = pieces->all.end - BATON_PAGE_SIZE;

    if (!pieces->stays || pieces->all.end == pieces->all.start)
        return 0;
    pages = (pieces->direct.end - pieces->direct.start) >> BATON_PAGE_SHIFT;
    /* only the first and the last page can be edges that stay */
    for (uint64_t page = pieces->all.start;; page = last) {
        bool counts = is_edge(pieces, page) && edge_stays(payload, pieces, page);

        for (uint32_t k = 0; k < i && counts; k++) /* a page that two segments share counts once */
            counts = !composes(payload, k, page);
        pages += counts;
        if (page == last)
            return pages;
    }
}

uint64_t pieces_next_bounce(const struct baton_payload *payload, uint32_t i,
                            const struct pieces *pieces, uint64_t from)
{
    for (uint64_t page = from < pieces->all.start ? pieces->all.start : from;
         page < pieces->all.end; page += BATON_PAGE_SIZE) {
        bool earlier = false;

        if (in(&pieces->direct, page)) {
            page = pieces->direct.end - BATON_PAGE_SIZE;
            continue;
        }
        if (in(&pieces->zero, page)) {
            page = pieces->zero.end - BATON_PAGE_SIZE;
            continue;
        }
        if (edge_stays(payload, pieces, page))
            continue;
        for (uint32_t k = 0; k < i && !earlier; k++)
            earlier = composes(payload, k, page);
        if (!earlier)
            return page;
    }
    return NONE;
}

/* The part of `page` that segment s fills from its file: offset in the page, source, length. */
static uint32_t part_of(const struct baton_segment *s, uint64_t page, uint32_t *offset,
                        uint64_t *source)
{
    uint64_t start = s->dest > page ? s->dest : page;
    uint64_t end = s->dest + s->file_size;

    if (end > page + BATON_PAGE_SIZE)
        end = page + BATON_PAGE_SIZE;
    if ((s->flags & BATON_SEG_GENERATED) || end <= start)
        return 0;
    *offset = (uint32_t)(start - page);
    *source = s->source + (start - s->dest);
    return (uint32_t)(end - start);
}

void pieces_fill_bounce(const struct baton_host *host, const struct baton_payload *payload,
                        uint64_t page, uint8_t *to)
{
    __builtin_memset(to, 0, BATON_PAGE_SIZE);
    for (uint32_t i = 0; i < payload->segments; i++) {
        uint32_t offset;
        uint64_t source;
        uint32_t left = part_of(&payload->segment[i], page, &offset, &source);

        while (left) { /* a source that has another offset in its page crosses the end of one */
            uint32_t n = BATON_PAGE_SIZE - (uint32_t)(source & BATON_PAGE_MASK);
            if (n > left)
                n = left;
            __builtin_memcpy(to + offset, host->map(host->ctx, BATON_WINDOW_SOURCE, source), n);
            offset += n;
            source += n;
            left -= n;
        }
    }
}

static bool all_zero(const uint8_t *at, uint32_t from, uint32_t to)
{
    for (; from < to && from % 4; from++)
        if (at[from])
            return false;
    for (; from + 4 <= to; from += 4)
        if (*(const uint32_t *)(const void *)(at + from))
            return false;
    for (; from < to; from++)
        if (at[from])
            return false;
    return true;
}

bool pieces_bounce_right(const struct baton_host *host, const struct baton_payload *payload,
                         uint64_t page, const uint8_t *at)
{
    uint32_t done = 0;

    while (done < BATON_PAGE_SIZE) {
        /* The segment whose file bytes come next, from `done` on. */
        uint32_t next = BATON_PAGE_SIZE, length = 0;
        uint64_t from = 0;

        for (uint32_t i = 0; i < payload->segments; i++) {
            uint32_t offset;
            uint64_t source;
            uint32_t n = part_of(&payload->segment[i], page, &offset, &source);

            if (n && offset >= done && offset < next) {
                next = offset;
                length = n;
                from = source;
            }
        }
        if (!all_zero(at, done, next))
            return false;
        for (uint32_t k = 0; k < length;) {
            uint32_t n = BATON_PAGE_SIZE - (uint32_t)((from + k) & BATON_PAGE_MASK);
            if (n > length - k)
                n = length - k;
            if (__builtin_memcmp(at + next + k, host->map(host->ctx, BATON_WINDOW_SOURCE, from + k),
                                 n))
                return false;
            k += n;
        }
        done = next + length;
    }
    return true;
}
