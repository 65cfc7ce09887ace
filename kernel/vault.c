/*
 * The vault, on two pages of the region with a stack of its own, and the way out of a dead kernel:
 * note the registers, quieten the devices, hand over.
 */
#include "kernel/vault.h"

#include "kernel/cpu.h"
#include "kernel/crash.h"
#include "kernel/layout.h"
#include "kernel/quiet.h"
#include "kernel/region.h"
#include "kernel/spoil.h"

#define VAULT_MAGIC 0x544c5641u
#define VAULT_STACK 0x1000u

/* In the region, mapped directly: all that the crash needs to know. */
struct vault {
    uint32_t magic;
    uint32_t noted; /* registers are in the headers */
    uint32_t has_ticks;
    struct baton_dump_registers *registers;
    struct baton_image image; /* a copy: what the hand-off reads of it */
};

_Static_assert(sizeof(struct vault) + VAULT_STACK <= REGION_VAULT, "the vault holds its stack");

/*
 * Where the vault is, 0 while there is none. It lies among the read-only data, which a kernel that
 * runs wild cannot write; set_anchor, which does, switches CR0.WP off.
 */
static volatile struct vault *const anchor __attribute__((section(".rodata.anchor"))) = NULL;

static struct vault *vault_now(void)
{
    struct vault *vault;

    /* the compiler believes that a const never changes */
    __asm__("movl %1, %0" : "=r"(vault) : "m"(anchor));
    return vault;
}

static void set_anchor(struct vault *vault)
{
    uint32_t cr0 = cpu_cr0();

    __asm__ volatile("movl %1, %%cr0; movl %2, %0; movl %3, %%cr0"
                     : "=m"(*(struct vault **)(uintptr_t)&anchor)
                     : "r"(cr0 & ~CR0_WP), "r"(vault), "r"(cr0)
                     : "memory");
}

void vault_arm(const struct baton_image *image, struct baton_dump_registers *registers)
{
    struct vault *vault = (void *)(KERNEL_BASE + (uint32_t)region.vault);

    *vault = (struct vault){VAULT_MAGIC, 0, cpu.tsc, registers, *image};
    set_anchor(vault);
}

void vault_disarm(void)
{
    set_anchor(NULL);
}

/* ---- the crash: from here on, .data and .bss are not believed */

static void __attribute__((noreturn)) leave(struct vault *vault)
{
    vault->image.exec_ticks = vault->has_ticks ? cpu_ticks() : 0;
    devices_quiet();
    SPOIL_LIVE_TABLES(vault->image.control);
    baton_handoff(&vault->image);
}

void crash_note(const struct baton_dump_registers *registers)
{
    struct vault *vault = vault_now();

    if (!crash_ready())
        return;
    if (vault->noted)
        crash_take();
    *vault->registers = *registers;
    vault->noted = 1;
}

bool crash_ready(void)
{
    struct vault *vault = vault_now();

    return vault && vault->magic == VAULT_MAGIC;
}

void crash_take(void)
{
    struct vault *vault = vault_now();

    if (!crash_ready())
        return;
    __asm__ volatile("movl %0, %%esp; xorl %%ebp, %%ebp; pushl %1; call *%2; ud2"
                     :
                     : "r"((uint32_t)vault + REGION_VAULT), "r"(vault), "r"(leave)
                     : "memory");
    __builtin_unreachable();
}
