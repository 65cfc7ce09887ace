/* The parts of an image that have files of their own: the list and the tables. */
#ifndef RELOCATE_IMAGE_H
#define RELOCATE_IMAGE_H

#include "baton.h"

/* Writes the whole indirection list and counts; image->list is set. */
int list_build(const struct baton_payload *payload, struct baton_image *image);

/* The new tables: image->tables, both mappings. */
int tables_build(const struct baton_payload *payload, struct baton_image *image);

#endif
