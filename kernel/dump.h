/* The dead kernel's memory and registers, as the region's ELF core headers describe them. */
#ifndef KERNEL_DUMP_H
#define KERNEL_DUMP_H

#include "baton.h"

/* Writes the headers into the region. Where the registers of the dead go; NULL with *why: they do
 * not fit. */
struct baton_dump_registers *dump_headers(struct baton_refusal *why);

#endif
