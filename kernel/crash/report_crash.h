/* The lines of a capture kernel's load. */
#ifndef KERNEL_CRASH_REPORT_CRASH_H
#define KERNEL_CRASH_REPORT_CRASH_H

#include "kernel/load/stage.h"

/* crash, initrd, dump, check, room: a capture kernel that is staged */
void report_crash(struct stage *stage);

/* refused: the region is too small for the capture kernel; what would not fit, and what to write */
void report_no_room(struct stage *stage, const struct baton_refusal *why);

#endif
