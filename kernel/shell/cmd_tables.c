/*
 * tables: lists the pages of an image's tables, or prints the whole tree of present entries. A run of
 * similar entries is one line: level and indices, va, pa, size, flags.
 */
#include "kernel/shell/commands.h"

#include <stddef.h>

#include "kernel/console/print.h"
#include "kernel/load/stage.h"
#include "kernel/terminal/pager.h"
#include "kernel/shell/spaces.h"
#include "lib/text.h"

#define NAME 12 /* columns */

/* Entries [first, first + count) of a table that map contiguous memory with the same flags. */
struct fold {
    uint32_t first, count;
    uint64_t entry; /* of the first */
};

/* " PD 2-14", padded. Each deeper level is indented by one more column. */
static void name_fold(const struct pt_space *space, unsigned level, const struct fold *fold,
                      char name[NAME + 1])
{
    struct text text = {name, NAME + 1, 0};

    for (unsigned i = 0; i < level; i++)
        text_char(&text, ' ');
    text_add(&text, space->format->level[level].name);
    text_char(&text, ' ');
    text_decimal(&text, fold->first);
    if (fold->count > 1) {
        text_char(&text, '-');
        text_decimal(&text, fold->first + fold->count - 1);
    }
    while (text.length < NAME)
        text_char(&text, ' ');
}

static void report_fold(const struct pt_space *space, unsigned level, const struct fold *fold,
                      uint32_t va)
{
    uint64_t span = pt_span(space->format, level);
    uint64_t pa = fold->entry & space->format->address_bits;
    char line[SPACES_FLAGS], name[NAME + 1];
    const char *flags;

    spaces_flags(space->format, level, fold->entry, line);
    flags = text_after(line, "present"); /* all entries that are shown are present */
    name_fold(space, level, fold, name);
    if (pt_is_leaf(space->format, level, fold->entry))
        print("%s %a %a %Z%s\n", name, (uint64_t)va, pa & ~(span - 1), fold->count * span, flags);
    else
        print("%s %a %a      table%s%s\n", name, (uint64_t)va, pa, flags,
              spaces_is_table(pa) ? "" : "; that is not usable RAM, so it is not read");
}

/* va: the address that the table's first entry maps. Returns how many pages of tables it has
 * printed. */
static uint32_t report_table(const struct pt_space *space, unsigned level, uint64_t table,
                           uint32_t va)
{
    uint32_t entries = 1u << space->format->level[level].index_bits, tables = 1;
    uint64_t span = pt_span(space->format, level);
    struct fold fold;

    for (uint32_t i = 0; i < entries && !pager_stopped(); i += fold.count) {
        fold = (struct fold){i, 1, pt_entry(space, table, i)};
        if (!(fold.entry & PTE_PRESENT))
            continue;
        bool leaf = pt_is_leaf(space->format, level, fold.entry);
        while (leaf && i + fold.count < entries &&
               pt_entry(space, table, i + fold.count) == fold.entry + fold.count * span)
            fold.count++;
        report_fold(space, level, &fold, va + (uint32_t)(i * span));
        if (!leaf && spaces_is_table(fold.entry & space->format->address_bits))
            tables += report_table(space, level + 1, fold.entry & space->format->address_bits,
                                 va + (uint32_t)(i * span));
    }
    return tables;
}

static bool report_page(void *ctx, uint64_t pa, enum baton_table_use use)
{
    static const char *const uses[] = {
        [BATON_TABLE_TRAMPOLINE] = "the trampoline runs on it",
        [BATON_TABLE_FAULT] = "for a fault after the payload has switched paging on",
        [BATON_TABLE_ENTRY] = "the payload is entered on it",
    };

    ++*(uint32_t *)ctx;
    report("table", "%a  %s", pa, uses[use]);
    return !pager_stopped();
}

/* tables pages: those of the loaded image, as a hypervisor would have to know them. */
static void list_pages(void)
{
    const struct stage *stage = command_image();
    uint32_t pages = 0;

    if (stage && baton_image_tables(&stage->image, report_page, &pages))
        report("tables", "%u page%s", pages, plural(pages));
}

void command_tables(const struct words *words)
{
    struct pt_space space;
    uint32_t tables;

    if (words->count == 2 && words_equal(words->word[1], "pages")) {
        list_pages();
        return;
    }
    if (!command_takes(words, 1) || !spaces_get(words, 1, &space))
        return;
    report("tables", "%s, root %a", space.format->name, space.root);
    tables = report_table(&space, 0, space.root, 0);
    if (!pager_stopped())
        report("tables", "%u page%s", tables, plural(tables));
}
