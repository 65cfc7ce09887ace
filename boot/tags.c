/* Walks through the tags, and checks that each one lies within the loader's information. */
#include "boot/tags.h"
#include "boot/copy.h"
#include "lib/multiboot2.h"

#define TAG_ALIGN 8u
#define INFORMATION_MAX (1u << 20) /* bytes; GRUB's has a few thousand */

static const char *check_size(boot_reader *read, uint64_t pa, uint32_t *total)
{
    struct multiboot2_start start;

    if (!copy_is_low(pa, sizeof(start)))
        return "the loader's information reaches beyond 4 GiB (ebx)";
    read(pa, &start, sizeof(start));
    if (start.total_size < sizeof(start))
        return "the loader's information is shorter than 8 bytes (total_size)";
    if (start.total_size > INFORMATION_MAX)
        return "the loader's information is longer than 1 MiB (total_size)";
    if (!copy_is_low(pa, start.total_size))
        return "the loader's information reaches beyond 4 GiB (total_size)";
    *total = start.total_size;
    return NULL;
}

const char *tags_walk(boot_reader *read, uint64_t pa, tag_taker *take, void *ctx)
{
    uint32_t total = 0, padded;
    const char *wrong = check_size(read, pa, &total);

    for (uint32_t at = sizeof(struct multiboot2_start); !wrong; at += padded) {
        struct multiboot2_tag tag;

        if (total - at < sizeof(tag))
            return "the loader's information has no end tag (total_size)";
        read(pa + at, &tag, sizeof(tag));
        if (tag.size < sizeof(tag))
            return "a tag of the loader's information is shorter than 8 bytes (size)";
        if (tag.size > total - at)
            return "a tag is longer than the rest of the loader's information (size)";
        if (tag.type == MULTIBOOT2_END)
            return NULL;
        wrong = take(ctx, tag.type, (struct tag_place){pa + at, tag.size});
        padded = (tag.size + TAG_ALIGN - 1) & ~(TAG_ALIGN - 1);
        if (padded > total - at)
            padded = total - at;
    }
    return wrong;
}
