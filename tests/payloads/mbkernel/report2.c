/* The information of multiboot 2. [MB2 3.6] */
#include "lib/multiboot2.h"

#include "lib/console.h"
#include "lib/crc32.h"
#include "mbkernel/report.h"

static void report_map(const struct multiboot2_memory_map *map)
{
    uint32_t at = (uint32_t)map + sizeof(*map);

    for (; at < (uint32_t)map + map->tag.size; at += map->entry_size) {
        const struct multiboot2_memory *m = (const void *)at;

        report_memory(m->base, m->length, m->type);
    }
}

/* How many structures the tables have, and of which type the last one is: 127 is the end. Each has a
 * formatted part, and strings with two NULs behind them. [SMBIOS 6.1] */
static void report_smbios(const uint8_t *at, const uint8_t *end)
{
    uint32_t count = 0, type = 0;

    for (; at + 4 <= end && type != 127; count++) {
        type = at[0];
        for (at += at[1]; at + 2 <= end && (at[0] || at[1]); at++)
            ;
        at += 2;
    }
    say("told SMBIOS %u structures, the last of type %u\n", count, type);
}

static void report_tag(const struct multiboot2_tag *tag)
{
    const void *body = tag + 1;
    const uint32_t *word = body;
    const struct multiboot2_sections *sections = (const void *)tag;
    const struct multiboot2_framebuffer *screen = (const void *)tag;

    switch (tag->type) {
    case MULTIBOOT2_COMMAND_LINE:
        report_string("line", body);
        break;
    case MULTIBOOT2_LOADER_NAME:
        report_string("loader", body);
        break;
    case MULTIBOOT2_MODULE:
        report_module(word[0], word[1], (const char *)(word + 2));
        break;
    case MULTIBOOT2_MEMORY_SIZES:
        say("told sizes %u %u\n", word[0], word[1]);
        break;
    case MULTIBOOT2_MEMORY_MAP:
        report_map((const void *)tag);
        break;
    case MULTIBOOT2_SECTIONS:
        report_sections((uint32_t)(sections + 1), sections->count, sections->entry_size,
                        sections->names);
        break;
    case MULTIBOOT2_FRAMEBUFFER:
        report_screen(screen->address, screen->pitch, screen->width, screen->height, screen->bits,
                      screen->type);
        break;
    case MULTIBOOT2_SMBIOS:
        report_smbios((const uint8_t *)body + 8, (const uint8_t *)tag + tag->size);
        break;
    case MULTIBOOT2_ACPI_OLD:
    case MULTIBOOT2_ACPI_NEW:
        say("told root pointer, tag %u, crc %x\n", tag->type, crc32(0, body, tag->size - 8));
        break;
    }
}

void report_information(uint32_t pa)
{
    const struct multiboot2_start *start = (const void *)pa;
    uint32_t at = pa + sizeof(*start);
    const struct multiboot2_tag *tag = (const void *)at;

    for (; tag->type != MULTIBOOT2_END; tag = (const void *)at) {
        report_tag(tag);
        at += (tag->size + 7) & ~7u;
    }
    say("told end %u\n", at + sizeof(*tag) - pa == start->total_size);
}
