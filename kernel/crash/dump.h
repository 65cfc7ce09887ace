/* What Baton's core headers say of it: how it maps memory, and what gdb scripts want to know. */
#ifndef KERNEL_CRASH_DUMP_H
#define KERNEL_CRASH_DUMP_H

#include "baton/crash.h"

/* For the load of one capture kernel; valid until the next call. */
struct baton_crash_dump *dump_begin(void);

#endif
