/*
 * Multiboot 1: copies everything that Baton needs. It checks every number, and does not trust that
 * a string ends. [MB1 3.3]
 */
#include "boot/bootinfo.h"
#include "boot/copy.h"
#include "lib/multiboot1.h"
#include "boot/names.h"

#define FRAMEBUFFER_RGB 1
#define FRAMEBUFFER_TEXT 2

static const char *read_map(struct boot_info *info, const struct multiboot_info *mb,
                            boot_reader *read)
{
    uint64_t at = mb->mmap_addr, end = at + mb->mmap_length;

    if (!copy_is_low(at, mb->mmap_length))
        return "the loader's memory map reaches beyond 4 GiB (mmap_addr, mmap_length)";
    while (at < end) {
        struct multiboot_mmap_entry entry;

        if (end - at < sizeof(entry))
            return "the loader's memory map ends within an entry (mmap_length)";
        if (info->given_count == BOOT_MEMORY)
            return "the loader's memory map has more than 512 entries";
        read(at, &entry, sizeof(entry));
        if (entry.size < sizeof(entry) - sizeof(entry.size))
            return "an entry of the loader's memory map is too short (size)";
        if (entry.size > end - at - sizeof(entry.size))
            return "an entry of the loader's memory map is longer than the map (size)";
        copy_memory(info, entry.base, entry.length, entry.type);
        at += (uint64_t)entry.size + sizeof(entry.size);
    }
    return NULL;
}

static const char *read_modules(struct boot_info *info, const struct multiboot_info *mb,
                                boot_reader *read)
{
    if (mb->mods_count > BOOT_MODULES)
        return "the loader gives more than 32 modules (mods_count)";
    if (!copy_is_low(mb->mods_addr, (uint64_t)mb->mods_count * sizeof(struct multiboot_module)))
        return "the loader's list of modules reaches beyond 4 GiB (mods_addr)";
    for (uint32_t i = 0; i < mb->mods_count; i++) {
        struct multiboot_module m;
        struct boot_module *module = &info->module[i];

        read(mb->mods_addr + (uint64_t)i * sizeof(m), &m, sizeof(m));
        if (m.end < m.start)
            return "a module ends before it starts (mod_start, mod_end)";
        module->file = (struct baton_file){m.start, m.end - m.start};
        module->string = "";
        if (m.string) {
            char *string = copy_string(info, read, m.string, COPY_LIMIT);

            if (!string)
                return "the modules' strings do not end, or are longer than 16 KiB together";
            module->string = copy_arguments(info, string);
        }
        info->modules++;
    }
    return NULL;
}

static void read_screen(struct boot_info *info, const struct multiboot_info *mb)
{
    struct boot_framebuffer given = {
        .pa = (uint64_t)mb->framebuffer_addr[1] << 32 | mb->framebuffer_addr[0],
        .pitch = mb->framebuffer_pitch,
        .width = mb->framebuffer_width,
        .height = mb->framebuffer_height,
        .bits = mb->framebuffer_bpp,
    };

    if (!(mb->flags & MULTIBOOT_HAS_FRAMEBUFFER) || mb->framebuffer_type == FRAMEBUFFER_TEXT) {
        /* not reported: a BIOS loader leaves VGA text mode, and Baton requests no other mode */
        info->screen = (struct baton_screen){.kind = BATON_SCREEN_TEXT, .columns = 80, .rows = 25};
        return;
    }
    if (mb->framebuffer_type != FRAMEBUFFER_RGB) {
        copy_note(info, "the framebuffer has a palette, or its type is unknown", 0);
        return;
    }
    __builtin_memcpy(given.colour, mb->color_info, sizeof(given.colour));
    copy_framebuffer(info, &given, 0);
}

const char *boot_read_multiboot1(uint64_t pa, boot_reader *read, struct boot_info *info)
{
    struct multiboot_info mb;
    const char *wrong = NULL;

    if (!copy_is_low(pa, sizeof(mb)))
        return "the loader's information reaches beyond 4 GiB (ebx)";
    read(pa, &mb, sizeof(mb));

    if (mb.flags & MULTIBOOT_HAS_LOADER_NAME) {
        const char *name = copy_string(info, read, mb.boot_loader_name, COPY_LIMIT);

        if (!name)
            return "the loader's name does not end (boot_loader_name)";
        copy_loader(info, name);
    }
    if (mb.flags & MULTIBOOT_HAS_CMDLINE) {
        char *line = copy_string(info, read, mb.cmdline, COPY_LIMIT);

        if (!line)
            return "Baton's command line does not end, or is longer than 16 KiB (cmdline)";
        info->names_first = names_come_first(line);
        info->command_line = copy_arguments(info, line);
    }
    if (mb.flags & MULTIBOOT_HAS_BOOT_DEVICE)
        info->boot_device = mb.boot_device;
    info->has_map = (mb.flags & MULTIBOOT_HAS_MMAP) && mb.mmap_length;
    if (info->has_map)
        wrong = read_map(info, &mb, read);
    else if (mb.flags & MULTIBOOT_HAS_MEM)
        copy_memory_sizes(info, mb.mem_lower, mb.mem_upper);
    else
        wrong = "the loader gives neither a memory map nor mem_upper";
    if (!wrong && (mb.flags & MULTIBOOT_HAS_MODULES))
        wrong = read_modules(info, &mb, read);
    read_screen(info, &mb);
    return wrong;
}
