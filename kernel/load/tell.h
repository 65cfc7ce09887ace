/* What a load has come to, in lines. */
#ifndef KERNEL_LOAD_TELL_H
#define KERNEL_LOAD_TELL_H

#include "kernel/load/stage.h"
#include "kernel/machine/pci.h"

/* Before a load that will take its time: check */
void tell_wait(const struct stage *stage);

/* payload, initrd, plan, trampoline, check */
void tell_stage(struct stage *stage);

/* width: what is not known of the kernel; room, alignment: what it would like and does not get */
void tell_preferences(const struct stage *stage);

/* initrd; staged: its bytes lie where they belong already, as the crash region's do */
void tell_initrd(struct stage *stage, bool staged);

/* check: what will be compared before the entry */
void tell_digests(const struct stage *stage);

/* hand-off: the last line */
void tell_handoff(const struct stage *stage);

/* "refused", and the sentence */
void tell_refusal(const struct baton_refusal *why);

/* The devices that could write to memory: stopped, or left running. Silent if there is none. */
void tell_devices(const struct pci_stop *done, bool stopped);

#endif
