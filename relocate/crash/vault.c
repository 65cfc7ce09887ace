/* The vault's contents, and its seal: a control page that a crashing kernel has written to is
 * noticed before the jump, and not by a triple fault. */
#include "lib/sha256.h"
#include "relocate/crash/vault_size.h"

#include "baton/crash.h"

/* Not sealed, so they may contain anything: these values do not occur by chance. */
enum { NOTED = 0x44414544, TRIED_ONCE = 0x454e4f54, TRIED_TWICE = 0x4f575454 };

#define POOL_BYTES (BATON_CRASH_POOL * BATON_PAGE_SIZE)

_Static_assert(VAULT_SIZE == BATON_CRASH_VAULT, "vault_take.S knows where the vault ends");
_Static_assert(sizeof(struct baton_vault) + BATON_VAULT_STACK <= BATON_CRASH_VAULT,
               "the vault has its stack");
_Static_assert(sizeof(((struct baton_vault *)0)->seal) == SHA256_WORDS * sizeof(uint32_t),
               "the seal is a SHA-256");

/* How many pages at the pool's end contain all pages in use. */
static uint32_t pages_in_use(const struct baton_crash *crash)
{
    uint32_t first = 0;

    while (first < BATON_CRASH_POOL && !(crash->taken[first / 32] >> (first % 32) & 1))
        first++;
    return BATON_CRASH_POOL - first;
}

/*
 * Over the pages of the pool that are in use, which have all that the library made, and the vault.
 * Only its address is used unchecked: the number of pages is sealed, too, and no other memory is
 * read whatever it is.
 */
static void compute(const struct baton_vault *vault, uint32_t seal[SHA256_WORDS])
{
    const uint8_t *pool = baton_vault_pool(vault);
    uint32_t pages = vault->pages < BATON_CRASH_POOL ? vault->pages : BATON_CRASH_POOL;
    struct sha256 sha;

    sha256_begin(&sha, false); /* a flag in the vault may have been damaged */
    sha256_add(&sha, pool + POOL_BYTES - pages * BATON_PAGE_SIZE, pages * BATON_PAGE_SIZE);
    sha256_add(&sha, vault, offsetof(struct baton_vault, seal));
    sha256_end(&sha, seal);
}

void baton_vault_arm(const struct baton_crash *crash, const struct baton_crash_dump *dump,
                     const struct baton_image *image, struct baton_vault *vault)
{
    const struct baton_host *host = &crash->host;

    __builtin_memcpy(vault->trampoline,
                     host->map(host->ctx, BATON_WINDOW_SOURCE, host->trampoline_pa),
                     BATON_PAGE_SIZE);
    vault->registers = dump->registers;
    vault->image = *image;
    vault->pages = pages_in_use(crash);
    vault->noted = vault->tries = 0;
    compute(vault, vault->seal);
}

void baton_vault_disarm(struct baton_vault *vault)
{
    __builtin_memset(vault->seal, 0, sizeof(vault->seal));
}

bool baton_vault_is_whole(const struct baton_vault *vault)
{
    uint32_t seal[SHA256_WORDS];

    compute(vault, seal);
    return !__builtin_memcmp(seal, vault->seal, sizeof(seal));
}

bool baton_vault_note(struct baton_vault *vault, const struct baton_dump_registers *registers)
{
    if (vault->noted == NOTED)
        return false;
    vault->dead = *registers;
    vault->noted = NOTED;
    return true;
}

bool baton_vault_try(struct baton_vault *vault)
{
    if (vault->tries == TRIED_TWICE)
        return false;
    vault->tries = vault->tries == TRIED_ONCE ? TRIED_TWICE : TRIED_ONCE;
    return true;
}
