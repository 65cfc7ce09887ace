/* What the parts of the native bench share. */
#ifndef TESTS_BENCH_NATIVE_H
#define TESTS_BENCH_NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096u

/* A way to do the same work as another one: its name, and the work. */
struct way {
    const char *name;
    void (*run)(void);
    bool absent; /* this CPU cannot do it */
};

/*
 * Runs the ways in turn, several times, and prints for each the median of what the first one took
 * divided by what it took: "WHAT, NAME over FIRST VALUE". The first one's own line has GB/s.
 */
void compare(const char *what, const struct way *ways, unsigned count, uint64_t bytes);

/* The instructions that the function executes, each round of a REP as one, by single steps. */
uint64_t steps_of(void (*run)(void));

/* copy.c, digest.c: print their figures. */
void copy_figures(void);
void digest_figures(const char *libcrypto);

/* 2^31 values in a fixed order. */
uint32_t dice(void);

#endif
