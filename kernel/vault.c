/*
 * The vault, on the region's last pages with a stack of its own, and the way out of a dead kernel:
 * note the registers, quieten the devices, hand over. Everything that the trampoline needs before
 * it can check the rest for itself is under the vault's seal.
 */
#include "kernel/vault.h"

#include "kernel/cpu.h"
#include "kernel/crash.h"
#include "kernel/layout.h"
#include "kernel/quiet.h"
#include "kernel/region.h"
#include "kernel/spoil.h"
#include "kernel/watchdog.h"
#include "relocate/sha256.h"

#define VAULT_STACK 0x1000u

/* In the region, mapped directly: all that the crash needs to know. */
struct vault {
    /* sealed at the load */
    uint8_t trampoline[BATON_PAGE_SIZE]; /* its page, as it was then */
    struct baton_dump_registers *registers;
    uint32_t has_ticks, has_watchdog;
    struct baton_image image; /* a copy: what the hand-off reads of it */

    uint32_t seal[SHA256_WORDS];

    /* written at the crash */
    uint32_t noted;                   /* NOTED: it has begun */
    struct baton_dump_registers dead; /* the registers then */
};

#define NOTED 0x44414544u /* "DEAD" in memory: nothing that is there by chance */

_Static_assert(sizeof(struct vault) + VAULT_STACK <= REGION_VAULT, "the vault holds its stack");

/*
 * Where the vault is, 0 while there is none. It lies among the read-only data, which a kernel that
 * runs wild cannot write; set_anchor, which does, switches CR0.WP off.
 */
static struct vault *const anchor __attribute__((section(".rodata.anchor"))) = NULL;

#define BROKEN ((struct vault *)1) /* its seal was: never again */

static struct vault *anchored(void)
{
    struct vault *vault;

    /* the compiler believes that a const never changes */
    __asm__ volatile("movl %1, %0" : "=r"(vault) : "m"(anchor));
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

/* Over the pool, which has all that Baton made, and the vault. Only its address is believed. */
static void reckon_seal(const struct vault *vault, uint32_t seal[SHA256_WORDS])
{
    const uint8_t *end = (const uint8_t *)vault + REGION_VAULT;
    struct sha256 sha;

    sha256_begin(&sha);
    sha256_add(&sha, end - REGION_TAIL, REGION_POOL * BATON_PAGE_SIZE);
    sha256_add(&sha, vault, offsetof(struct vault, seal));
    sha256_end(&sha, seal);
}

void vault_arm(const struct baton_image *image, struct baton_dump_registers *registers)
{
    struct vault *vault = (void *)(KERNEL_BASE + (uint32_t)region.vault);

    vault->registers = registers;
    vault->has_ticks = cpu.tsc;
    vault->has_watchdog = watchdog_on;
    vault->image = *image;
    vault->noted = 0;
    __builtin_memcpy(vault->trampoline, baton_trampoline_page, BATON_PAGE_SIZE);
    reckon_seal(vault, vault->seal);
    set_anchor(vault);
}

void vault_disarm(void)
{
    set_anchor(NULL);
}

/* ---- the crash: from here on, .data and .bss are not believed */

/* Whether its seal holds or not; NULL: there is none, or its seal was broken once. */
static struct vault *armed(void)
{
    struct vault *vault = anchored();

    return vault == BROKEN ? NULL : vault;
}

bool crash_ready(void)
{
    struct vault *vault = armed();
    uint32_t seal[SHA256_WORDS];

    if (!vault)
        return false;
    reckon_seal(vault, seal);
    if (!__builtin_memcmp(seal, vault->seal, sizeof(seal)))
        return true;
    set_anchor(BROKEN);
    return false;
}

/* On the vault's stack. Returns if the seal does not hold. */
static void leave(struct vault *vault)
{
    if (!crash_ready())
        return;
    *vault->registers = vault->dead;
    vault->image.exec_ticks = vault->has_ticks ? cpu_ticks() : 0;
    watchdog_end_if(vault->has_watchdog);
    devices_quiet();
    __builtin_memcpy(baton_trampoline_page, vault->trampoline, BATON_PAGE_SIZE);
    SPOIL_LIVE_TABLES(vault->image.control);
    baton_handoff(&vault->image);
}

/* At once, before the seal is looked at, which takes its time: the region is written to, no more. */
void crash_note(const struct baton_dump_registers *registers)
{
    struct vault *vault = armed();

    if (!vault)
        return;
    if (vault->noted == NOTED) {
        crash_take();
        return;
    }
    vault->dead = *registers;
    vault->noted = NOTED;
}

bool crash_broken(void)
{
    return anchored() == BROKEN;
}

void crash_take(void)
{
    struct vault *vault = armed();

    if (!vault)
        return;
    void *stack = (uint8_t *)vault + REGION_VAULT;
    void (*go)(struct vault *) = leave;

    /* the stack may be what has died: not a word of it is used */
    __asm__ volatile("movl %%esp, -4(%0); leal -4(%0), %%esp; pushl %1; call *%2; popl %%eax; "
                     "popl %%esp"
                     : "+a"(stack), "+d"(vault), "+c"(go)
                     :
                     : "memory", "cc");
}
