/*
 * Judges the order of the moves: layouts drawn and at random, and a memory of a few pages in which
 * each copy is made as it is emitted. The picture shows a character a page:
 *
 *     before  "ABC..."     the pages as they are
 *     after   "..ABC."     what is wanted; '.': no matter
 */
#include "labs/grader/exam.h"
#include "relocate/image/moves.h"
#include "tests/host/machine.h"

#define PAGES 48u
#define BASE 0x01000000ull
#define ROUNDS 3000u
#define STOP (-77) /* the sink's own error */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static struct machine machine;
static struct baton_payload payload;
static struct baton_image image;
static struct moves moves;

/* The memory that is moved in, and what was done to it. */
static struct {
    char memory[PAGES + 1];
    char before[PAGES + 1], wanted[PAGES + 1];
    char spare; /* 0: it holds nothing that is needed */
    unsigned pages, copies, saves, restores, calls, stop_at;
    bool stopped;
} paper;

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

/* The runs of a picture, by destination. Returns how many pages move. */
static unsigned collect(const char *before, const char *after)
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
static unsigned cycles(const char *before, const char *after)
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

/* Orders the moves of the picture; returns what moves_order does. */
static int order(const char *before, const char *after, unsigned stop_at)
{
    const struct move_sink sink = {NULL, copy, save, restore};

    memset(&paper, 0, sizeof(paper));
    paper.pages = (unsigned)strlen(before);
    paper.stop_at = stop_at;
    strcpy(paper.memory, before);
    strcpy(paper.before, before);
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
    collect(before, after);
    exam_case("before %s, wanted %s", before, after);
    return moves_order(&moves, &image, &payload, &sink);
}

/* What has become of memory; what nobody asked for is not shown. */
static bool right(const char *after, char *shown)
{
    for (unsigned i = 0; i <= paper.pages; i++)
        shown[i] = after[i] == '.' ? '.' : paper.memory[i];
    return !strcmp(shown, after);
}

static void play(const char *before, const char *after)
{
    int error = order(before, after, 0);
    char shown[PAGES + 1];

    if (error)
        exam_wrong("0: every move is emitted", "moves_order returned %s", baton_error_name(error));
    if (!right(after, shown)) {
        char text[PAGES + 16];

        snprintf(text, sizeof(text), "after  %s", after);
        exam_wrong(text, "after  %s", shown);
    }
}

#define PLAY(...)                                                                                  \
    do {                                                                                           \
        static const char *const pictures[][2] = {__VA_ARGS__};                                    \
        for (unsigned i = 0; i < COUNT(pictures); i++)                                             \
            play(pictures[i][0], pictures[i][1]);                                                  \
    } while (0)

static void apart_runs(void)
{
    PLAY({"A.......", ".......A"}, {"ABC.....", "....ABC."}, {"....ABC.", "ABC....."},
         {"A.B.....", ".....BA."});
}

static void up(void)
{
    PLAY({"ABC...", ".ABC.."}, {"ABCDE...", "..ABCDE."}, {"ABCDEFG.", ".ABCDEFG"},
         {"ABCD....", "...ABCD."});
}

static void down(void)
{
    PLAY({".ABC..", "ABC..."}, {"..ABCDE.", "ABCDE..."}, {".ABCDEFG", "ABCDEFG."},
         {"...ABCD.", "ABCD...."});
}

static void paths(void)
{
    PLAY({"AB..CD..", "....ABCD"}, {"ABC.....", ".CAB...."}, {"A.BCDEFGH", ".ABCDEFGH"},
         {"A.B.C.D.", ".A.B.C.D"}, {"AB.CD.EF..", "..EF.AB.CD"}, {"ABCDEFGH....", "....HG.FEDCB"});
}

static void circles(void)
{
    PLAY({"A......B", "B......A"}, {"AB......", "BA......"}, {"A..B..C.", "C..A..B."},
         {"A..B..C.", "B..C..A."}, {"ABCDEFGH", "HABCDEFG"}, {"ABC..DEF", "DEF..ABC"});
}

static void mixed(void)
{
    PLAY({"AB.CD...", "BA..CD.."}, {"AB....CD", "BA....DC"}, {"ABCDEFGH", "BADCFEHG"},
         {"ABCDEFGH", "FGHABCDE"}, {"ABCDEF..", "ABFDE..C"}, {"ABCDEFGH", "HGFEDCBA"});
}

/* Every page at most once before and after; so the runs are paths and cycles. */
static void random_picture(struct dice *dice, char *before, char *after)
{
    unsigned pages = 4 + (unsigned)dice_roll(dice, PAGES - 4);
    unsigned used = 0;

    memset(before, '.', pages);
    memset(after, '.', pages);
    before[pages] = after[pages] = 0;
    for (unsigned i = 0; i < pages; i++)
        if (!dice_once(dice, 4))
            before[i] = letters[used++];
    for (unsigned i = 0; i < pages; i++) { /* blocks of a few pages find a place, if it is free */
        unsigned length = 1 + (unsigned)dice_roll(dice, 4), to = (unsigned)dice_roll(dice, pages);

        for (unsigned k = 0; k < length && i < pages && to + k < pages; k++, i++)
            if (before[i] != '.' && after[to + k] == '.')
                after[to + k] = before[i];
    }
}

static void each_random(void (*look)(const char *before, const char *after))
{
    struct dice dice = {dice_seed()};
    char before[PAGES + 1], after[PAGES + 1];

    for (unsigned round = 0; round < ROUNDS; round++) {
        random_picture(&dice, before, after);
        look(before, after);
    }
}

static void random_layouts(void)
{
    each_random(play);
}

static void look_at_cost(const char *before, const char *after)
{
    play(before, after);
    exam_number("copies, and pages restored", collect(before, after),
                paper.copies + paper.restores);
    exam_number("pages saved: one for each cycle", cycles(before, after), paper.saves);
}

static void cost(void)
{
    each_random(look_at_cost);
}

static void errors(void)
{
    static const char *const pictures[][2] = {
        {"ABC.....", ".....ABC"}, {"AB..CD..", "....ABCD"}, {"A......B", "B......A"}};

    play(pictures[0][0], pictures[0][1]);
    for (unsigned i = 0; i < COUNT(pictures); i++) {
        char shown[PAGES + 1];
        int done = order(pictures[i][0], pictures[i][1], 0);
        unsigned calls = paper.calls;

        if (done || !right(pictures[i][1], shown)) /* another check tells of it */
            continue;

        for (unsigned stop = 1; stop <= calls; stop++) {
            int error = order(pictures[i][0], pictures[i][1], stop);

            if (error != STOP)
                exam_wrong("the sink's error comes back, -77", "moves_order returned %d", error);
        }
    }
}

int main(void)
{
    static const struct exam_check checks[] = {
        {"apart", apart_runs},      {"up", up},           {"down", down},
        {"paths", paths},           {"circles", circles}, {"mixed", mixed},
        {"random", random_layouts}, {"cost", cost},       {"errors", errors},
    };

    return exam(checks, COUNT(checks));
}
