/* From boot modules to a staged image, and on to the hand-off. */
#ifndef KERNEL_STAGE_H
#define KERNEL_STAGE_H

#include "boot/bootinfo.h"
#include "kernel/options.h"

/*
 * Stages module 1 as the payload and module 2 as its initrd, one line a step. true: an image is
 * armed. false: it was refused, with a line that says why, and every page is back (H7).
 */
bool stage_payload(const struct boot_info *boot, const struct options *options,
                   const struct baton_memory *memory, uint32_t count);

/* Hands the machine to the staged payload. */
void stage_handoff(void) __attribute__((noreturn));

#endif
