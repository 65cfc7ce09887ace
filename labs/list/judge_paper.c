/* A memory on paper: the sink that makes the moves, and the model that counts them. */
#include "labs/list/judge_paper.h"

#include "relocate/image/moves.h"
#include "tests/host/paper/machine.h"

#define BASE 0x01000000ull

static struct machine machine;
static struct baton_payload payload;
static struct baton_image image;
static struct moves moves;

struct paper paper;

static unsigned page_of(uint64_t pa, const char *what)
{
    if (pa % BATON_PAGE_SIZE || pa < BASE || pa >= BASE + paper.pages * (uint64_t)BATON_PAGE_SIZE)
        exam_wrong("the address of a page that moves", "%s 0x%08llx", what, (unsigned long long)pa);
    return (unsigned)((pa - BASE) / BATON_PAGE_SIZE);
}

/* Every call of the sink: is it one too many? */
static int called(void)
{
    if (paper.stopped)
        exam_wrong("no call after the sink's error", "one more");
    if (++paper.calls > 4 * PAGES)
        exam_wrong("an end", "more than %u calls of the sink", 4 * PAGES);
    paper.stopped = paper.calls == paper.stop_at;
    return paper.stopped ? STOP : 0;
}

static void write_page(unsigned page, char content)
{
    if (paper.wanted[page] == '.')
        exam_wrong("nothing is written to a page that is no destination", "page %u is written",
                   page);
    paper.memory[page] = content;
}

static int copy(void *ctx, uint64_t dest, uint64_t source, uint64_t pages)
{
    (void)ctx;
    if (!pages || pages > PAGES)
        exam_wrong("a number of pages", "a copy of %llu pages", (unsigned long long)pages);
    for (unsigned i = 0; i < pages; i++) {
        unsigned to = page_of(dest + i * (uint64_t)BATON_PAGE_SIZE, "destination");
        write_page(to, paper.memory[page_of(source + i * (uint64_t)BATON_PAGE_SIZE, "source")]);
        paper.copies++;
    }
    return called();
}

static int save(void *ctx, uint64_t source)
{
    (void)ctx;
    if (paper.spare)
        exam_wrong("the swap page is free", "a save while it holds page %c", paper.spare);
    paper.spare = paper.memory[page_of(source, "source")];
    paper.saves++;
    return called();
}

static int restore(void *ctx, uint64_t dest)
{
    (void)ctx;
    if (!paper.spare)
        exam_wrong("the swap page was saved before", "a restore without a save");
    write_page(page_of(dest, "destination"), paper.spare);
    paper.spare = 0;
    paper.restores++;
    return called();
}

/* Collects the runs of a picture, by destination. */
unsigned moving(const char *before, const char *after)
{
    unsigned moved = 0;

    moves.runs = 0;
    for (unsigned to = 0; to < paper.pages; to++) {
        const char *at = after[to] == '.' ? NULL : strchr(before, after[to]);
        struct move_run *last = &moves.run[moves.runs ? moves.runs - 1 : 0];

        if (!at || at - before == to)
            continue;
        uint64_t dest = BASE + to * (uint64_t)BATON_PAGE_SIZE;
        uint64_t source = BASE + (uint64_t)(at - before) * BATON_PAGE_SIZE;
        moved++;
        if (moves.runs && last->dest + last->size == dest && last->source + last->size == source)
            last->size += BATON_PAGE_SIZE;
        else
            moves.run[moves.runs++] = (struct move_run){dest, source, BATON_PAGE_SIZE};
    }
    return moved;
}

/* Cycles of the picture: the model counts them another way, page by page. */
unsigned cycles(const char *before, const char *after)
{
    bool seen[PAGES] = {0};
    unsigned found = 0;

    for (unsigned start = 0; start < paper.pages; start++) {
        unsigned at = start;
        unsigned steps = 0;

        while (after[at] != '.' && !seen[at] && steps++ <= paper.pages) {
            at = (unsigned)(strchr(before, after[at]) - before);
            if (at == start)
                break;
        }
        if (steps > 1 && at == start) {
            found++;
            do {
                seen[at] = true;
                at = (unsigned)(strchr(before, after[at]) - before);
            } while (at != start);
        }
    }
    return found;
}

int order(const char *before, const char *after, unsigned stop_at)
{
    const struct move_sink sink = {NULL, copy, save, restore};

    memset(&paper, 0, sizeof(paper));
    paper.pages = (unsigned)strlen(before);
    paper.stop_at = stop_at;
    strcpy(paper.memory, before);
    strcpy(paper.wanted, after);
    for (unsigned i = 0; i < paper.pages; i++) /* what stays is no destination */
        if (after[i] == before[i])
            paper.wanted[i] = '.';
    machine_start(&machine, 0xc0105000u, 0x105000);
    machine_memory(&machine, 0x100000, 0x400000, BATON_MEM_USABLE);
    machine_ready(&machine);
    memset(&payload, 0, sizeof(payload));
    memset(&image, 0, sizeof(image));
    image.host = &machine.host;
    moving(before, after);
    exam_case("before %s, wanted %s", before, after);
    return moves_order(&moves, &image, &payload, &sink);
}

bool right(const char *after, char shown[PAGES + 1])
{
    for (unsigned i = 0; i <= paper.pages; i++)
        shown[i] = after[i] == '.' ? '.' : paper.memory[i];
    return !strcmp(shown, after);
}
