/*
 * Does a boot loader put the file's name before the arguments? GRUB 2 does not; GRUB 0.97, the
 * SYSLINUX family, iPXE, kexec-tools and QEMU do. [MB1 3.3, cmdline] leaves it open.
 */
#ifndef BOOT_NAMES_H
#define BOOT_NAMES_H

#include <stdbool.h>

/*
 * Decides by Baton's own command line, as the loader gave it: its first word is a file name, or one
 * of Baton's options. A loader treats the strings of its modules in the same way. The option
 * names=first or names=none overrides this; the last one counts.
 */
bool names_come_first(const char *line);

/* Skips the first word and the spaces that follow it. */
const char *names_skip(const char *string);

#endif
