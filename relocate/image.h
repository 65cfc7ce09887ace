/* What the parts of relocate/ share about an image: the list's writer and reader. */
#ifndef RELOCATE_IMAGE_H
#define RELOCATE_IMAGE_H

#include "baton.h"

/* Writes the whole indirection list and counts; image->list is set. */
int list_build(const struct baton_payload *payload, struct baton_image *image);

/* One word of a list, and where it stands. */
struct list_reader {
    const struct baton_host *host;
    uint64_t page;  /* pa of the indirection page */
    uint32_t index; /* of the next word in it */
};

static inline uint32_t list_read(struct list_reader *reader)
{
    const uint32_t *words = reader->host->map(reader->host->ctx, BATON_WINDOW_LIST, reader->page);

    return words[reader->index++];
}

/* The new tables: image->tables, both mappings. */
int tables_build(const struct baton_payload *payload, struct baton_image *image);

#endif
