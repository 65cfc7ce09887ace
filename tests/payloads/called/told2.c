#include "lib/multiboot2.h"

#include "called/told.h"

const uint32_t told_magic = MULTIBOOT2_LOADED_MAGIC;

/* The first tag of that type; NULL: there is none. */
static const struct multiboot2_tag *find(uint32_t pa, uint32_t type)
{
    const struct multiboot2_tag *tag = (const void *)(pa + sizeof(struct multiboot2_start));

    while (tag->type != type && tag->type != MULTIBOOT2_END)
        tag = (const void *)((uint32_t)tag + ((tag->size + 7) & ~7u));
    return tag->type == type ? tag : 0;
}

const char *told_line(uint32_t pa)
{
    return (const char *)(find(pa, MULTIBOOT2_COMMAND_LINE) + 1);
}

/* The sizes of memory are a part of the map, too. [MB2 3.6.4] */
void told_memory(uint32_t pa, void (*usable)(uint64_t start, uint64_t end))
{
    const struct multiboot2_memory_map *map = (const void *)find(pa, MULTIBOOT2_MEMORY_MAP);
    const uint32_t *kib = (const void *)(find(pa, MULTIBOOT2_MEMORY_SIZES) + 1);
    uint32_t at = (uint32_t)map + sizeof(*map);

    for (; at < (uint32_t)map + map->tag.size; at += map->entry_size) {
        const struct multiboot2_memory *m = (const void *)at;

        if (m->type == 1)
            usable(m->base, m->base + m->length);
    }
    usable(0, (uint64_t)kib[0] << 10);
    usable(1u << 20, (1u << 20) + ((uint64_t)kib[1] << 10));
}
