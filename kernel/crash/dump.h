/* The dead kernel's memory and registers, as the region's ELF core headers describe them. */
#ifndef KERNEL_CRASH_DUMP_H
#define KERNEL_CRASH_DUMP_H

#include "baton.h"

struct dump {
    uint32_t steady;                        /* bytes of the headers that stay as they are */
    struct baton_dump_registers *registers; /* behind them: where those of the dead go */
};

/* Makes the headers, for a capture kernel of that machine; the region stays as it is, where those
 * of one loaded before may lie. 0, or an error with *why: they do not fit. */
int dump_plan(enum baton_dump_machine machine, struct dump *dump, struct baton_refusal *why);

/* The planned headers, into the region. */
void dump_write(void);

#endif
