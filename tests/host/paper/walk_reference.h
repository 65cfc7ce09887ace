/*
 * Page tables read the slow way, with every number written out from the manual instead of taken
 * from pagetable/: the reference for the walker, and the tests' own eyes on the new tables.
 * [SDM3 4.3 to 4.5]
 */
#ifndef HOST_WALK_REFERENCE_H
#define HOST_WALK_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

struct reference_walk {
    bool present;
    bool fault;      /* a reserved bit is set on the way: the CPU raises #GP or #PF */
    uint64_t pa;     /* with the offset */
    uint64_t size;   /* of the page, or of the hole */
    bool writable;   /* every level says so */
    bool user;       /* every level says so */
    bool no_execute; /* some level says so */
    bool global;
    uint64_t entry;  /* that maps the page */
    unsigned tables; /* looked into, the root included */
    uint64_t table[4];
};

/* `word` reads RAM: 4 bytes at a pa that is a multiple of 4. */
typedef uint32_t reference_word(uint64_t pa);

struct reference_walk reference_translate(reference_word *word, bool pae, uint64_t root,
                                          uint32_t va);

/* The same for tables of long mode; va is canonical. */
struct reference_walk reference_translate_long(reference_word *word, uint64_t root, uint64_t va);

/* Every page that is mapped, in order of address; returns how many. visit may be NULL. */
unsigned reference_mappings(reference_word *word, bool pae, uint64_t root,
                            void (*visit)(void *ctx, uint32_t va, const struct reference_walk *w),
                            void *ctx);

#endif
