/*
 * Part of storewatch.so: from which pages of RAM code is executed, and RAM itself, as QEMU has it
 * mapped from a file. Without ram_watch() all of it does nothing.
 */
#ifndef TESTS_BOOT_FETCHES_H
#define TESTS_BOOT_FETCHES_H

#include <stdio.h>

#include "plugin.h"

/* RAM lies in this file; it must be known before the first instruction is translated. */
void ram_watch(const char *file);

/* Writes all of RAM, as it is now, to a file. False: it could not, and stderr says why. */
bool ram_copy(const char *to);

/* Where an instruction lies, for fetches_add() when it is executed. */
void *fetches_place(const struct qemu_plugin_insn *insn);
void fetches_add(const void *place);

/* The lines "fetch VA PA N", in the order of execution. */
void fetches_write(FILE *f);

#endif
