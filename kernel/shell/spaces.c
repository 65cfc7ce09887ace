/* The live and the new tables, and the names of flag bits. */
#include "kernel/shell/spaces.h"

#include "kernel/console/print.h"
#include "kernel/load/stage.h"
#include "kernel/machine/window.h"
#include "kernel/memory/live.h"
#include "kernel/shell/commands.h"
#include "kernel/shell/owners.h"
#include "lib/text.h"

bool spaces_is_table(uint64_t pa)
{
    return owners_is_ram(baton_page_down(pa), baton_page_down(pa) + BATON_PAGE_SIZE);
}

void *spaces_map(void *ctx, enum baton_window window, uint64_t pa)
{
    static uint8_t zeros[BATON_PAGE_SIZE] __attribute__((aligned(BATON_PAGE_SIZE)));

    (void)ctx;
    return spaces_is_table(pa) ? window_map(window, pa) : zeros + (pa & BATON_PAGE_MASK);
}

static const struct baton_host host = {.map = spaces_map};

bool spaces_get(const struct words *words, uint32_t i, struct pt_space *space)
{
    const struct stage *stage = stage_loaded();

    if (i >= words->count || words_equal(words->word[i], "live")) {
        *space = (struct pt_space){pt_format_of(live.summary.kind), &host, live.summary.root};
        return true;
    }
    bool entry = words_equal(words->word[i], "entry");

    if (!entry && !words_equal(words->word[i], "new")) {
        command_usage(words, "the tables are live, new or entry");
        return false;
    }
    if (!stage) {
        report("refused", "there are no new tables: nothing is loaded; load does that");
        return false;
    }
    if (entry && !stage->image.long_tables[0]) {
        report("refused", "the payload is entered with paging off; entry belongs to an ELF64");
        return false;
    }
    *space =
        entry ? (struct pt_space){&pt_long, &host, stage->image.long_tables[0]}
              : (struct pt_space){pt_format_of(stage->image.kind), &host, stage->image.tables[0]};
    return true;
}

static const struct {
    uint64_t bit;
    const char *name;
    bool leaf; /* only in an entry that maps a page */
} flags[] = {
    {PTE_WRITE, "write", false},
    {PTE_USER, "user", false},
    {PTE_WRITE_THROUGH, "write-through", false},
    {PTE_NO_CACHE, "no-cache", false},
    {PTE_ACCESSED, "accessed", false},
    {PTE_DIRTY, "dirty", true},
    {PTE_GLOBAL, "global", true},
    {PTE_NX, "nx", false},
};

void spaces_flags(const struct pt_format *format, unsigned level, uint64_t entry, char *out)
{
    struct text text = {out, SPACES_FLAGS, 0};
    bool leaf = pt_is_leaf(format, level, entry);

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
    uint64_t reserved = entry & ~format->level[level].allowed;
    if (reserved)
        text_add(&text, reserved == PTE_ACCESSED ? " (reserved)" : " RESERVED BITS");
}
