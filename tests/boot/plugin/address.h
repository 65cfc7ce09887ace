/*
 * Part of storewatch.so: the address that an instruction is executed at.
 *
 * QEMU tells a plugin addresses when it translates a block of instructions. QEMU 10 executes a block
 * at other addresses, too: wherever else its physical page is mapped.
 */
#ifndef TESTS_BOOT_ADDRESS_H
#define TESTS_BOOT_ADDRESS_H

#include "plugin.h"

#define PAGE_SIZE 4096u

/* To be called for each block that is translated. */
void address_watch(struct qemu_plugin_tb *tb);

/* While an instruction is executed: where, if this was its address when it was translated. The
 * offset in its page is the same. Code is taken to run in flat segments. */
uint64_t address_now(uint64_t translated_at);

#endif
