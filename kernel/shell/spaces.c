/* Live tables, new tables, and the names of flag bits. */
#include "kernel/shell/spaces.h"

#include "kernel/live.h"
#include "kernel/print.h"
#include "kernel/shell/commands.h"
#include "kernel/stage.h"
#include "relocate/text.h"

bool spaces_get(const struct words *words, uint32_t i, struct pt_space *space)
{
    const struct stage *stage = stage_loaded();

    if (i >= words->count || words_equal(words->word[i], "live")) {
        *space = (struct pt_space){live.summary.pae ? &pt_pae : &pt_legacy, stage_host(),
                                   live.summary.root};
        return true;
    }
    if (!words_equal(words->word[i], "new")) {
        command_usage(words, "the tables are live or new");
        return false;
    }
    if (!stage) {
        report("refused", "there are no new tables: nothing is loaded; load does that");
        return false;
    }
    *space = (struct pt_space){stage->image.pae ? &pt_pae : &pt_legacy, stage_host(),
                               stage->image.tables[0]};
    return true;
}

static const struct {
    uint64_t bit;
    const char *name;
    bool leaf; /* only where the entry maps a page */
} flags[] = {
    {PTE_WRITE, "write", false},
    {PTE_USER, "user", false},
    {PTE_WRITE_THROUGH, "write-through", false},
    {PTE_NO_CACHE, "no-cache", false},
    {PTE_ACCESSED, "accessed", false},
    {PTE_DIRTY, "dirty", true},
    {PTE_GLOBAL, "global", true},
    {PTE_NX, "no-execute", false},
};

void spaces_flags(const struct pt_format *format, unsigned level, uint64_t entry, char *out)
{
    struct text text = {out, SPACES_FLAGS, 0};
    bool leaf = level == format->levels - 1u || (format->level[level].large && entry & PTE_LARGE);

    if (!(entry & PTE_PRESENT)) {
        text_add(&text, "not present");
        return;
    }
    text_add(&text, "present");
    if (leaf && level < format->levels - 1u)
        text_add(&text, " large");
    for (unsigned i = 0; i < sizeof(flags) / sizeof(*flags); i++)
        if (entry & flags[i].bit && (leaf || !flags[i].leaf)) {
            text_char(&text, ' ');
            text_add(&text, flags[i].name);
        }
    if (entry & ~format->level[level].allowed)
        text_add(&text, " RESERVED BITS");
}
