/*
 * The trampoline on paper: follows the indirection list through the machine's RAM and really
 * copies. It starts where the trampoline starts, at the parameters in the control page, and
 * knows the list's words from their description only. It watches every page that it writes.
 */
#ifndef HOST_INTERPRETER_H
#define HOST_INTERPRETER_H

#include "tests/host/paper/machine.h"

struct interpreter {
    /* May the page at pa be written? Called for each one, before it is written. NULL: any. */
    const char *(*may_write)(void *ctx, uint64_t pa);
    void *ctx;
    uint64_t words, copies, zeros, list_pages;
    char wrong[160]; /* why it stopped; empty: it came to the end */
};

/* Runs the list of the control page at `control`. false: `wrong` says why not. */
bool interpreter_run(struct interpreter *run, uint64_t control);

/* Calls visit for each page of the list, without running it; false if it is broken. */
bool interpreter_list_pages(uint64_t control, void (*visit)(void *ctx, uint64_t pa), void *ctx);

#endif
