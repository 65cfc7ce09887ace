/* Who owns which memory: Baton, its live tables, the modules, the loaded image. */
#ifndef KERNEL_SHELL_OWNERS_H
#define KERNEL_SHELL_OWNERS_H

#include <stdbool.h>
#include <stdint.h>

enum owner {
    OWNER_FREE,
    OWNER_BATON,
    OWNER_TABLES,
    OWNER_MODULE,
    OWNER_IMAGE,
    OWNER_REGION,   /* kept for a capture kernel */
    OWNER_UEFI,     /* kept because the next kernel reads tables of UEFI there */
    OWNER_RESERVED, /* not usable RAM in the memory map */
    OWNER_HOLE,     /* not in the memory map */
    OWNERS
};

struct owned {
    uint64_t start, end;
    enum owner owner;
    uint32_t number; /* of a module; the memory type of a reserved range; OWNED_LEDGER */
};

#define OWNED_LEDGER 1 /* of OWNER_IMAGE: its ledger, which unload and check rely on */

/*
 * Visits every range of the memory map from 0 up, in order, without the holes. Stops and returns
 * false when visit returns false.
 */
bool owners_each(bool (*visit)(void *ctx, const struct owned *owned), void *ctx);

/* The owner of the byte at pa. */
struct owned owner_at(uint64_t pa);

/* Is every byte of [start, end) usable RAM in the memory map? Then a read has no side effects. */
bool owners_is_ram(uint64_t start, uint64_t end);

#endif
