/*
 * Filling the digest page and its table: every segment as it will lie there when the list is done,
 * its file's bytes and then zeros. What the hand-off itself brings (BATON_SEG_LIVE) cannot be
 * known.
 */
#include "relocate/trampoline/digest.h"

#include "lib/xmm.h"
#include "relocate/place/ledger.h"

static void add_zeros(struct sha256 *sha, uint64_t n)
{
    static const uint8_t zeros[256];

    for (; n > sizeof(zeros); n -= sizeof(zeros))
        sha256_add(sha, zeros, sizeof(zeros));
    sha256_add(sha, zeros, (size_t)n);
}

/* How much is done, for host->progress. */
struct progress {
    const struct baton_host *host;
    uint64_t done, all, next; /* bytes; next: when host->progress is called again */
};

#define PROGRESS_STEP (1u << 20)

static void progress(struct progress *p, uint64_t bytes)
{
    p->done += bytes;
    if (!p->host->progress || (p->done < p->next && p->done != p->all))
        return;
    p->host->progress(p->host->ctx, p->done, p->all);
    p->next = p->done + PROGRESS_STEP;
}

static void digest_segment(const struct baton_image *image, const struct baton_segment *s,
                           struct digest_range *range, struct progress *how_far)
{
    const struct baton_host *host = image->host;
    bool generated = baton_is_generated(s);
    uint64_t from = s->source, left = generated ? s->mem_size : s->file_size;
    struct sha256 sha;

    *range = (struct digest_range){.start = (uint32_t)s->dest, .size = (uint32_t)s->mem_size};
    __builtin_memcpy(range->what, s->what, sizeof(s->what));
    sha256_begin(&sha, image->machine & MACHINE_HAS_SHA);
    while (left) {
        uint64_t part = BATON_PAGE_SIZE - (from & BATON_PAGE_MASK);

        part = part < left ? part : left;
        sha256_add(&sha, host->map(host->ctx, BATON_WINDOW_SOURCE, from), (size_t)part);
        progress(how_far, part);
        from += part;
        left -= part;
    }
    if (!generated)
        add_zeros(&sha, s->mem_size - s->file_size);
    sha256_end(&sha, range->digest);
}

/* How many bytes are read for the digests. */
static uint64_t bytes_of(const struct baton_payload *payload, bool generated_only)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct baton_segment *s = &payload->segment[i];

        if (digest_covers(s) && baton_is_generated(s))
            bytes += s->mem_size;
        else if (digest_covers(s) && !generated_only)
            bytes += s->file_size;
    }
    return bytes;
}

/* Writes the ranges: all of them, or only those of generated pages. */
static void fill(const struct baton_payload *payload, const struct baton_image *image,
                 bool generated_only)
{
    const struct baton_host *host = image->host;
    uint8_t *table = host->map(host->ctx, BATON_WINDOW_PAGE, image->digest_table);
    struct digest_range *range = (void *)(table + TABLE_RANGES);
    struct progress how_far = {host, 0, bytes_of(payload, generated_only), 0};
    struct xmm xmm = {.registers = table + TABLE_XMM};

    if (image->machine & MACHINE_HAS_SHA)
        xmm_take(&xmm);
    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct baton_segment *s = &payload->segment[i];

        if (!digest_covers(s))
            continue;
        if (!generated_only || baton_is_generated(s))
            digest_segment(image, s, range, &how_far);
        range++;
    }
    if (image->machine & MACHINE_HAS_SHA)
        xmm_give_back(&xmm);
}

int digest_build(const struct baton_request *request, struct baton_payload *payload,
                 struct baton_image *image, struct baton_refusal *why)
{
    const struct baton_host *host = image->host;
    struct baton_counts *counts = &image->counts;
    uint8_t *page;
    int error;

    if (!request->digest_page)
        return 0;
    for (uint32_t i = 0; i < payload->segments; i++)
        if (digest_covers(&payload->segment[i])) {
            counts->digests++;
            counts->digested += payload->segment[i].mem_size;
        }
    if (counts->digests > DIGEST_RANGES_MAX) {
        *why = (struct baton_refusal){BATON_E_SEGMENTS, "segments to compare", counts->digests,
                                      DIGEST_RANGES_MAX, NULL};
        return BATON_E_SEGMENTS;
    }
    error = ledger_take(image, payload, &image->digest_code);
    if (!error)
        error = ledger_take(image, payload, &image->digest_table);
    if (error)
        return ledger_refuse(image, why, error, "digest page", LEDGER_LIMIT);
    page = host->map(host->ctx, BATON_WINDOW_PAGE, image->digest_code);
    __builtin_memcpy(page, digest_page_of(request->digest_page, image->machine), DIGEST_CODE_SIZE);
    *(uint32_t *)(void *)(page + DIGEST_TABLE) = (uint32_t)image->digest_table;
    page = host->map(host->ctx, BATON_WINDOW_PAGE, image->digest_table);
    __builtin_memset(page, 0, BATON_PAGE_SIZE);
    *(uint32_t *)(void *)(page + TABLE_COUNT) = counts->digests;
    fill(payload, image, false);
    return 0;
}

void digest_generated(const struct baton_payload *payload, const struct baton_image *image)
{
    if (image->digest_code)
        fill(payload, image, true);
}
