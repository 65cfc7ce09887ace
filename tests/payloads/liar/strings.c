/*
 * The place of the information (info=0x... moves it), and lies about strings.
 *
 *   cmd=none|null|far|long|raw    no flag; pointer 0; beyond memory; 6000 characters; unterminated
 *   loader=none|null|far|long     likewise, for the boot loader's name
 *   loader=grub0|kexec            GRUB 0.97's name; kexec-tools'
 *   names=first                   file names before the arguments, as these two loaders do
 */
#include "liar/liar.h"

#define ARENA_SIZE 0x40000
#define LONG 6000
#define BEYOND_MEMORY 0xfffffff0u /* the BIOS's ROM: readable, never a string */

static uint8_t own_arena[ARENA_SIZE] __attribute__((aligned(4096)));
static uint32_t used;

void *arena(uint32_t size)
{
    uint8_t *base = (uint8_t *)(uintptr_t)word_number("info", (uint32_t)(uintptr_t)own_arena);
    uint8_t *p = base + used;

    used += (size + 15) & ~15u;
    if (used > ARENA_SIZE)
        give_up("the arena is full");
    for (uint32_t i = 0; i < size; i++)
        p[i] = 0;
    return p;
}

char *arena_string(const char *text)
{
    uint32_t size = 1;

    while (text[size - 1] != '\0')
        size++;
    char *copy = arena(size);
    for (uint32_t i = 0; i < size; i++)
        copy[i] = text[i];
    return copy;
}

const char *as_given(const char *string)
{
    return word("names", "first") ? string : past_file_name(string);
}

const char *past_file_name(const char *string)
{
    while (*string != '\0' && *string != ' ')
        string++;
    while (*string == ' ')
        string++;
    return string;
}

static uint32_t lie(const char *name, const char *truth)
{
    if (word(name, "null"))
        return 0;
    if (word(name, "far"))
        return BEYOND_MEMORY;
    if (word(name, "long")) {
        char *text = arena(LONG + 1);
        uint32_t i = 0;
        for (; truth[i] != '\0'; i++)
            text[i] = truth[i];
        for (text[i++] = ' '; i < LONG; i++)
            text[i] = 'x';
        return (uint32_t)(uintptr_t)text;
    }
    return (uint32_t)(uintptr_t)arena_string(truth);
}

void make_strings(struct mb_info *info, const char *command_line)
{
    info->flags |= word("cmd", "none") ? 0 : MB_HAS_COMMAND_LINE;
    info->command_line = lie("cmd", command_line);
    info->flags |= word("loader", "none") ? 0 : MB_HAS_LOADER;
    info->loader = lie("loader", word("loader", "grub0")   ? "GNU GRUB 0.97"
                                 : word("loader", "kexec") ? "kexec 2.0.25"
                                                           : "liar");
}
