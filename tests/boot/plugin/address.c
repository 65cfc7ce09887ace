/*
 * At which address code is executed, see address.h. The program counter is read at a block's
 * beginning, as only there QEMU keeps it up to date, and the block's other instructions are as far
 * away from it as they were when it was translated.
 *
 * With API 1 no register can be read. It need not be: a block of QEMU 7.2 and 8.2 belongs to one
 * address.
 */
#include "address.h"

#if BATON_PLUGIN_API >= 2

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct qemu_plugin_register *counter;
static GByteArray *bytes;
static uint64_t shift;

/* The CPU's registers are known once it runs. */
static void find_counter(void)
{
    GArray *list = qemu_plugin_get_registers();

    for (unsigned i = 0; list && i < list->len; i++) {
        const struct register_description *r =
            (const void *)(list->data + (size_t)i * g_array_get_element_size(list));
        if (strcmp(r->name, "eip") == 0 || strcmp(r->name, "rip") == 0)
            counter = r->handle;
    }
    if (!counter) {
        fprintf(stderr, "storewatch: QEMU lists neither a register eip nor rip\n");
        exit(1);
    }
    g_array_free(list, 1);
    bytes = g_byte_array_new();
}

static void on_block(unsigned vcpu, void *translated_at)
{
    uint64_t now = 0;

    (void)vcpu;
    if (!counter)
        find_counter();
    g_byte_array_set_size(bytes, 0);
    qemu_plugin_read_register(counter, bytes);
    if (bytes->len != 4 && bytes->len != 8) {
        fprintf(stderr, "storewatch: QEMU gives %u bytes for the program counter\n", bytes->len);
        exit(1);
    }
    memcpy(&now, bytes->data, bytes->len);
    shift = now - (uintptr_t)translated_at;
}

void address_watch(struct qemu_plugin_tb *tb)
{
    uint64_t first = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0));

    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_R_REGS,
                                         (void *)(uintptr_t)first);
}

uint64_t address_now(uint64_t translated_at)
{
    return translated_at + shift;
}

#else

void address_watch(struct qemu_plugin_tb *tb)
{
    (void)tb;
}

uint64_t address_now(uint64_t translated_at)
{
    return translated_at;
}

#endif
