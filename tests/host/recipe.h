/*
 * A machine and a payload as data, so that a case can be written down, made at random, made
 * smaller while it still fails, and printed as the C that plays it again.
 */
#ifndef HOST_RECIPE_H
#define HOST_RECIPE_H

#include <stdio.h>

#include "tests/host/journey.h"

#define RECIPE_SEGMENTS BATON_SEGMENTS
#define RECIPE_RANGES 12

struct recipe_segment {
    uint32_t flags;
    uint64_t source, file_size, mem_size;
    uint64_t prefer;              /* FIXED: the destination; UINT64_MAX: none */
    uint64_t min, max;            /* max 0: 4 GiB */
    uint64_t align, window, room; /* align 0: a page */
};

struct recipe {
    const char *name;
    uint32_t trampoline_va; /* 0: 0xc0105000 */
    uint64_t trampoline_pa; /* 0: 0x00105000 */
    bool pae;
    enum baton_policy place;
    enum machine_order order;
    uint64_t seed;                                  /* for LEND_RANDOM */
    struct baton_memory memory[RECIPE_RANGES];      /* up to the first that is empty */
    struct baton_range keep[4];                     /* the same */
    struct baton_range file[RECIPE_RANGES];         /* ranges that sources lie in; the same */
    struct recipe_segment segment[RECIPE_SEGMENTS]; /* up to the first with mem_size 0 */
    uint32_t made;                                  /* MADE segments behind them */
};

/* Sets the stage: after this, journey_load. */
void recipe_stage(const struct recipe *recipe, struct journey *j);

/* Plays it. true: all is well, a clean refusal included (then j->error is not 0). */
bool recipe_play(const struct recipe *recipe, struct journey *j);

/* Makes a failing recipe smaller, as long as it fails. */
void recipe_shrink(struct recipe *recipe, struct journey *j);

void recipe_print(const struct recipe *recipe, FILE *to);

#endif
