/* What the targets for the two boot protocols share. */
#ifndef FUZZ_LOADER_H
#define FUZZ_LOADER_H

#include <stddef.h>
#include <stdint.h>

/* Reads these bytes as the information of the loader that leaves `magic` in eax, and checks what is
 * made of them. */
void fuzz_loader(uint32_t magic, const uint8_t *data, size_t size);

#endif
