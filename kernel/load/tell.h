/* What a load has come to, in lines. */
#ifndef KERNEL_LOAD_TELL_H
#define KERNEL_LOAD_TELL_H

#include "kernel/load/stage.h"

/* Before a load that will take its time: check */
void tell_wait(const struct stage *stage);

/* payload, initrd, plan, trampoline, check */
void tell_stage(struct stage *stage);

/* crash, dump: a capture kernel that is staged */
void tell_crash(struct stage *stage);

/* refused: the region is too small for the capture kernel; what would not fit, and what to write */
void tell_no_room(struct stage *stage, const struct baton_refusal *why);

/* hand-off: the last line */
void tell_handoff(const struct stage *stage);

/* "refused", and the sentence */
void tell_refusal(const struct baton_refusal *why);

#endif
