/* The judge: the digest page, read by the offsets of its drawing, and what it says of memory. */
#include "lib/sha256.h"
#include "tests/host/paper/judge.h"

#include <string.h>

#define TABLE_AT 0xffc /* in the digest page; the rest in the table */
#define COUNT_AT 0
#define RANGES_AT 0x400
#define RANGE 64

static uint32_t word(const struct journey *j, unsigned offset)
{
    return machine_word(j->image.digest_table + offset);
}

static bool is_compared(const struct baton_segment *s)
{
    return s->mem_size && !(s->flags & BATON_SEG_LIVE);
}

bool judge_digest_page(struct journey *j)
{
    uint64_t page = j->image.digest_code, bytes = 0;
    unsigned at = RANGES_AT, n = 0;

    if (!j->request.digest_page || !page)
        return !j->request.digest_page == !page ||
               judge_wrong(j, "a digest page is there, or it is not", page, 0);
    if (!judge_needed(j, page, "H3: the digest page lies wrong"))
        return false;
    if (memcmp(machine_at(page),
               (const uint8_t *)j->request.digest_page + (j->cpu.has_sha ? 0x1000 : 0),
               DIGEST_CODE_SIZE))
        return judge_wrong(j, "the digest page's code is not what was given", page, 0);
    if (machine_word(page + TABLE_AT) != j->image.digest_table)
        return judge_wrong(j, "the digest page has another table", page, j->image.digest_table);
    page = j->image.digest_table;
    if (!judge_needed(j, page, "H3: the digests' table lies wrong"))
        return false;
    for (uint32_t i = 0; i < j->payload.segments; i++) {
        const struct baton_segment *s = &j->payload.segment[i];

        if (!is_compared(s))
            continue;
        if (word(j, at) != s->dest || word(j, at + 4) != s->mem_size ||
            memcmp(machine_at(page + at + 40), s->what, sizeof(s->what)))
            return judge_wrong(j, "a segment is not compared", s->dest, at);
        at += RANGE;
        n++;
        bytes += s->mem_size;
    }
    if (word(j, COUNT_AT) != n || j->image.counts.digests != n || j->image.counts.digested != bytes)
        return judge_wrong(j, "the segments that are compared are counted wrong", n, bytes);
    return true;
}

bool judge_digests(struct journey *j)
{
    unsigned at = RANGES_AT;

    for (uint32_t i = 0; j->image.digest_code && i < word(j, COUNT_AT); i++, at += RANGE) {
        uint32_t digest[SHA256_WORDS];
        struct sha256 sha;

        sha256_begin(&sha, false);
        for (uint64_t pa = word(j, at), left = word(j, at + 4); left;) {
            uint64_t n = BATON_PAGE_SIZE - pa % BATON_PAGE_SIZE;

            n = n < left ? n : left;
            sha256_add(&sha, machine_at(pa), n);
            pa += n;
            left -= n;
        }
        sha256_end(&sha, digest);
        for (unsigned k = 0; k < SHA256_WORDS; k++)
            if (word(j, at + 8 + 4 * k) != digest[k])
                return judge_wrong(j, "a digest is not that of the memory", word(j, at), i);
    }
    return true;
}
