/* Tables that tables_build() has made, and what the checks look at them with. */
#ifndef LABS_TABLES_JUDGE_H
#define LABS_TABLES_JUDGE_H

#include "relocate/image/image.h"
#include "tests/host/paper/judge.h"
#include "tests/host/paper/walk_reference.h"

#define LEGACY BATON_TABLES_LEGACY
#define PAE BATON_TABLES_PAE

/* Kernel address and control page. */
struct pair {
    uint32_t va, pa;
};

/* A pair that shares no table but the root. */
extern const struct pair nothing_shared;

/* The last build: the host, the image, its kernel address, what tables_build returned. */
extern struct machine machine;
extern struct baton_image image;
extern uint32_t kernel_va;
extern int outcome;

/* Builds the tables; the host's allocation number fail_at (from 1; 0: none) fails. */
void build(const struct pair *pair, uint32_t kind, uint64_t fail_at);

/* Builds them for every pair, drawn and at random, and looks. */
void each(uint32_t kind, void (*look)(void));

/* Translates an address through them. */
struct reference_walk walk(uint32_t at);

/* Ends the check if tables_build has refused, or has made nothing; if an address is not mapped. */
void wants_tables(void);
void wants_both(void);

/* Checks. */
void entries(void);
void count(void);
void alone(void);
void fault_tables(void);
void failure(void);

#endif
