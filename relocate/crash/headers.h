/* The core headers, prepared in the caller's memory: those in the region may belong to an image
 * that is loaded, as long as the new one may be refused. */
#ifndef RELOCATE_CRASH_HEADERS_H
#define RELOCATE_CRASH_HEADERS_H

#include "baton/crash.h"

/* Fills dump->headers and dump->registers. 0, or an error: they do not fit. */
int headers_plan(const struct baton_crash *crash, enum baton_dump_machine machine,
                 struct baton_crash_dump *dump, struct baton_refusal *why);

#endif
