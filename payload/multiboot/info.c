/* The block of information for a multiboot kernel: what both formats write into it. */
#include "payload/multiboot/multiboot.h"

#include "lib/multiboot1.h"

#define LOWER_MOST 640u /* KiB [MB1 3.3] */
#define TEXT_PA 0xb8000u
#define TEXT_CELL 2u /* bytes: character and colour */

uint32_t multiboot_put(struct multiboot_block *block, const void *from, size_t n)
{
    uint32_t at = block->length;

    if (block->area)
        baton_area_write(block->host, block->payload, block->area, at, from, n);
    block->length += (uint32_t)n;
    return at;
}

uint32_t multiboot_put_string(struct multiboot_block *block, const char *string)
{
    return multiboot_put(block, string, string_length(string) + 1);
}

void multiboot_put_padding(struct multiboot_block *block, uint32_t align)
{
    static const uint8_t zeros[8];

    multiboot_put(block, zeros, (0 - block->length) & (align - 1));
}

uint32_t multiboot_memory_type(uint32_t type)
{
    return type >= BATON_MEM_USABLE && type <= BATON_MEM_BAD ? type : BATON_MEM_RESERVED;
}

/* Bytes of usable memory from `start` on, or from a little above it, up to the first hole. */
static uint64_t usable_from(struct map_walk memory, uint64_t start)
{
    uint64_t end = start;

    for (struct baton_memory m; map_next(&memory, &m);)
        if (m.type == BATON_MEM_USABLE && m.end > end &&
            (m.start <= end || (end == start && m.start < start + BATON_PAGE_SIZE)))
            end = m.end;
    return end - start;
}

uint32_t multiboot_lower(struct map_walk memory)
{
    uint64_t kib = usable_from(memory, 0) >> 10;

    return kib < LOWER_MOST ? (uint32_t)kib : LOWER_MOST;
}

uint32_t multiboot_upper(struct map_walk memory)
{
    uint64_t kib = usable_from(memory, 1u << 20) >> 10;

    return kib < UINT32_MAX ? (uint32_t)kib : UINT32_MAX;
}

struct multiboot_screen multiboot_screen(const struct baton_screen *s)
{
    switch (s->kind) {
    case BATON_SCREEN_TEXT:
        return (struct multiboot_screen){
            TEXT_PA,       s->columns * TEXT_CELL,     s->columns, s->rows,
            8 * TEXT_CELL, MULTIBOOT_FRAMEBUFFER_TEXT, {0}};
    case BATON_SCREEN_LINEAR:
        return (struct multiboot_screen){
            s->pa,
            s->pitch,
            s->width,
            s->height,
            s->bits,
            MULTIBOOT_FRAMEBUFFER_RGB,
            {s->red_at, s->red_size, s->green_at, s->green_size, s->blue_at, s->blue_size}};
    }
    return (struct multiboot_screen){0};
}
