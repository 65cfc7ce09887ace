/*
 * A machine on paper, as the core's host: 4 GiB of RAM of which a page exists when it is touched,
 * a memory map, an allocator that keeps books, and windows that are as short-lived as the
 * contract says.
 *
 *     RAM      one memory, seen at several addresses: one for each of the core's windows, one for
 *              the tests. Untouched pages have a content of their own, each a different one.
 *     windows  map() makes the pointer that it gave before for the same window unusable: under
 *              ASan the core may touch just the bytes from the pointer to the end of its page.
 *     books    every page is free, lent (to the core) or taken (the host's, or a payload's file).
 *              What breaks the contract is noted in `violation`, and the show goes on.
 *
 * There is one RAM, so there is one machine at a time: machine_start() ends the one before.
 */
#ifndef HOST_MACHINE_H
#define HOST_MACHINE_H

#include "baton.h"
#include "tests/host/random/dice.h"

#define MACHINE_PAGES (1u << 20)
#define MACHINE_END (1ull << 32)
#define MACHINE_MEMORY 4096 /* entries in the memory map */
#define MACHINE_KEEP 8

enum machine_order { LEND_HIGHEST, LEND_LOWEST, LEND_RANDOM, LEND_ORDERS };

struct machine {
    struct baton_host host; /* what the core is given; complete after machine_ready() */
    enum machine_order order;
    struct dice dice;    /* for LEND_RANDOM */
    uint64_t fail_at;    /* the allocation that fails, counted from 1; 0: none */
    uint64_t asked;      /* allocations asked for so far */
    uint64_t free, lent; /* pages */
    uint64_t lent_most;  /* the most pages lent at one time */
    uint64_t maps;       /* calls of map() */
    bool lenient;        /* map() gives a scratch page for what it should not be asked for */
    uint64_t strays;     /* how often it did */
    char violation[160]; /* the first breach of the contract; empty: none */
    struct baton_memory memory[MACHINE_MEMORY];
    struct baton_range keep[MACHINE_KEEP];
};

/* Starts a new machine without memory. The trampoline is linked at va, and its page lies at pa. */
void machine_start(struct machine *m, uint32_t trampoline_va, uint64_t trampoline_pa);

/* One more entry of the memory map; they must come sorted. */
void machine_memory(struct machine *m, uint64_t start, uint64_t end, uint32_t type);

/* RAM is there now: no more memory after this, and taking and lending may begin. Page 0 is
 * never lent. */
void machine_ready(struct machine *m);

/* Live page tables: taken, and no destination may cover them. */
void machine_keep(struct machine *m, uint64_t start, uint64_t end);

/* Pages that are not lent: the host's own. */
void machine_take(struct machine *m, uint64_t start, uint64_t end);

/* A payload's file: its pages are taken, and the core may look at them. */
struct baton_file machine_file(struct machine *m, uint64_t pa, uint64_t size);

/* From now on the core may look at no file, but at those named after this. */
void machine_forget_files(struct machine *m);

/* RAM as the tests see it: the byte at pa, good to the end of the page. */
uint8_t *machine_at(uint64_t pa);
uint32_t machine_word(uint64_t pa); /* pa a multiple of 4 */
void machine_write(uint64_t pa, const void *from, uint64_t n);
void machine_read(uint64_t pa, void *to, uint64_t n);

/* Remembers all of RAM as it is now; machine_before() shows a page as it was then. */
void machine_remember(void);
const uint8_t *machine_before(uint64_t pa);

bool machine_is_touched(uint64_t pa);

/* Calls visit for each page that anything has touched since the start. */
void machine_touched(void (*visit)(void *ctx, uint64_t page), void *ctx);

bool machine_is_lent(uint64_t pa);
bool machine_is_free(uint64_t pa);

/* Has the page been lent at any time since machine_remember()? */
bool machine_was_lent(uint64_t pa);

void machine_violation(struct machine *m, const char *what, uint64_t pa);

#endif
