/*
 * Lies about modules; move=0x... first copies them there, one after the other, without alignment.
 *
 *   mods=none       count 0                     mods=noflag    the flag is missing
 *   mods=backwards  start > end                 mods=empty     start == end
 *   mods=beyond     ends beyond memory          mods=rom       lies in the BIOS's ROM
 *   mods=kernel     overlaps the kernel         mods=same      the second is the first again
 *   mods=wildlist   the list beyond memory      mods=count     2^28 of them
 *   mods=low        starts at 0 (real mode's vectors)
 *   mods=lap        the second lies within the first
 *   string=null|far|end   no string; beyond memory; unterminated up to the end of the arena
 */
#include "liar/liar.h"

#define BEYOND_MEMORY 0xfffff000u
#define MODULES_MAX 16

static void copy_out(struct mb_module *module, uint32_t count, uint32_t to)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t size = module[i].end - module[i].start;
        uint8_t *target = (uint8_t *)(uintptr_t)to;
        const uint8_t *source = (const uint8_t *)(uintptr_t)module[i].start;

        if (to > module[i].start)
            for (uint32_t n = size; n-- > 0;)
                target[n] = source[n];
        else
            for (uint32_t n = 0; n < size; n++)
                target[n] = source[n];
        module[i].start = to;
        module[i].end = to + size;
        to += size;
    }
}

static void lie(struct mb_module *m, uint32_t count)
{
    if (word("mods", "backwards")) {
        uint32_t swap = m[0].start;
        m[0].start = m[0].end;
        m[0].end = swap;
    } else if (word("mods", "empty")) {
        m[0].end = m[0].start;
    } else if (word("mods", "beyond")) {
        m[0].end = 0xe0000000;
    } else if (word("mods", "rom")) {
        m[0].start = 0xf0000;
        m[0].end = 0x100000;
    } else if (word("mods", "kernel")) {
        m[0].start = 0x100000;
        m[0].end = 0x104000;
    } else if (word("mods", "low")) {
        m[0].end -= m[0].start;
        m[0].start = 0;
    } else if (word("mods", "same") && count > 1) {
        m[1] = m[0];
    } else if (word("mods", "lap") && count > 1) {
        m[1].start = m[0].end - 0x4800;
        m[1].end = m[0].end - 0x400;
    }
}

void make_modules(struct mb_info *info, const struct mb_module *given, uint32_t count)
{
    struct mb_module *m = arena(MODULES_MAX * (uint32_t)sizeof *m);

    if (count > MODULES_MAX)
        give_up("too many modules");
    for (uint32_t i = 0; i < count; i++) {
        m[i] = given[i];
        m[i].string =
            (uint32_t)(uintptr_t)arena_string(as_given((const char *)(uintptr_t)given[i].string));
    }
    if (word_given("move"))
        copy_out(m, count, word_number("move", 0));
    if (count > 0) {
        lie(m, count);
        if (word("string", "null"))
            m[0].string = 0;
        if (word("string", "far"))
            m[0].string = BEYOND_MEMORY;
        if (word("string", "end")) {
            char *text = arena(0x8000);
            for (uint32_t i = 0; i < 0x8000; i++)
                text[i] = 'y';
            m[0].string = (uint32_t)(uintptr_t)text;
        }
    }
    info->flags |= word("mods", "noflag") ? 0 : MB_HAS_MODULES;
    info->mods_count = word("mods", "none") ? 0 : word("mods", "count") ? 1u << 28 : count;
    info->mods = word("mods", "wildlist") ? BEYOND_MEMORY : (uint32_t)(uintptr_t)m;
}
