/*
 * Multiboot 1: copies everything that Baton needs. It checks every number, and does not trust that
 * a string ends. [MB1 3.3]
 */
#include "boot/bootinfo.h"
#include "boot/multiboot.h"
#include "boot/names.h"

#define FOUR_GIB (1ull << 32)
#define FRAMEBUFFER_RGB 1
#define FRAMEBUFFER_TEXT 2

/* Are n bytes at pa in the range that a loader can use? */
static bool is_low(uint64_t pa, uint64_t n)
{
    return pa <= FOUR_GIB && n <= FOUR_GIB - pa;
}

static bool same_start(const char *string, const char *start)
{
    while (*start)
        if (*string++ != *start++)
            return false;
    return true;
}

/* Copies a string to info->text. NULL: there is no room, or it does not end. */
static char *copy_string(struct boot_info *info, boot_reader *read, uint32_t pa)
{
    uint32_t start = info->text_used;

    for (uint64_t at = pa; info->text_used < BOOT_TEXT; at++) {
        char *c = &info->text[info->text_used++];

        if (at >= FOUR_GIB)
            return NULL;
        read(at, c, 1);
        if (!*c)
            return &info->text[start];
    }
    return NULL;
}

/* GRUB puts a backslash before \ ' and " when it joins its arguments; a kernel expects none. */
static void drop_backslashes(char *string)
{
    char *to = string;

    for (; *string; string++) {
        if (string[0] == '\\' && (string[1] == '\\' || string[1] == '\'' || string[1] == '"'))
            string++;
        *to++ = *string;
    }
    *to = '\0';
}

/* Only the arguments, as the user wrote them. */
static const char *arguments_of(const struct boot_info *info, char *string)
{
    if (same_start(info->loader, "GRUB"))
        drop_backslashes(string);
    if (info->names_first)
        return names_skip(string);
    while (*string == ' ')
        string++;
    return string;
}

static void add_memory(struct boot_info *info, uint64_t start, uint64_t length, uint32_t type)
{
    struct baton_memory m = {start, start + length, type};

    if (m.end < m.start) { /* wraps around 2^64: such memory cannot exist */
        if (!info->wrapping++)
            info->first_wrapping = m;
        return;
    }
    info->given[info->given_count++] = m;
}

static const char *read_map(struct boot_info *info, const struct multiboot_info *mb,
                            boot_reader *read)
{
    uint64_t at = mb->mmap_addr, end = at + mb->mmap_length;

    if (!is_low(at, mb->mmap_length))
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
        add_memory(info, entry.base, entry.length, entry.type);
        at += (uint64_t)entry.size + sizeof(entry.size);
    }
    return NULL;
}

static void memory_from_sizes(struct boot_info *info, const struct multiboot_info *mb)
{
    add_memory(info, 0, (uint64_t)mb->mem_lower << 10, BATON_MEM_USABLE);
    add_memory(info, 0x100000, (uint64_t)mb->mem_upper << 10, BATON_MEM_USABLE);
}

static const char *read_modules(struct boot_info *info, const struct multiboot_info *mb,
                                boot_reader *read)
{
    if (mb->mods_count > BOOT_MODULES)
        return "the loader gives more than 32 modules (mods_count)";
    if (!is_low(mb->mods_addr, (uint64_t)mb->mods_count * sizeof(struct multiboot_module)))
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
            char *string = copy_string(info, read, m.string);

            if (!string)
                return "the modules' strings do not end, or are longer than 16 KiB together";
            module->string = arguments_of(info, string);
        }
        info->modules++;
    }
    return NULL;
}

static void read_screen(struct boot_info *info, const struct multiboot_info *mb)
{
    struct baton_screen *screen = &info->screen;

    if (!(mb->flags & MULTIBOOT_HAS_FRAMEBUFFER) || mb->framebuffer_type == FRAMEBUFFER_TEXT) {
        /* not reported: a BIOS loader leaves VGA text mode, and Baton requests no other mode */
        *screen = (struct baton_screen){.kind = BATON_SCREEN_TEXT, .columns = 80, .rows = 25};
        return;
    }
    if (mb->framebuffer_type != FRAMEBUFFER_RGB)
        return;
    screen->kind = BATON_SCREEN_LINEAR;
    screen->pa = (uint64_t)mb->framebuffer_addr[1] << 32 | mb->framebuffer_addr[0];
    screen->pitch = mb->framebuffer_pitch;
    screen->width = (uint16_t)mb->framebuffer_width;
    screen->height = (uint16_t)mb->framebuffer_height;
    screen->bits = mb->framebuffer_bpp;
    screen->red_at = mb->color_info[0];
    screen->red_size = mb->color_info[1];
    screen->green_at = mb->color_info[2];
    screen->green_size = mb->color_info[3];
    screen->blue_at = mb->color_info[4];
    screen->blue_size = mb->color_info[5];
}

const char *boot_read_multiboot1(uint32_t magic, uint64_t pa, boot_reader *read,
                                 struct boot_info *info)
{
    static const char unnamed[] = "an unnamed loader";
    struct multiboot_info mb;
    const char *wrong = NULL;

    __builtin_memcpy(info->loader, unnamed, sizeof(unnamed));
    info->command_line = "";
    if (magic != MULTIBOOT_LOADED_MAGIC)
        return "not entered by a multiboot loader (eax is not 0x2badb002)";
    if (!is_low(pa, sizeof(mb)))
        return "the loader's information reaches beyond 4 GiB (ebx)";
    read(pa, &mb, sizeof(mb));

    if (mb.flags & MULTIBOOT_HAS_LOADER_NAME) {
        const char *name = copy_string(info, read, mb.boot_loader_name);
        uint32_t i = 0;

        if (!name)
            return "the loader's name does not end (boot_loader_name)";
        for (; name[i] && i < sizeof(info->loader) - 1; i++)
            info->loader[i] = name[i];
        info->loader[i] = '\0';
    }
    if (mb.flags & MULTIBOOT_HAS_CMDLINE) {
        char *line = copy_string(info, read, mb.cmdline);

        if (!line)
            return "Baton's command line does not end, or is longer than 16 KiB (cmdline)";
        info->names_first = names_come_first(line);
        info->command_line = arguments_of(info, line);
    }
    if (mb.flags & MULTIBOOT_HAS_BOOT_DEVICE)
        info->boot_device = mb.boot_device;
    info->has_map = (mb.flags & MULTIBOOT_HAS_MMAP) && mb.mmap_length;
    if (info->has_map)
        wrong = read_map(info, &mb, read);
    else if (mb.flags & MULTIBOOT_HAS_MEM)
        memory_from_sizes(info, &mb);
    else
        wrong = "the loader gives neither a memory map nor mem_upper";
    if (!wrong && (mb.flags & MULTIBOOT_HAS_MODULES))
        wrong = read_modules(info, &mb, read);
    read_screen(info, &mb);
    return wrong;
}
