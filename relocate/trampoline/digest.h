/*
 * The digest page and its table, drawn: two control pages, one of code, one of what it is to
 * compare and of what it writes. A CPU that runs code from the page that it writes to is slow. Used
 * with paging off, after the list, so each has one address only. Shared by C and digest.S.
 *
 *   page   0x000  code, strings, SHA-256's constants: the same in every digest page
 *          0xffc  pa of the table
 *   table  0x000  how many ranges there are; the rest up to 0x400 is scratch
 *          0x400  the ranges (struct digest_range), 48 at most
 */
#ifndef RELOCATE_TRAMPOLINE_DIGEST_H
#define RELOCATE_TRAMPOLINE_DIGEST_H

#define DIGEST_CODE_SIZE 0xffc
#define DIGEST_PAGE_SIZE 0x1000
#define DIGEST_TABLE 0xffc

#define TABLE_COUNT 0x00
#define TABLE_WRONG 0x04      /* how many differ */
#define TABLE_CONTROL 0x08    /* pa of the control code page */
#define TABLE_CODE 0x0c       /* pa of the digest page */
#define TABLE_ESP 0x10        /* the trampoline's stack */
#define TABLE_BLOCK_ESP 0x14  /* the table's stack, while esp points elsewhere */
#define TABLE_BLOCK_END 0x18  /* of the block that is added */
#define TABLE_BLOCK_LEFT 0x1c /* 16 rounds each */
#define TABLE_RING 0x20       /* 16 words: the last ones of the message schedule */
#define TABLE_VARIABLES 0x60  /* 8 words; up to their end an offset takes one byte of code */
#define TABLE_STATE 0x80      /* 8 words */
#define TABLE_BLOCK 0xa0      /* 64 bytes: the last ones of a range, padded */
#define TABLE_BLOCKS 0xe0     /* how many are still to be added */
#define TABLE_CR0 0xe4        /* as they were */
#define TABLE_CR4 0xe8
#define TABLE_XMM 0x100       /* 512 bytes: the registers of FPU and SSE, as they were */
#define TABLE_STACK_TOP 0x400 /* down to 0x3a0 */
#define TABLE_RANGES 0x400
#define DIGEST_RANGES_MAX 48

/* Offsets in struct digest_range. */
#define RANGE_START 0
#define RANGE_SIZE 4
#define RANGE_DIGEST 8
#define RANGE_WHAT 40
#define RANGE_BYTES 64

#ifndef __ASSEMBLER__
#include "baton.h"
#include "baton/control.h"
#include "lib/sha256.h"

struct digest_range {
    uint32_t start, size; /* pa and bytes, after the list is done */
    uint32_t digest[SHA256_WORDS];
    char what[24]; /* the segment's name, NUL-terminated */
};

_Static_assert(offsetof(struct digest_range, digest) == RANGE_DIGEST, "digest");
_Static_assert(offsetof(struct digest_range, what) == RANGE_WHAT, "what");
_Static_assert(sizeof(struct digest_range) == RANGE_BYTES, "a range");
_Static_assert(TABLE_RANGES + DIGEST_RANGES_MAX * RANGE_BYTES == BATON_PAGE_SIZE, "the table");
_Static_assert(sizeof(((struct baton_segment *)0)->what) <=
                   sizeof(((struct digest_range *)0)->what),
               "names");

/* The page for a machine (MACHINE_ bits) of the two at `pages`. */
static inline const uint8_t *digest_page_of(const void *pages, uint32_t bits)
{
    return (const uint8_t *)pages + (bits & MACHINE_HAS_SHA ? DIGEST_PAGE_SIZE : 0);
}

/* Is this segment compared? Not if nothing of it is loaded before the hand-off. */
static inline bool digest_covers(const struct baton_segment *s)
{
    return s->mem_size && !(s->flags & BATON_SEG_LIVE);
}

/* The two pages, where the request asks for them; wants the generated pages to be filled. */
int digest_build(const struct baton_request *request, struct baton_payload *payload,
                 struct baton_image *image, struct baton_refusal *why);

/* The generated pages have been written again. */
void digest_generated(const struct baton_payload *payload, const struct baton_image *image);
#endif

#endif
