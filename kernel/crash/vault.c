/*
 * The vault, on the region's last pages with a stack of its own, and the way out of a dead kernel:
 * note the registers, quieten the devices, hand over. Everything that the trampoline needs before
 * it can check the rest for itself is under the vault's seal.
 */
#include "kernel/crash/vault.h"

#include "kernel/crash/crashtables.h"
#include "kernel/crash/region.h"
#include "kernel/crash/vault_take.h"
#include "kernel/load/spoil.h"
#include "kernel/load/tell.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/probe.h"
#include "kernel/machine/quiet.h"
#include "kernel/machine/readonly.h"
#include "kernel/machine/watchdog.h"
#include "lib/sha256.h"

#define VAULT_STACK 0x1000u /* at least */
#define POOL_SIZE (REGION_POOL * BATON_PAGE_SIZE)

/* In the region, mapped directly: all that the crash needs to know. */
struct vault {
    /* sealed at the load */
    uint8_t trampoline[BATON_PAGE_SIZE]; /* its page, as it was then */
    struct baton_dump_registers *registers;
    uint32_t root;            /* of the tables that it is handed over on */
    struct baton_image image; /* a copy: what the hand-off reads of it */
    uint32_t pages;           /* of the pool that are sealed: its last ones */

    uint32_t seal[SHA256_WORDS];

    /* written at the crash */
    uint32_t noted;                   /* NOTED: it has begun */
    uint32_t tries;                   /* TRIED_...: to hand over */
    struct baton_dump_registers dead; /* the registers then */
    uint64_t pae_root[4] __attribute__((aligned(32)));
};

/* Not sealed, so it may hold anything: values that are there by no chance. */
enum { NOTED = 0x44414544, TRIED_ONCE = 0x454e4f54, TRIED_TWICE = 0x4f575454 };

_Static_assert(sizeof(struct vault) + VAULT_STACK <= REGION_VAULT, "the vault holds its stack");
_Static_assert(VAULT_SIZE == REGION_VAULT, "vault_take.S knows where the vault ends");

/* Where the vault is, NULL while there is none; or why it is left alone from now on. */
struct vault *vault_anchor READ_ONLY;

/* As many as VAULT_REASONS. */
#define BROKEN ((struct vault *)1) /* its seal was */
#define SPENT ((struct vault *)2)  /* the tries are */
#define GONE ((struct vault *)3)   /* the live tables do not lead there any more */

/* The bytes of the vault's stack, behind what it holds. */
const uint32_t vault_stack = REGION_VAULT - sizeof(struct vault);

/* Called by vault_take.S alone. */
void vault_leave(struct vault *vault) __attribute__((used));

static const uint8_t *end_of(const struct vault *vault)
{
    return (const uint8_t *)vault + REGION_VAULT;
}

static const uint8_t *pool_of(const struct vault *vault)
{
    return end_of(vault) - REGION_TAIL;
}

/*
 * Over the pages of the pool that are in use, which have all that Baton made, and the vault. Only its
 * address is believed: their number is sealed, too, and no other memory is read whatever it is.
 */
static void reckon_seal(const struct vault *vault, uint32_t seal[SHA256_WORDS])
{
    uint32_t size = (vault->pages < REGION_POOL ? vault->pages : REGION_POOL) * BATON_PAGE_SIZE;
    struct sha256 sha;

    sha256_begin(&sha);
    sha256_add(&sha, pool_of(vault) + POOL_SIZE - size, size);
    sha256_add(&sha, vault, offsetof(struct vault, seal));
    sha256_end(&sha, seal);
}

bool vault_arm(const struct baton_host *host, const struct baton_image *image,
               struct baton_dump_registers *registers)
{
    struct vault *vault = (void *)(KERNEL_BASE + (uint32_t)region.vault);

    if (!crashtables_make(host, &vault->root))
        return false;
    vault->registers = registers;
    vault->image = *image;
    vault->pages = region_pages();
    vault->noted = vault->tries = 0;
    __builtin_memcpy(vault->trampoline, baton_trampoline_page, BATON_PAGE_SIZE);
    reckon_seal(vault, vault->seal);
    READ_ONLY_SET(vault_anchor, vault);
    return true;
}

void vault_disarm(const struct baton_host *host)
{
    READ_ONLY_SET(vault_anchor, NULL);
    crashtables_free(host);
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
    uint32_t seal[SHA256_WORDS];

    if (!vault)
        return false;
    watchdog_feed();
    if (!probe(pool_of(vault), pool_of(vault) + POOL_SIZE, false)) {
        READ_ONLY_SET(vault_anchor, GONE);
        return false;
    }
    reckon_seal(vault, seal);
    if (!__builtin_memcmp(seal, vault->seal, sizeof(seal)))
        return true;
    READ_ONLY_SET(vault_anchor, BROKEN);
    return false;
}

/*
 * A PAE root is entered as a copy: QEMU writes to its entries (the accessed bit, which a CPU has not
 * there [SDM3 4.4.1]), and the seal must hold for a second try. The live tables' global entries survive
 * the write to CR3, but not that to CR4.
 */
static void enter_tables(struct vault *vault)
{
    uint32_t root = vault->root;

    if (vault->image.kind == BATON_TABLES_PAE) {
        __builtin_memcpy(vault->pae_root, (void *)(KERNEL_BASE + root), sizeof(vault->pae_root));
        root = (uint32_t)vault->pae_root - KERNEL_BASE;
    }
    cpu_set_cr3(root);
    if (cpu.pge)
        cpu_set_cr4(cpu_cr4() & ~(uint32_t)CR4_PGE);
}

/* What ended in a fault twice would do so for ever. */
static bool try_is_left(struct vault *vault)
{
    bool left = vault->tries != TRIED_TWICE;

    if (left)
        vault->tries = vault->tries == TRIED_ONCE ? TRIED_TWICE : TRIED_ONCE;
    else
        READ_ONLY_SET(vault_anchor, SPENT);
    return left;
}

/*
 * On the vault's stack. Returns if the seal does not hold, and when no try is left. Until the
 * trampoline has its own IDT a second death begins here again, so nothing is written to what the seal
 * covers: the image is a copy. The watchdog runs until nothing is left that could hang.
 */
void vault_leave(struct vault *vault)
{
    struct baton_refusal why;
    struct baton_image image;

    if (!try_is_left(vault) || !vault_ready())
        return;
    SPOIL_LIVE_TABLES(vault->image.control);
    enter_tables(vault);
    image = vault->image;
    image.exec_ticks = cpu.tsc ? cpu_ticks() : 0;
    *vault->registers = vault->dead; /* among the core headers, in the part that is not compared */
    __builtin_memcpy(baton_trampoline_page, vault->trampoline, BATON_PAGE_SIZE);
    devices_quiet();
    watchdog_pause();
    baton_handoff(&image, &why);
    tell_refusal(&why);
}

/* At once, before the seal is looked at, which takes its time: the region is written to, no more. */
bool vault_note(const struct baton_dump_registers *registers)
{
    struct vault *vault = armed();

    if (!vault)
        return false;
    if (!probe(vault, end_of(vault), true)) {
        READ_ONLY_SET(vault_anchor, GONE);
        return false;
    }
    if (vault->noted == NOTED) {
        vault_take();
        return false;
    }
    vault->dead = *registers;
    vault->noted = NOTED;
    return true;
}

const char *vault_lost(void)
{
    return vault_anchor == BROKEN  ? "its control pages in the region are not what was loaded"
           : vault_anchor == SPENT ? "two tries have ended in a fault"
           : vault_anchor == GONE  ? "the live tables do not map its control pages any more"
                                   : NULL;
}
