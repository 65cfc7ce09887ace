/*
 * Crash dumps, the other half: a region of memory in which a capture kernel waits until the host
 * crashes. The host reserves the region at its start and uses it for nothing else:
 *
 *   start                                 tail                                             end
 *   |  capture kernel, initrd, its own RAM |  pool  |  low memory  |  core headers  |  vault |
 *
 *     pool          pages for the image that hands over to the capture kernel
 *     low memory    receives the first 640 KiB at the hand-off: the capture kernel uses them
 *     core headers  baton/elfcore.h: what the capture kernel makes its dump of
 *     vault         what the host needs to know at the crash, and the stack that it uses then
 *
 * The capture kernel's memory map has low memory and everything up to `tail` as usable, and the
 * rest of the region as reserved.
 *
 * Nothing here keeps global state: all of it is in the caller's struct baton_crash. One call at a
 * time for each of them. No function needs more than BATON_STACK bytes of stack.
 */
#ifndef BATON_CRASH_H
#define BATON_CRASH_H

#include "baton.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BATON_CRASH_POOL 96u /* pages */
#define BATON_CRASH_LOW 0xa0000u
#define BATON_CRASH_HEADERS (4 * BATON_PAGE_SIZE)
#define BATON_CRASH_VAULT (3 * BATON_PAGE_SIZE)
#define BATON_CRASH_TAIL                                                                           \
    (BATON_CRASH_POOL * BATON_PAGE_SIZE + BATON_CRASH_LOW + BATON_CRASH_HEADERS +                  \
     BATON_CRASH_VAULT)                          /* bytes from tail to end */
#define BATON_CRASH_LEAST (2 * BATON_CRASH_TAIL) /* bytes of a region; 64 MiB are usual */

/* A memory map that is made of one with n entries has at most n + BATON_CRASH_MORE. */
#define BATON_CRASH_MORE 2

/* ---- the region -------------------------------------------------------------------------- */

/* Owned by the caller, in memory that stays as long as an image in the region. */
struct baton_crash {
    uint32_t size; /* sizeof(struct baton_crash) */

    /* baton_crash_region() */
    struct baton_range range;           /* the region; empty: there is none */
    uint64_t tail, low, headers, vault; /* pa */

    /* baton_crash_host() */
    const struct baton_host *usual;         /* the host's own */
    struct baton_host host;                 /* for images in the region */
    const struct baton_memory *payload_map; /* the capture kernel's memory map */
    uint32_t payload_map_count;

    uint32_t taken[BATON_CRASH_POOL / 32]; /* a bit for each page of the pool that is in use */
    uint32_t strays; /* pages freed that were not in use: always 0, or the image was overwritten */
};
BATON_LAYOUT(baton_crash, 140);

/*
 * Divides the region [start, end), which is RAM that belongs to nobody else; both are multiples of
 * 4096. It lies above the low memory and below 4 GiB. *crash is overwritten. 0, or BATON_E_HOST
 * with *crash zeroed.
 */
int baton_crash_region(uint64_t start, uint64_t end, struct baton_crash *crash,
                       struct baton_refusal *why);

/*
 * Prepares crash->host, with which images in the region are made: its pages come from the pool, its
 * memory map is `map`, and the rest is as in *usual. Also makes crash->payload_map. `map` and
 * `payload_map` are the caller's arrays of `room` entries each, at least usual->memory_count +
 * BATON_CRASH_MORE. They and *usual must stay as long as *crash, whose address must not change any
 * more. May be called again; with an image in the region, only if *usual has not changed. 0, or
 * BATON_E_HOST: the region is not in one usable entry of usual->memory, or `room` is too small.
 */
int baton_crash_host(struct baton_crash *crash, const struct baton_host *usual,
                     struct baton_memory *map, struct baton_memory *payload_map, uint32_t room,
                     struct baton_refusal *why);

/*
 * The two memory maps, made of the machine's: sorted, as struct baton_host asks for.
 *
 *   map          for placing: the region is usable; all other RAM is BATON_MEM_KEPT
 *   payload_map  the capture kernel's: low memory and the region up to its tail are usable
 *
 * Each writes at most `room` entries to `out`, and returns how many there are in all.
 */
uint32_t baton_crash_map(const struct baton_crash *crash, const struct baton_memory *memory,
                         uint32_t count, struct baton_memory *out, uint32_t room);
uint32_t baton_crash_payload_map(const struct baton_crash *crash, const struct baton_memory *memory,
                                 uint32_t count, struct baton_memory *out, uint32_t room);

struct baton_vault;

/* ---- the load ---------------------------------------------------------------------------- */

/* The ranges of the core headers are at most memory_count + BATON_CRASH_RANGES. */
#define BATON_CRASH_RANGES 4

/* What the core headers say of the host, and memory that the load works in. Owned by the caller;
 * `line` must stay as long as the request, the rest until the load returns. */
struct baton_crash_dump {
    const char *info; /* the VMCOREINFO text, such as "PAGESIZE=4096\n"; NUL-terminated */

    /* The host's memory below direct_end is at direct_va + pa in its page tables, for gdb. Above,
     * no virtual address is known. direct_end is a multiple of 4096 and at most 4 GiB; 0: none. */
    uint64_t direct_end; /* pa */
    uint32_t direct_va;

    uint32_t range_room; /* entries of `range`, at least memory_count + BATON_CRASH_RANGES */
    struct baton_dump_range *range;
    void *headers;      /* BATON_CRASH_HEADERS bytes, 4-byte aligned */
    char *line;         /* receives the command line with elfcorehdr=; may be the request's own */
    uint32_t line_room; /* bytes of it, for the NUL, too */

    /* The answer: where the struct baton_dump_registers is, in bytes from the start of the headers.
     * The headers before it do not change until the crash. */
    uint32_t registers;
};
BATON_LAYOUT(baton_crash_dump, 40);

/*
 * Loads a capture kernel into the region: reads request->kernel and its modules, places them in the
 * region and copies them there, writes the core headers, and makes *image, with control pages from
 * the pool. It is baton_crash_line(), baton_crash_plan(), baton_crash_stage() and
 * baton_vault_arm().
 *
 * Fills the request's command_line, place and map. *payload is overwritten, 12 KiB that only the
 * load and reports need. *image is zeros, or one in the region, with *vault armed for it: that one
 * is given up after the plan. If this load fails before, the region and *image have not changed; if
 * it fails later, *image is zeroed and the vault disarmed.
 *
 * Refused besides what baton_load() refuses: BATON_E_FIXED, a kernel that runs at one address only;
 * BATON_E_COMMAND_LINE, no room for elfcorehdr=; BATON_E_SEGMENTS, more ranges of memory than fit
 * into the headers. Set request->digest_page: it detects what the crashing host wrote into the
 * capture kernel.
 */
int baton_crash_load(struct baton_crash *crash, struct baton_request *request,
                     struct baton_crash_dump *dump, const struct baton_machine *machine,
                     struct baton_payload *payload, struct baton_image *image,
                     struct baton_vault *vault, struct baton_refusal *why);

/*
 * Writes "elfcorehdr=ADDRESS WORDS", what a Linux needs to find the headers, to `line` of `room`
 * bytes. It is first, because what follows a "--" is not Linux's. Returns the number of characters;
 * if it is not less than `room`, nothing was written. `words` and `line` may be the same buffer.
 */
size_t baton_crash_line(const struct baton_crash *crash, const char *words, char *line,
                        size_t room);

/*
 * Reads the payload, prepares the headers in the caller's memory, and places all segments in the
 * region, which does not change. request->command_line has elfcorehdr= already. Clears request->efi:
 * nobody calls the firmware of a machine that crashed. 0 or an error.
 */
int baton_crash_plan(const struct baton_crash *crash, struct baton_request *request,
                     struct baton_crash_dump *dump, struct baton_payload *payload,
                     struct baton_refusal *why);

/* Fills the region by the plan. No other image is in it, *image is zeros or freed. 0 or an
 * error; on failure the pool is empty. */
int baton_crash_stage(struct baton_crash *crash, const struct baton_request *request,
                      const struct baton_crash_dump *dump, const struct baton_machine *machine,
                      struct baton_payload *payload, struct baton_image *image,
                      struct baton_refusal *why);

/* ---- the crash --------------------------------------------------------------------------- */

#define BATON_VAULT_STACK 0x1000u /* bytes at least that baton_vault_take() has for leave() */
#define BATON_VAULT_OWN 4

#ifdef __i386__
#define BATON_REGISTERS __attribute__((regparm(2))) /* no argument is on the stack */
#else
#define BATON_REGISTERS
#endif

/*
 * The vault, at pa crash->vault. All functions below take its virtual address. There the region
 * must be mapped in one piece and writable, from crash->tail to its end, as a direct map does. They
 * use no memory besides that, the stack, and what they are given: at a crash the host's own
 * variables, struct baton_crash among them, may hold anything. Keep the vault's address where a
 * wild write is unlikely to reach it, such as in read-only memory.
 */
struct baton_vault {
    /* sealed, with the pages of the pool that are in use */
    uint8_t trampoline[BATON_PAGE_SIZE]; /* the trampoline's page, as it was at the load */
    uint32_t registers;                  /* struct baton_crash_dump's */
    uint32_t own[BATON_VAULT_OWN];       /* the host's; to be filled before the vault is armed */
    struct baton_image image;            /* a copy: what the hand-off reads */
    uint32_t pages; /* of the pool that are sealed: its last ones, which have all that are in use */

    uint32_t seal[8]; /* SHA-256 over these pages, and the vault up to here */

    /* written at the crash */
    uint32_t noted, tries;
    struct baton_dump_registers dead;
};
BATON_LAYOUT(baton_vault, 4748);

/* The pool's virtual address. */
static inline const void *baton_vault_pool(const struct baton_vault *vault)
{
    return (const char *)vault + BATON_CRASH_VAULT - BATON_CRASH_TAIL;
}

/*
 * For an image that baton_crash_stage() has made: keeps what the hand-off needs, and computes the
 * seal. After this, no byte of the pool and of the vault's sealed part may change.
 * baton_crash_load() calls it.
 */
void baton_vault_arm(const struct baton_crash *crash, const struct baton_crash_dump *dump,
                     const struct baton_image *image, struct baton_vault *vault);

/* Disarms the vault. To unload: this, then baton_image_free(). */
void baton_vault_disarm(struct baton_vault *vault);

/*
 * Is a capture kernel loaded, and is everything that the trampoline reads as it was at the load?
 * False also for a vault that was never armed. It reads some 100 KiB.
 */
bool baton_vault_is_whole(const struct baton_vault *vault);

/*
 * The host has crashed with these registers; they are kept for the dump. Call it first, before
 * anything is printed. false: a crash was noted already, whose registers are kept: this is a second
 * one on the way out.
 */
bool baton_vault_note(struct baton_vault *vault, const struct baton_dump_registers *registers);

/* Counts a try to hand over. false: two were made, which ended in faults; a third would, too. */
bool baton_vault_try(struct baton_vault *vault);

/*
 * Calls leave(vault) on the vault's stack, or on the present one if that is the vault's already.
 * Returns when leave() does. Of the caller's stack only the return address is used: it may be what
 * has failed. (i386 only)
 */
void baton_vault_take(void (*leave)(struct baton_vault *vault),
                      struct baton_vault *vault) BATON_REGISTERS;

/*
 * The point of no return, to be called by leave(). The vault is whole, devices are quiet, and the
 * CPU is as baton_handoff() asks for. Writes the noted registers into the core headers, restores
 * the trampoline's page, which may have been overwritten, and hands over. exec_ticks: struct
 * baton_image's; 0: now. Returns BATON_E_HOST if baton_handoff() does. (i386 only)
 */
int baton_vault_leave(struct baton_vault *vault, uint64_t exec_ticks, struct baton_refusal *why);

#ifdef __cplusplus
}
#endif

#endif
