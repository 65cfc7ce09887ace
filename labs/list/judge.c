/*
 * Judges the order of the moves: layouts drawn and at random. A picture shows a character a page:
 *
 *     before  "ABC..."     the pages as they are
 *     after   "..ABC."     what is wanted; '.': no matter
 */
#include "labs/list/judge_paper.h"

#include "baton.h"
#include "tests/host/random/dice.h"

#define ROUNDS 3000u

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

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
    exam_number("copies, and pages restored", moving(before, after), paper.copies + paper.restores);
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
