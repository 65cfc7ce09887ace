/*
 * What a multiboot 1 kernel is told: the information structure, and behind it in the same area all
 * that it points to. [MB1 3.3]
 *
 * Not there, and their flags clear: boot device, APM table, drives, ROM configuration table, VBE. The
 * hand-off knows none of them.
 */
#include "lib/multiboot1.h"

#include "payload/multiboot/multiboot1.h"

/* The address of what lies at that offset of the block; 0 while it is only counted. */
static uint32_t address(const struct multiboot_block *block, uint32_t offset)
{
    return block->area ? (uint32_t)block->area->dest + offset : 0;
}

static void put_modules(struct multiboot_block *block, const struct baton_request *request,
                        struct multiboot_info *info)
{
    const struct baton_module *module;
    struct multiboot_module list[BATON_MODULES] = {{0}};
    uint32_t n = 0;

    for (; (module = multiboot_module(request, n)); n++) {
        const struct baton_segment *s = baton_segment_find(block->payload, BATON_ROLE_MODULE, n);

        list[n].start = (uint32_t)s->dest;
        list[n].end = (uint32_t)(s->dest + s->mem_size);
        if (module->string)
            list[n].string = address(block, multiboot_put_string(block, module->string));
    }
    multiboot_put_padding(block, 4);
    info->mods_addr = address(block, multiboot_put(block, list, n * sizeof(*list)));
    info->mods_count = n;
}

/* Counted are as many entries as there can be. */
static void put_map(struct multiboot_block *block, const struct baton_request *request,
                    struct multiboot_info *info)
{
    struct map_walk walk = map_walk(block->host, request, block->payload);
    uint32_t start = block->length;
    struct multiboot_mmap_entry entry = {.size = sizeof(entry) - sizeof(entry.size)};

    if (!block->area)
        multiboot_put(block, NULL, map_most(block->host, request) * sizeof(entry));
    for (struct baton_memory m; block->area && map_next(&walk, &m);) {
        entry.base = m.start;
        entry.length = m.end - m.start;
        entry.type = multiboot_memory_type(m.type);
        multiboot_put(block, &entry, sizeof(entry));
    }
    info->mmap_addr = address(block, start);
    info->mmap_length = block->length - start;
}

static void describe_screen(const struct baton_request *request, struct multiboot_info *info)
{
    struct multiboot_screen s = multiboot_screen(&request->screen);

    if (!s.type)
        return;
    info->flags |= MULTIBOOT_HAS_FRAMEBUFFER;
    info->framebuffer_addr[0] = (uint32_t)s.pa;
    info->framebuffer_addr[1] = (uint32_t)(s.pa >> 32);
    info->framebuffer_pitch = s.pitch;
    info->framebuffer_width = s.width;
    info->framebuffer_height = s.height;
    info->framebuffer_bpp = s.bits;
    info->framebuffer_type = s.type;
    __builtin_memcpy(info->color_info, s.colour, sizeof(s.colour));
}

static void put_sections(struct multiboot_block *block, const struct baton_request *request,
                         struct multiboot_info *info)
{
    struct multiboot_kept kept = multiboot_kept(block->payload);

    if (!kept.section_count)
        return;
    multiboot_put_padding(block, 8);
    info->flags |= MULTIBOOT_HAS_SECTIONS;
    info->section_count = kept.section_count;
    info->section_size = kept.section_size;
    info->section_names = kept.section_names;
    info->sections = address(block, block->length);
    multiboot_put_sections(block, request, &kept);
}

uint32_t multiboot1_write(const struct baton_host *host, const struct baton_request *request,
                          const struct baton_payload *payload, const struct baton_segment *area)
{
    struct multiboot_block block = {host, payload, area, sizeof(struct multiboot_info)};
    struct map_walk memory = map_walk(host, request, payload);
    struct multiboot_info info = {
        .flags = MULTIBOOT_HAS_MEM | MULTIBOOT_HAS_CMDLINE | MULTIBOOT_HAS_MODULES |
                 MULTIBOOT_HAS_MMAP | MULTIBOOT_HAS_LOADER_NAME,
        .mem_lower = multiboot_lower(memory),
        .mem_upper = multiboot_upper(memory),
    };

    info.cmdline = address(&block, multiboot_put_string(&block, request->command_line));
    info.boot_loader_name = address(&block, multiboot_put_string(&block, MULTIBOOT_LOADER));
    put_modules(&block, request, &info);
    put_map(&block, request, &info);
    put_sections(&block, request, &info);
    describe_screen(request, &info);
    if (area)
        baton_area_write(host, payload, area, 0, &info, sizeof(info));
    return block.length;
}
