/* The information of multiboot 1. [MB1 3.3] */
#include "lib/multiboot1.h"

#include "lib/console.h"
#include "mbkernel/report.h"

static const char *text(uint32_t pa)
{
    return pa ? (const char *)pa : "";
}

static void report_map(const struct multiboot_info *info)
{
    uint32_t at = info->mmap_addr;

    while (at < info->mmap_addr + info->mmap_length) {
        const struct multiboot_mmap_entry *entry = (const void *)at;

        report_memory(entry->base, entry->length, entry->type);
        at += entry->size + sizeof(entry->size);
    }
}

void report_information(uint32_t pa)
{
    const struct multiboot_info *info = (const void *)pa;
    const struct multiboot_module *module = (const void *)info->mods_addr;

    say("told flags %x\n", info->flags);
    say("told sizes %u %u\n", info->mem_lower, info->mem_upper);
    report_string("line", text(info->cmdline));
    report_string("loader", text(info->boot_loader_name));
    for (uint32_t i = 0; i < info->mods_count; i++)
        report_module(module[i].start, module[i].end, text(module[i].string));
    if (info->flags & MULTIBOOT_HAS_MMAP)
        report_map(info);
    if (info->flags & MULTIBOOT_HAS_SECTIONS)
        report_sections(info->sections, info->section_count, info->section_size,
                        info->section_names);
    if (info->flags & MULTIBOOT_HAS_FRAMEBUFFER)
        report_screen(info->framebuffer_addr[0] | (uint64_t)info->framebuffer_addr[1] << 32,
                      info->framebuffer_pitch, info->framebuffer_width, info->framebuffer_height,
                      info->framebuffer_bpp, info->framebuffer_type);
}
