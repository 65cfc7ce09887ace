/*
 * A machine and a payload as data, so that a case can be written down, made at random, made
 * smaller while it still fails (shrink.h), and printed as the C that plays it again.
 */
#ifndef HOST_RECIPE_H
#define HOST_RECIPE_H

#include <stdio.h>

#include "tests/host/random/journey.h"

#define RECIPE_SEGMENTS BATON_SEGMENTS
#define RECIPE_RANGES 12
#define RECIPE_TRAMPOLINE_VA 0xc0105000u
#define RECIPE_TRAMPOLINE_PA 0x105000u

struct recipe_segment {
    uint32_t flags;
    uint64_t source, file_size, mem_size;
    uint64_t prefer;              /* FIXED: the destination; UINT64_MAX: none */
    uint64_t min, max;            /* max 0: 4 GiB */
    uint64_t align, window, room; /* align 0: a page */
};

struct recipe {
    const char *name;
    uint32_t trampoline_va; /* 0: RECIPE_TRAMPOLINE_VA */
    uint64_t trampoline_pa; /* 0: RECIPE_TRAMPOLINE_PA */
    bool pae;
    enum baton_policy place;
    enum machine_order order;
    uint64_t seed;                                  /* for LEND_RANDOM */
    uint64_t fail_at;                               /* the allocation that fails, 0: none */
    struct baton_memory memory[RECIPE_RANGES];      /* up to the first that is empty */
    struct baton_range keep[4];                     /* the same */
    struct baton_range file[RECIPE_RANGES];         /* ranges that sources lie in; the same */
    struct recipe_segment segment[RECIPE_SEGMENTS]; /* up to the first with mem_size 0 */
    uint32_t made;                                  /* generated segments behind them */
    uint32_t area;                                  /* bytes of a generated area behind those */
    bool digest;                                    /* with a digest page */
};

/* How many segments it has, generated ones aside. */
unsigned recipe_segments(const struct recipe *recipe);

/* Sets the stage: after this, journey_load. */
void recipe_stage(const struct recipe *recipe, struct journey *j);

/* Plays it. true: all is well, a clean refusal included (then j->error is not 0). */
bool recipe_play(const struct recipe *recipe, struct journey *j);

/* As C, to be pasted into a table of recipes. */
void recipe_print(const struct recipe *recipe, FILE *to);

#endif
