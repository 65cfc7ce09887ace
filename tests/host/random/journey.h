/*
 * One payload's whole way through the core on a machine on paper: loaded, checked, its list run,
 * every byte compared with what should be there, and given up again. The judge knows nothing of
 * how the core works: it looks at the segments' answers, the new tables, the list and RAM.
 */
#ifndef HOST_JOURNEY_H
#define HOST_JOURNEY_H

#include "relocate/trampoline/digest.h"
#include "tests/host/paper/interpreter.h"
#include "tests/host/paper/machine.h"

struct journey {
    struct machine machine;
    struct baton_request request;
    struct baton_machine cpu;
    struct baton_payload payload;
    struct baton_image image;
    int error; /* what the load answered; `why` is filled if it is not 0 */
    struct baton_refusal why;
    struct interpreter run;
    uint64_t given;  /* allocations that the load asked for */
    char wrong[320]; /* the first thing that is not as it should be; empty: nothing */
};

/* What stands for the digest pages' code. */
extern uint8_t journey_digest_code[2 * DIGEST_PAGE_SIZE];

/* A journey on a machine that has no memory yet; see machine.h for what comes next. */
void journey_start(struct journey *j, uint32_t trampoline_va, uint64_t trampoline_pa);

/* A payload without a file format: segments are added by hand, before journey_load. */
struct baton_segment *journey_segment(struct journey *j, const char *what, uint32_t flags);

/* The payload's n-th (from 0) segment of that name; NULL: there is none. */
const struct baton_segment *journey_find(const struct journey *j, const char *what, unsigned n);

/*
 * Loads: j->payload's segments if there are any, else j->request's files. Returns the core's
 * answer. A refusal is judged here: no page missing, nothing written, the image zeroed (H7).
 */
int journey_load(struct journey *j);

/* Judges a loaded image, runs it, judges the memory, frees it. false: see j->wrong. */
bool journey_finish(struct journey *j);

/* The parts of journey_finish. */
bool journey_judge(struct journey *j);  /* the image as it was built */
bool journey_run(struct journey *j);    /* the list, and what it made of memory */
bool journey_unload(struct journey *j); /* H7 */

/* Says on standard error all that is needed to play the case again. */
void journey_describe(const struct journey *j);

/* Asserts for cmocka: describe, then fail. */
#define assert_journey(j, sound)                                                                   \
    do {                                                                                           \
        if (!(sound)) {                                                                            \
            journey_describe(j);                                                                   \
            fail_msg("%s", (j)->wrong);                                                            \
        }                                                                                          \
    } while (0)

#endif
