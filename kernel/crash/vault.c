/*
 * The vault, on the region's last pages with a stack of its own, and the way out of a dead kernel:
 * note the registers, quieten the devices, hand over. Everything that the trampoline needs before
 * it can check the rest for itself is under the vault's seal.
 */
#include "kernel/crash/vault.h"

#include "kernel/crash/crashtables.h"
#include "kernel/crash/region.h"
#include "kernel/crash/vault_take.h"
#include "kernel/devices/quiet.h"
#include "kernel/devices/watchdog.h"
#include "kernel/load/report.h"
#include "kernel/load/spoil.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/probe.h"
#include "kernel/machine/readonly.h"

/* In the region, mapped directly: all that the crash needs to know. */
struct vault {
    struct baton_vault public; /* own[ROOT]: of the tables that it is handed over on */
    uint64_t pae_root[4] __attribute__((aligned(32)));
};

enum { ROOT }; /* in own[] */

_Static_assert(sizeof(struct vault) + BATON_VAULT_STACK <= BATON_CRASH_VAULT,
               "the vault has its stack");

/* Where the vault is, NULL while there is none; or why it is left alone from now on. */
struct vault *vault_anchor READ_ONLY;

/* As many as VAULT_REASONS. */
#define BROKEN ((struct vault *)1) /* its seal was */
#define SPENT ((struct vault *)2)  /* the tries are */
#define GONE ((struct vault *)3)   /* the live tables do not lead there any more */

/* Called by vault_take.S alone. */
void vault_leave(struct baton_vault *vault) __attribute__((used));

bool vault_arm(const struct baton_crash_dump *dump, const struct baton_image *image)
{
    struct vault *vault = (void *)(KERNEL_BASE + (uint32_t)region.vault);

    if (!crashtables_make(&region.host, &vault->public.own[ROOT]))
        return false;
    baton_vault_arm(&region, dump, image, &vault->public);
    READ_ONLY_SET(vault_anchor, vault);
    return true;
}

void vault_disarm(void)
{
    READ_ONLY_SET(vault_anchor, NULL);
    crashtables_free(&region.host);
}

/* ---- the crash: from here on, .data, .bss and the live tables are not believed */

/* Whether its seal holds or not; NULL: there is none, or it is left alone. */
static struct vault *armed(void)
{
    return (uintptr_t)vault_anchor <= VAULT_REASONS ? NULL : vault_anchor;
}

bool vault_ready(void)
{
    struct vault *vault = armed();
    const uint8_t *pool;

    if (!vault)
        return false;
    watchdog_feed();
    pool = baton_vault_pool(&vault->public);
    if (!probe(pool, pool + BATON_CRASH_POOL * BATON_PAGE_SIZE, false)) {
        READ_ONLY_SET(vault_anchor, GONE);
        return false;
    }
    if (baton_vault_is_whole(&vault->public))
        return true;
    READ_ONLY_SET(vault_anchor, BROKEN);
    return false;
}

/*
 * A PAE root is entered as a copy: QEMU writes to its entries (the accessed bit, which a CPU has
 * not there [SDM3 4.4.1]), and the seal must hold for a second try. The live tables' global entries
 * survive the write to CR3, but not that to CR4.
 */
static void enter_tables(struct vault *vault)
{
    uint32_t root = vault->public.own[ROOT];

    if (vault->public.image.kind == BATON_TABLES_PAE) {
        __builtin_memcpy(vault->pae_root, (void *)(KERNEL_BASE + root), sizeof(vault->pae_root));
        root = (uint32_t)vault->pae_root - KERNEL_BASE;
    }
    cpu_set_cr3(root);
    if (cpu.pge)
        cpu_set_cr4(cpu_cr4() & ~(uint32_t)CR4_PGE);
}

/*
 * On the vault's stack. Returns if the seal does not hold, and when no try is left: what ended in a
 * fault twice would do so for ever. Until the trampoline has its own IDT a second death begins here
 * again, so nothing is written to what the seal covers. The watchdog runs until nothing is left
 * that could hang.
 */
void vault_leave(struct baton_vault *public)
{
    struct vault *vault = (struct vault *)public;
    struct baton_refusal why;
    uint64_t ticks;

    if (!baton_vault_try(public)) {
        READ_ONLY_SET(vault_anchor, SPENT);
        return;
    }
    if (!vault_ready())
        return;
    SPOIL_LIVE_TABLES(public->image.control);
    enter_tables(vault);
    ticks = cpu.tsc ? cpu_ticks() : 0;
    devices_quiet();
    watchdog_pause();
    baton_vault_leave(public, ticks, &why);
    report_refusal(&why);
}

/* At once, before the seal is looked at, which takes its time: the region is written to, no
 * more. */
bool vault_note(const struct baton_dump_registers *registers)
{
    struct vault *vault = armed();

    if (!vault)
        return false;
    if (!probe(vault, (uint8_t *)vault + BATON_CRASH_VAULT, true)) {
        READ_ONLY_SET(vault_anchor, GONE);
        return false;
    }
    if (baton_vault_note(&vault->public, registers))
        return true;
    vault_take();
    return false;
}

const char *vault_lost(void)
{
    return vault_anchor == BROKEN  ? "its control pages in the region are not what was loaded"
           : vault_anchor == SPENT ? "two tries have ended in a fault"
           : vault_anchor == GONE  ? "the live tables do not map its control pages any more"
                                   : NULL;
}
