/*
 * The digest page, drawn: a control page of code and of what it is to compare. Shared by C and
 * digest.S. It runs with paging off, after the list, so it exists at one address only.
 *
 *   0x000  code, strings, SHA-256's constants: the same in every digest page
 *   0x400  how many ranges there are; the rest of its words is scratch
 *   0x6c0  the ranges (struct digest_range), 37 at most
 */
#ifndef RELOCATE_DIGEST_H
#define RELOCATE_DIGEST_H

#define DIGEST_CODE_SIZE 0x400
#define DIGEST_COUNT 0x400
#define DIGEST_WRONG 0x404    /* how many differ */
#define DIGEST_CONTROL 0x408  /* pa of the control code page */
#define DIGEST_STATE 0x420    /* 8 words */
#define DIGEST_BLOCK 0x440    /* 64 bytes: the last ones of a range, padded */
#define DIGEST_SCHEDULE 0x480 /* 64 words */
#define DIGEST_WINDOW 0x580   /* 72 words: eight working variables, moving down a word a round */
#define DIGEST_WINDOW_TOP 0x680
#define DIGEST_RANGES 0x6c0
#define DIGEST_RANGES_MAX 37

/* Offsets in struct digest_range. */
#define RANGE_START 0
#define RANGE_SIZE 4
#define RANGE_DIGEST 8
#define RANGE_WHAT 40
#define RANGE_BYTES 64

#ifndef __ASSEMBLER__
#include "baton.h"
#include "relocate/sha256.h"

struct digest_range {
    uint32_t start, size; /* pa and bytes, after the list is done */
    uint32_t digest[SHA256_WORDS];
    char what[24]; /* the segment's name, NUL-terminated */
};

_Static_assert(offsetof(struct digest_range, digest) == RANGE_DIGEST, "digest");
_Static_assert(offsetof(struct digest_range, what) == RANGE_WHAT, "what");
_Static_assert(sizeof(struct digest_range) == RANGE_BYTES, "a range");
_Static_assert(DIGEST_RANGES + DIGEST_RANGES_MAX * RANGE_BYTES == BATON_PAGE_SIZE, "the page");
_Static_assert(sizeof(((struct baton_segment *)0)->what) <=
                   sizeof(((struct digest_range *)0)->what),
               "names");

/* Is this segment compared? Not if nothing of it is loaded before the hand-off. */
static inline bool digest_covers(const struct baton_segment *s)
{
    return s->mem_size && !(s->flags & BATON_SEG_LIVE);
}

/* The digest page, where the request asks for one; wants the MADE pages to be filled. */
int digest_build(const struct baton_request *request, const struct baton_payload *payload,
                 struct baton_image *image, struct baton_refusal *why);

/* The MADE pages have been written again. */
void digest_made(const struct baton_payload *payload, const struct baton_image *image);
#endif

#endif
