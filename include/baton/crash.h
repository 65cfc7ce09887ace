/*
 * Crash dumps, the other half: a region of memory in which a capture kernel waits until the host
 * crashes. The host reserves the region at its start and uses it for nothing else:
 *
 *   start                                 tail                                             end
 *   |  capture kernel, initrd, its own RAM |  pool  |  low memory  |  core headers  |  vault |
 *
 *     pool          pages for the image that hands over to the capture kernel
 *     low memory    receives the first 640 KiB at the hand-off; the capture kernel uses those itself
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

/* Owned by the caller, in memory that stays as long as an image in the region. */
struct baton_crash {
    uint32_t size; /* sizeof(struct baton_crash) */

    /* baton_crash_region() */
    struct baton_range range;           /* the region; empty: there is none */
    uint64_t tail, low, headers, vault; /* pa */

    /* baton_crash_host() */
    const struct baton_host *usual; /* the host's own */
    struct baton_host host;         /* for images in the region */

    uint32_t taken[BATON_CRASH_POOL / 32]; /* a bit for each page of the pool that is in use */
    uint32_t strays; /* pages freed that were not in use: always 0, or the image was overwritten */
};
BATON_LAYOUT(baton_crash, 124);

/*
 * Divides the region [start, end), which is RAM that belongs to nobody else; both are multiples of
 * 4096. It lies above the low memory and below 4 GiB. *crash is overwritten. 0, or BATON_E_HOST
 * with *crash zeroed.
 */
int baton_crash_region(uint64_t start, uint64_t end, struct baton_crash *crash,
                       struct baton_refusal *why);

/*
 * Prepares crash->host, with which images in the region are made: its pages come from the pool, its
 * memory map is `map`, and the rest is as in *usual. `map` is the caller's array of `room` entries, at
 * least usual->memory_count + BATON_CRASH_MORE; it and *usual must stay as long as *crash, whose
 * address must not change any more. To be called again, with no image in the region, when *usual
 * has changed. 0, or BATON_E_HOST: the region is not inside of one usable entry of usual->memory, or
 * `room` is too small.
 */
int baton_crash_host(struct baton_crash *crash, const struct baton_host *usual,
                     struct baton_memory *map, uint32_t room, struct baton_refusal *why);

/*
 * Memory maps, made of the machine's: sorted, as struct baton_host asks for. Each writes at most `room`
 * entries to `out`, and returns how many there are in all.
 *
 *   placing   the region is usable; all other RAM is BATON_MEM_KEPT
 *   told      for struct baton_request: what the capture kernel is told
 */
uint32_t baton_crash_map(const struct baton_crash *crash, const struct baton_memory *memory,
                         uint32_t count, struct baton_memory *out, uint32_t room);
uint32_t baton_crash_told(const struct baton_crash *crash, const struct baton_memory *memory,
                          uint32_t count, struct baton_memory *out, uint32_t room);

#ifdef __cplusplus
}
#endif

#endif
