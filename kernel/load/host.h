/* The old kernel as the core's host. */
#ifndef KERNEL_LOAD_HOST_H
#define KERNEL_LOAD_HOST_H

#include "boot/bootinfo.h"

/* Once, when the live tables are in use. The memory map is not copied and must not change. */
void host_start(struct boot_info *boot, const struct baton_memory *memory, uint32_t count);

/* Valid after host_start. */
const struct baton_host *host_get(void);

#endif
