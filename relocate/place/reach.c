/*
 * What a payload reads on its own page tables, before these map all of memory, must lie where they
 * map it.
 *
 *     0      64 KiB                      640 KiB    1 MiB                    4 MiB
 *     |  -  | scratch ..| A | B | control |    -    |  payload  ..| A | B | control |
 *                        where there is room              else
 *
 * The pages come in order of their segments, the control code page last: an old Linux unpacks
 * itself into low memory up to its boot_params (A), so nothing of ours may lie below that.
 */
#include "relocate/place/reach.h"

#include "relocate/place/ledger.h"

#define RANGES (sizeof(((struct baton_payload *)0)->reach) / sizeof(struct baton_range))

uint64_t reach_end(const struct baton_payload *payload)
{
    uint64_t end = payload->reach[0].end ? 0 : LEDGER_LIMIT;

    for (unsigned i = 0; i < RANGES; i++)
        if (payload->reach[i].end > end)
            end = payload->reach[i].end;
    return end;
}

/* One page, from the first range that has one. */
static int take_one(struct baton_image *image, struct baton_payload *payload, uint64_t *pa)
{
    for (unsigned i = 0; i < RANGES && payload->reach[i].end; i++)
        switch (ledger_take_in(image, payload, &payload->reach[i], pa)) {
        case 0:
            return 0;
        case BATON_E_HOST:
            return BATON_E_HOST;
        }
    return BATON_E_REACH;
}

int reach_take(struct baton_image *image, struct baton_payload *payload, const char **what)
{
    uint32_t page[BATON_SEGMENTS + 1];
    uint32_t pages = 1, next = 0;

    *what = "page of the last code before real mode";
    for (uint32_t i = 0; i < payload->segments; i++)
        if (payload->segment[i].flags & BATON_SEG_GENERATED) {
            *what = "pages that the payload reads first (boot_params, command line, GDT)";
            payload->segment[i].dest = 0; /* of an earlier image */
            pages++;
        }
    for (uint32_t n = 0; n < pages; n++) {
        uint64_t fresh;
        uint32_t at = n;
        int error = take_one(image, payload, &fresh);

        if (error)
            return error;
        for (; at && page[at - 1] > fresh; at--)
            page[at] = page[at - 1];
        page[at] = (uint32_t)fresh;
    }
    for (uint32_t i = 0; i < payload->segments; i++)
        if (payload->segment[i].flags & BATON_SEG_GENERATED)
            payload->segment[i].dest = page[next++];
    image->control = page[next];
    return 0;
}

static bool in_reach(const struct baton_payload *payload, uint64_t pa)
{
    for (unsigned i = 0; i < RANGES; i++)
        if (payload->reach[i].start <= pa && pa + BATON_PAGE_SIZE <= payload->reach[i].end)
            return true;
    return false;
}

const char *reach_wrong(const struct baton_payload *payload, const struct baton_image *image,
                        uint64_t *page)
{
    uint64_t before = 0;

    if (!payload->reach[0].end)
        return NULL;
    for (uint32_t i = 0; i <= payload->segments; i++) {
        const struct baton_segment *s = &payload->segment[i];

        if (i < payload->segments && !(s->flags & BATON_SEG_GENERATED))
            continue;
        *page = i < payload->segments ? s->dest : image->control;
        if (!in_reach(payload, *page))
            return "H3: the payload does not see a page that it reads";
        if (*page <= before)
            return "H3: the pages that the payload reads are not in order";
        before = *page;
    }
    return NULL;
}
