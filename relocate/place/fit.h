/* Where a segment fits; choose.c chooses among such places. */
#ifndef RELOCATE_PLACE_FIT_H
#define RELOCATE_PLACE_FIT_H

#include "relocate/place/group.h"

#define FOUR_GIB (1ull << 32)
#define NOWHERE UINT64_MAX

/* The kernel's number among the segments; NO_KERNEL: none has that role. */
#define NO_KERNEL BATON_SEGMENTS
uint32_t fit_kernel(const struct baton_payload *payload);

struct placing {
    const struct baton_host *host;
    struct baton_payload *payload;
    enum baton_policy policy;
    uint64_t placed; /* bit i: segment i has its destination */
    const struct groups *groups;
};

_Static_assert(BATON_SEGMENTS <= 64, "placed is one word");

/* Is every byte of [start, end) usable RAM in the host's map? kept_too: BATON_MEM_KEPT counts as
 * usable. */
bool fit_is_memory(const struct baton_host *host, uint64_t start, uint64_t end, bool kept_too);

/* The first range that no destination may cover and that overlaps [start, end); NULL: none does. */
const struct baton_range *fit_keep_at(const struct baton_host *host, uint64_t start, uint64_t end);

static inline uint64_t fit_align(uint64_t x, uint64_t align)
{
    return (x + align - 1) & ~(align - 1);
}

/* Bytes by which a SKEW segment starts below its aligned address, so that pages stay pages. */
uint64_t fit_skew(const struct baton_segment *s);

/* Where the window of s begins if s starts at dest. */
uint64_t fit_window(const struct baton_segment *s, uint64_t dest);

/* Does the place where s lies have the alignment that s needs? */
bool fit_lies_well(const struct baton_segment *s);

/* If s starts at dest: are its bytes, its window and its room within its limits? */
bool fit_within(const struct baton_segment *s, uint64_t dest);

/* Is segment i not placed by itself? It follows another one, or it is generated. */
static inline bool fit_is_led(const struct baton_segment *s)
{
    return s->flags & (BATON_SEG_GENERATED | BATON_SEG_FOLLOWS);
}

/* Does all of segment i lie at dest already, so that nothing is written there? In a call every page is
 * swapped, wherever it goes. */
static inline bool fit_stays(const struct placing *p, uint32_t i, uint64_t dest)
{
    return dest == p->payload->segment[i].source && !(p->groups->split & 1ull << i) &&
           !p->payload->call;
}

/* Could movable segment i start at dest? */
bool fit_at(const struct placing *p, uint32_t i, uint64_t dest);

/* Gives segment i its destination. */
void fit_settle(struct placing *p, uint32_t i, uint64_t dest);

/* Why fixed segment i cannot be where it must be, or 0. */
int fit_refusal(const struct placing *p, uint32_t i, struct baton_refusal *why);

#endif
