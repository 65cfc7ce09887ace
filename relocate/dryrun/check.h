/* What the parts of the dry run share. */
#ifndef RELOCATE_DRYRUN_CHECK_H
#define RELOCATE_DRYRUN_CHECK_H

#include "relocate/image/pieces.h"
#include "relocate/place/bitmap.h"

struct check {
    const struct baton_payload *payload;
    struct baton_image *image; /* pages are only borrowed */
    struct baton_refusal *why;
    struct bitmap written; /* destinations that the list has filled so far */
    uint64_t words;        /* of the list, read so far */
};

/* The refusal: the invariant, what is wrong, and the page. Returns BATON_E_CHECK. */
int check_failed(struct check *c, const char *invariant, uint64_t page);

/* No page for the check itself: the refusal for an error of ledger_borrow. Returns it. */
int check_no_pages(struct check *c, int error);

/* Is it one of the image's pages? */
bool check_owned(const struct check *c, uint64_t pa);

/* Does the page belong to the image, and has nothing else been put into it that the image names? `of`
 * is the segment that it is a source of; NULL: none. (check_pages.c) */
bool check_alone(const struct check *c, uint64_t pa, const struct baton_segment *of);

/* check_pages.c: every page of the image lies where it may (H3), and has one use (H2). */
int check_pages(struct check *c);

/* check_control.c: the control code page and the template are what they should be (H2). */
int check_control(struct check *c);

/* check_digest.c: the digest page has this code, and every segment (H2). NULL: there is none. */
int check_digest(struct check *c, const void *code);

/* check_call.c: the call page, and pairs that can be swapped twice; none if it is no call (H2, H4).
 * Before check_list(): both need the image's loans. */
int check_call(struct check *c, bool wanted);

/* check_tables.c: the new tables map the two addresses and nothing else (H5). */
int check_tables(struct check *c);

/* check_long.c: the tables of an entry in long mode map 4 GiB, each address to itself (H5). */
int check_long(struct check *c);

/* replay.c: the list fills every destination with what it should get, and nothing else (H4). */
int check_list(struct check *c);

#endif
