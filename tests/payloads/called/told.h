/* What a called payload is told at its entry: by the record, or by multiboot 1 or 2. One file each,
 * told_record.c, told1.c and told2.c; a payload is linked with one of them. */
#ifndef CALLED_TOLD_H
#define CALLED_TOLD_H

#include <stdint.h>

/* eax at the entry. */
extern const uint32_t told_magic;

/* The address is that in ebx. */
const char *told_line(uint32_t pa);

/* Calls usable() for each entry of the memory map that is usable. */
void told_memory(uint32_t pa, void (*usable)(uint64_t start, uint64_t end));

#endif
