/* Copies the loader's strings, memory ranges and framebuffer, for both boot protocols. It does not
 * trust that a string ends, nor that a number makes sense. */
#include "boot/copy.h"
#include "boot/names.h"
#include "lib/text.h"

bool copy_is_low(uint64_t pa, uint64_t n)
{
    return pa <= COPY_LIMIT && n <= COPY_LIMIT - pa;
}

char *copy_string(struct boot_info *info, boot_reader *read, uint64_t pa, uint64_t end)
{
    uint32_t start = info->text_used;

    for (uint64_t at = pa; info->text_used < BOOT_TEXT; at++) {
        char *c = &info->text[info->text_used++];

        if (at >= end)
            return NULL;
        read(at, c, 1);
        if (!*c)
            return &info->text[start];
    }
    return NULL;
}

void copy_loader(struct boot_info *info, const char *name)
{
    uint32_t i = 0;

    for (; name[i] && i < sizeof(info->loader) - 1; i++)
        info->loader[i] = name[i];
    info->loader[i] = '\0';
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

const char *copy_arguments(const struct boot_info *info, char *string)
{
    if (text_after(info->loader, "GRUB"))
        drop_backslashes(string);
    if (info->names_first)
        return names_skip(string);
    while (*string == ' ')
        string++;
    return string;
}

void copy_memory(struct boot_info *info, uint64_t start, uint64_t length, uint32_t type)
{
    struct baton_memory m = {start, start + length, type};

    if (m.end < m.start) { /* wraps around 2^64: such memory cannot exist */
        if (!info->wrapping++)
            info->first_wrapping = m;
        return;
    }
    info->given[info->given_count++] = m;
}

void copy_memory_sizes(struct boot_info *info, uint32_t lower, uint32_t upper)
{
    copy_memory(info, 0, (uint64_t)lower << 10, BATON_MEM_USABLE);
    copy_memory(info, 0x100000, (uint64_t)upper << 10, BATON_MEM_USABLE);
}

void copy_framebuffer(struct boot_info *info, const struct boot_framebuffer *given, uint32_t tag)
{
    uint64_t size = (uint64_t)given->pitch * given->height;

    if (!given->pa || !given->width || !size)
        copy_note(info, "the framebuffer has no address or no size", tag);
    else if (given->bits != 15 && given->bits != 16 && given->bits != 24 && given->bits != 32)
        copy_note(info, "the framebuffer has neither 15, 16, 24 nor 32 bits per pixel", tag);
    else if (given->width > UINT16_MAX || given->height > UINT16_MAX)
        copy_note(info, "the framebuffer has more than 65535 columns or rows", tag);
    else if ((uint64_t)given->width * ((given->bits + 7u) / 8) > given->pitch)
        copy_note(info, "a row of the framebuffer is longer than its pitch", tag);
    else if (given->pa + size < given->pa)
        copy_note(info, "the framebuffer wraps around 2^64", tag);
    else
        info->screen = (struct baton_screen){
            .kind = BATON_SCREEN_LINEAR,
            .pa = given->pa,
            .pitch = given->pitch,
            .width = (uint16_t)given->width,
            .height = (uint16_t)given->height,
            .bits = given->bits,
            .red_at = given->colour[0],
            .red_size = given->colour[1],
            .green_at = given->colour[2],
            .green_size = given->colour[3],
            .blue_at = given->colour[4],
            .blue_size = given->colour[5],
        };
}

void copy_note(struct boot_info *info, const char *why, uint32_t tag)
{
    if (info->notes < BOOT_NOTES)
        info->note[info->notes] = (struct boot_note){why, tag};
    info->notes++;
}
