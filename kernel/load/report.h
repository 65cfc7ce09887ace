/* The console report of a load. */
#ifndef KERNEL_LOAD_REPORT_H
#define KERNEL_LOAD_REPORT_H

#include "kernel/devices/pci.h"
#include "kernel/load/stage.h"

/* Before a load that takes long: verify */
void report_wait(const struct stage *stage);

/* payload, initrd, plan, trampoline, verify */
void report_stage(struct stage *stage);

/* width: what is not known of the kernel; room, alignment: what it prefers and does not get */
void report_preferences(const struct stage *stage);

/* initrd; staged: its bytes are at their destination already, as in the crash region */
void report_initrd(struct stage *stage, bool staged);

/* verify: what is compared before the entry */
void report_digests(const struct stage *stage);

/* hand-off: the last line */
void report_handoff(const struct stage *stage);

/* The devices that could write to memory: stopped, or left running. Silent if there is none. */
void report_devices(const struct pci_stop *done, bool stopped);

/* "refused", and the sentence */
void report_refusal(const struct baton_refusal *why);

#endif
