#include "lib/multiboot1.h"

#include "called/told.h"

const uint32_t told_magic = MULTIBOOT_LOADED_MAGIC;

const char *told_line(uint32_t pa)
{
    return (const char *)((const struct multiboot_info *)pa)->cmdline;
}

/* The sizes of memory are a part of the map, too. [MB1 3.3] */
void told_memory(uint32_t pa, void (*usable)(uint64_t start, uint64_t end))
{
    const struct multiboot_info *info = (const void *)pa;
    uint32_t at = info->mmap_addr;

    while (at < info->mmap_addr + info->mmap_length) {
        const struct multiboot_mmap_entry *entry = (const void *)at;

        if (entry->type == 1)
            usable(entry->base, entry->base + entry->length);
        at += entry->size + sizeof(entry->size);
    }
    usable(0, (uint64_t)info->mem_lower << 10);
    usable(1u << 20, (1u << 20) + ((uint64_t)info->mem_upper << 10));
}
