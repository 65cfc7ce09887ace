/* What a load has come to, in lines. */
#ifndef KERNEL_LOAD_REPORT_H
#define KERNEL_LOAD_REPORT_H

#include "kernel/load/stage.h"

/* Before a load that will take its time: check */
void report_wait(const struct stage *stage);

/* payload, initrd, plan, trampoline, check */
void report_stage(struct stage *stage);

/* width: what is not known of the kernel; room, alignment: what it would like and does not get */
void report_preferences(const struct stage *stage);

/* initrd; staged: its bytes lie where they belong already, as the crash region's do */
void report_initrd(struct stage *stage, bool staged);

/* check: what will be compared before the entry */
void report_digests(const struct stage *stage);

/* hand-off: the last line */
void report_handoff(const struct stage *stage);

/* "refused", and the sentence */
void report_refusal(const struct baton_refusal *why);

#endif
