/* What both boot protocols have in common: strings, memory ranges and screens are copied and
 * checked here. */
#ifndef BOOT_COPY_H
#define BOOT_COPY_H

#include "boot/bootinfo.h"

#define COPY_LIMIT (1ull << 32) /* a loader can use no address from here on */

/* Are n bytes at pa in the range that a loader can use? */
bool copy_is_low(uint64_t pa, uint64_t n);

/* Copies the string at pa to info->text. NULL: there is no room, or it does not end below `end`. */
char *copy_string(struct boot_info *info, boot_reader *read, uint64_t pa, uint64_t end);

/* Copies as much of the loader's name as there is room for. */
void copy_loader(struct boot_info *info, const char *name);

/* Only the arguments of a copied string, as the user wrote them. info->loader and
 * info->names_first must be known. */
const char *copy_arguments(const struct boot_info *info, char *string);

/* Adds an entry to the memory map. There must be room for it. */
void copy_memory(struct boot_info *info, uint64_t start, uint64_t length, uint32_t type);

/* For a loader that gives no memory map: the sizes in KiB of the memory from 0 and from 1 MiB. */
void copy_memory_sizes(struct boot_info *info, uint32_t lower, uint32_t upper);

/* Takes a framebuffer with direct colours, or notes why it cannot be used. */
void copy_framebuffer(struct boot_info *info, const struct boot_framebuffer *given, uint32_t tag);

/* Notes that something was left out. */
void copy_note(struct boot_info *info, const char *why, uint32_t tag);

#endif
