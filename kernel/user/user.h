/*
 * The user program: a program in ring 3 that dies, for a dump with user-space mappings. They are what
 * the way to a capture kernel must not harm (H1). Nothing is mapped for ring 3 before.
 */
#ifndef KERNEL_USER_USER_H
#define KERNEL_USER_USER_H

#include <stdbool.h>
#include <stdint.h>

/* The page with its code, in the kernel's image, where it is data. (linker.ld) */
extern char user_code[];

/*
 * Maps the code at va, and its stack on the page below; then runs it. It reads the kernel's memory, so
 * it ends in a page fault, and the old kernel with it. va: page aligned, at least 64 KiB, below 3 GiB.
 * Returns only if there are no pages for its tables: false, and nothing is mapped.
 */
bool user_run(uint32_t va);

#endif
