/*
 * The framebuffer in the kernel's address space: at SCREEN_BASE, from the first line that Baton
 * prints on. Its offset within 4 MiB is that of its physical address, so large pages map it.
 */
#ifndef KERNEL_MEMORY_SCREENMAP_H
#define KERNEL_MEMORY_SCREENMAP_H

#include "baton.h"

struct screenmap {
    uint32_t va;
    uint64_t pa, end; /* whole large pages; both 0: there is no framebuffer to map */
};

/*
 * Maps a framebuffer, which lies below 4 GiB, in the boot tables. The live tables map it, too, when
 * they are built. Returns where its first pixel is; NULL: *why says why it cannot be mapped.
 */
void *screenmap_start(const struct baton_screen *screen, const char **why);

/* What the live tables must map. */
const struct screenmap *screenmap(void);

#endif
