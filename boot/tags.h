/* The list of tags that a multiboot 2 loader leaves in memory. [MB2 3.6] */
#ifndef BOOT_TAGS_H
#define BOOT_TAGS_H

#include "boot/bootinfo.h"

struct tag_place {
    uint64_t pa;
    uint32_t size; /* with the tag's type and size, without padding */
};

/* Called for a tag whose size is at least 8 and that lies within the information. Returns NULL, or
 * the error message that ends the walk. */
typedef const char *tag_taker(void *ctx, uint32_t type, struct tag_place tag);

/* Calls take for each tag but the end tag, in order. Returns NULL, or an error message. */
const char *tags_walk(boot_reader *read, uint64_t pa, tag_taker *take, void *ctx);

#endif
