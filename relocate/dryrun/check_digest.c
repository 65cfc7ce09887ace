/*
 * The dry run's digest page: the code that was asked for, and every segment that can be compared,
 * once, in order (H2). The digests themselves are proved at the hand-off, by other code than took
 * them.
 */
#include "relocate/dryrun/check.h"
#include "relocate/trampoline/digest.h"

/* The same name, followed by zeros. */
static bool is_named(const struct digest_range *range, const struct baton_segment *s)
{
    for (size_t i = 0; i < sizeof(range->what); i++)
        if (range->what[i] != (i < sizeof(s->what) ? s->what[i] : '\0'))
            return false;
    return true;
}

static const uint8_t *page_at(const struct check *c, uint64_t pa)
{
    const struct baton_host *host = c->image->host;

    return host->map(host->ctx, BATON_WINDOW_PAGE, pa);
}

static uint32_t word_at(const uint8_t *page, uint32_t offset)
{
    return *(const uint32_t *)(const void *)(page + offset);
}

static int check_ranges(struct check *c)
{
    const uint8_t *table = page_at(c, c->image->digest_table);
    const struct digest_range *range = (const void *)(table + TABLE_RANGES);
    uint32_t ranges = 0;

    for (uint32_t i = 0; i < c->payload->segments; i++) {
        const struct baton_segment *s = &c->payload->segment[i];

        if (!digest_covers(s))
            continue;
        if (ranges == DIGEST_RANGES_MAX || range->start != s->dest || range->size != s->mem_size ||
            !is_named(range, s))
            return check_failed(c, "H2: a segment is not compared", s->dest);
        range++;
        ranges++;
    }
    return word_at(table, TABLE_COUNT) == ranges
               ? 0
               : check_failed(c, "H2: something is compared that is no segment",
                              c->image->digest_table);
}

int check_digest(struct check *c, const void *code)
{
    const struct baton_image *image = c->image;
    const uint8_t *page;

    if (!code)
        return image->digest_code
                   ? check_failed(c, "H2: a digest page that nobody asked for", image->digest_code)
                   : 0;
    if (!check_owned(c, image->digest_code))
        return check_failed(c, "H2: the digest page is no control page", image->digest_code);
    if (!check_owned(c, image->digest_table) || image->digest_table == image->digest_code)
        return check_failed(c, "H2: the digests' table is no control page", image->digest_table);
    page = page_at(c, image->digest_code);
    if (__builtin_memcmp(page, digest_page_of(code, image->machine), DIGEST_CODE_SIZE) ||
        word_at(page, DIGEST_TABLE) != image->digest_table)
        return check_failed(c, "H2: the digest page is not what was asked for", image->digest_code);
    return check_ranges(c);
}
