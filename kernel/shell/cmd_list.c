/* plan: what the hand-off will do to memory. list: the indirection list that makes it do so. */
#include "kernel/console/print.h"
#include "kernel/load/stage.h"
#include "kernel/shell/commands.h"
#include "kernel/shell/decode.h"
#include "kernel/shell/owners.h"
#include "kernel/terminal/pager.h"
#include "lib/text.h"
#include "baton/list.h"

/* ---- plan */

static void report_segment(const struct baton_segment *s)
{
    if (s->flags & BATON_SEG_GENERATED)
        report("segment", "%a %Z  %s, made by Baton", s->dest, s->mem_size, s->what);
    else if (s->flags & BATON_SEG_AREA)
        report("segment", "%a %Z  %s, made by Baton, from %a", s->dest, s->mem_size, s->what,
               s->source);
    else if (s->dest == s->source)
        report("segment", "%a %Z  %s, stays", s->dest, s->mem_size, s->what);
    else
        report("segment", "%a %Z  %s, from %a", s->dest, s->mem_size, s->what, s->source);
    if (s->mem_size > s->file_size && !baton_is_generated(s))
        report("", "%a %Z  of it zeros", s->dest + s->file_size, s->mem_size - s->file_size);
    if (s->used.end > s->used.start)
        report("", "%a %Z  used before it reads its memory map", s->used.start,
               s->used.end - s->used.start);
}

/* A range of pages that consecutive words of the list fill. */
struct move {
    uint64_t dest, source, size;
    uint32_t flag;
    bool down; /* the destinations go up while the sources go down */
};

static bool is_image(uint64_t page)
{
    return owner_at(page).owner == OWNER_IMAGE;
}

static void report_move(const struct move *m, uint64_t spare)
{
    if (!m->size)
        return;
    if (m->flag == LIST_ZERO)
        report("zero", "%a to %a  %Z", m->dest, m->dest + m->size, m->size);
    else if (spare && m->dest == spare)
        report("save", "%a to %a  %Z  into the swap page: a cycle begins", m->source,
               m->source + m->size, m->size);
    else if (spare && m->source == spare)
        report("restore", "%a to %a  %Z  from the swap page: the cycle ends", m->dest,
               m->dest + m->size, m->size);
    else
        report("move", "%a to %a  %Z  from %a%s%s", m->dest, m->dest + m->size, m->size, m->source,
               m->down ? " down" : "", is_image(m->source) ? ", made by Baton" : "");
}

/* Does the run start where the move ends? Then adds it to the move. */
static bool goes_on(struct move *m, const struct run *run, uint64_t spare)
{
    uint64_t source = baton_page_down(run->value);

    if (!m->size || m->flag != (run->value & LIST_FLAGS) || m->dest + m->size != run->dest ||
        run->dest == spare || m->dest == spare ||
        (spare && (source == spare || m->source == spare)))
        return false;
    if (m->flag == LIST_SOURCE && (m->down || m->source + m->size != source)) {
        /* Pages that Baton fills itself are in reverse order: it allocates the highest page
         * first. */
        if (source != m->source - m->size || run->words > 1 ||
            !(m->down || m->size == BATON_PAGE_SIZE) || !is_image(source) || !is_image(m->source))
            return false;
        m->down = true;
    }
    m->size += (uint64_t)run->words << BATON_PAGE_SHIFT;
    return true;
}

static void report_moves(const struct baton_image *image)
{
    struct decoder decoder;
    struct run run;
    struct move move = {0};

    decode_start(&decoder, image);
    while (!pager_stopped() && decode_next(&decoder, LIST_WORDS, &run)) {
        uint32_t flag = run.value & LIST_FLAGS;

        if ((flag != LIST_SOURCE && flag != LIST_ZERO) || run.dest == DECODE_NOWHERE ||
            goes_on(&move, &run, image->swap))
            continue;
        report_move(&move, image->swap);
        move = (struct move){run.dest, baton_page_down(run.value),
                             (uint64_t)run.words << BATON_PAGE_SHIFT, flag, false};
    }
    report_move(&move, image->swap);
}

void command_plan(const struct words *words)
{
    const struct stage *stage;

    if (!command_takes(words, 0) || !(stage = command_image()))
        return;
    for (uint32_t i = 0; i < stage->payload.segments; i++)
        report_segment(&stage->payload.segment[i]);
    report_moves(&stage->image);
    if (!stage->image.counts.move && !stage->image.counts.zero)
        report("move", "nothing moves");
    report("entry", "%a", (uint64_t)baton_entry_address(&stage->payload.entry));
}

/* ---- list */

/* "  3" or "  1-27": the numbers of the words in the page. */
static void name_run(const struct run *run, char name[REPORT_STEP_MAX])
{
    struct text text = {name, REPORT_STEP_MAX, 0};

    text_add(&text, "  ");
    text_decimal(&text, run->first);
    if (run->words > 1) {
        text_char(&text, '-');
        text_decimal(&text, run->first + run->words - 1);
    }
}

static void report_run(const struct run *run)
{
    uint64_t value = run->value, page = baton_page_down(value);
    uint64_t size = (uint64_t)run->words << BATON_PAGE_SHIFT;
    uint32_t flag = run->value & LIST_FLAGS;
    char name[REPORT_STEP_MAX];

    name_run(run, name);
    if (flag == LIST_DESTINATION)
        report(name, "%a  destination %a", value, page);
    else if ((flag == LIST_SOURCE || flag == LIST_ZERO) && run->dest == DECODE_NOWHERE)
        report(name, "%a  no meaning: a page before any destination", value);
    else if (flag == LIST_SOURCE)
        report(name, "%a  source %a to %a, for %a", value, page, page + size, run->dest);
    else if (flag == LIST_ZERO)
        report(name, "%a  zeros for %a to %a", value, run->dest, run->dest + size);
    else if (flag == LIST_INDIRECTION)
        report(name, "%a  continue in the list page at %a%s", value, page,
               run->strays ? "; that is not usable RAM, so it is not read" : "");
    else if (flag == LIST_DONE)
        report(name, "%a  done", value);
    else
        report(name,
               "%a  no meaning: the flags %x are none of destination 1, indirection 2, done 4, "
               "source 8, zero 16",
               value, (uint64_t)flag);
}

void command_list(const struct words *words)
{
    const struct stage *stage;
    struct decoder decoder;
    struct run run;
    uint32_t last = 0, most = LIST_WORDS;
    uint64_t only = 0;

    if (!command_takes(words, 1) || !(stage = command_image()))
        return;
    if (words->count == 2) {
        most = 1; /* word by word */
        if (!words_number(words->word[1], &only) || !only ||
            only > stage->image.counts.list_pages) {
            command_usage(words, "PAGE is the number of a list page, 1 to as many as there are");
            return;
        }
    }
    decode_start(&decoder, &stage->image);
    while (!pager_stopped() && decode_next(&decoder, most, &run)) {
        if (only && run.number != only)
            continue;
        if (run.number != last)
            report("list", "page %u of %u, at %a", run.number, stage->image.counts.list_pages,
                   run.page);
        last = run.number;
        report_run(&run);
    }
}
