#include "baton/record.h"
#include "called/told.h"

const uint32_t told_magic = BATON_RECORD_MAGIC;

const char *told_line(uint32_t pa)
{
    const struct baton_record *record = (const void *)pa;

    return record->magic == BATON_RECORD_MAGIC && record->size == sizeof(*record)
               ? (const char *)record->command_line
               : "(a record that is none)";
}

void told_memory(uint32_t pa, void (*usable)(uint64_t start, uint64_t end))
{
    const struct baton_record *record = (const void *)pa;
    const struct baton_record_map *map = (const void *)record->map;

    for (; map; map = (const void *)map->next)
        for (uint32_t i = 0; i < map->count; i++)
            if (map->entry[i].type == 1)
                usable(map->entry[i].start, map->entry[i].end);
}
