/* From drawings to recipes. */
#include "tests/host/paper/picture.h"

#include <string.h>

static bool is_block(char c)
{
    return c != '.' && c != '0' && c != '\0';
}

void picture_recipe(const struct picture *picture, uint64_t base, uint64_t pages,
                    struct recipe *recipe)
{
    const char *before = picture->before, *after = picture->after;
    uint64_t block = pages * BATON_PAGE_SIZE;
    unsigned segments = 0, files = 0;

    memset(recipe, 0, sizeof(*recipe));
    recipe->name = picture->name;
    /* A little memory low down for control pages, and the drawing with a page on each side. */
    recipe->memory[0] = (struct baton_memory){0x100000, 0x180000, BATON_MEM_USABLE};
    recipe->memory[1] =
        (struct baton_memory){base - BATON_PAGE_SIZE, base + strlen(before) * block, 1};
    if (recipe->memory[1].end < MACHINE_END)
        recipe->memory[1].end += BATON_PAGE_SIZE;
    for (unsigned i = 0; before[i]; i++)
        if (is_block(before[i]) && (!i || !is_block(before[i - 1]))) {
            unsigned n = (unsigned)strcspn(before + i, ".0");

            recipe->file[files++] = (struct baton_range){base + i * block, base + (i + n) * block};
        }

    for (unsigned at = 0; after[at];) {
        struct recipe_segment *s = &recipe->segment[segments];
        const char *from = is_block(after[at]) ? strchr(before, after[at]) : NULL;
        unsigned n = 0;

        if (after[at] == '.') {
            at++;
            continue;
        }
        s->flags = BATON_SEG_FIXED;
        s->prefer = base + at * block;
        if (from) {
            s->source = base + (uint64_t)(from - before) * block;
            while (is_block(from[n]) && after[at + n] == from[n])
                n++;
        }
        s->file_size = n * block;
        n += (unsigned)strspn(after + at + n, "0");
        s->mem_size = n * block;
        at += n;
        segments++;
    }
}
