/* What a journey's image and memory are judged by; each function fills j->wrong or returns true. */
#ifndef HOST_JUDGE_H
#define HOST_JUDGE_H

#include "tests/host/random/journey.h"

/* Notes the first fault. Always false. */
bool judge_wrong(struct journey *j, const char *what, uint64_t at, uint64_t more);

/* Destinations: in RAM, apart, clear of the live tables, as wished (H1, H3). */
bool judge_places(struct journey *j);

/* The parts of it: segment i by itself; segments i and k, side by side. */
bool judge_place(struct journey *j, uint32_t i);
bool judge_apart(struct journey *j, uint32_t i, uint32_t k);

/* The new tables map the two addresses to the control page, and nothing else (H5). */
bool judge_tables(struct journey *j);

/* Control pages lie in no destination; the control page has the parameters (H2, H3). */
bool judge_control(struct journey *j);

/* Since machine_remember(), nothing was written but pages lent and the template. */
bool judge_untouched(struct journey *j);

/* Every destination holds what it should; generated pages are left alone. */
bool judge_memory(struct journey *j);

/* The digest page, if one was asked for: its code, and each segment once (judge_digest.c). */
bool judge_digest_page(struct journey *j);

/* After the run: what lies in memory has the digests that were taken at the load. */
bool judge_digests(struct journey *j);

/* Does the core own this page, and does it lie in no destination and below the kernel's half? */
bool judge_needed(struct journey *j, uint64_t pa, const char *what);

/* The tables of an entry in long mode (judge_long.c); none, where the entry is another. */
bool judge_long(struct journey *j);

/* Is the page, whole, usable RAM by the map? */
bool judge_is_ram(const struct machine *m, uint64_t page);

/* Does the page at pa belong to a destination (`used`: or to a range used early)? */
bool judge_in_destination(const struct baton_payload *payload, uint64_t pa, bool used);

/* RAM for walk_reference.h; beyond 4 GiB all bits read as ones. */
uint32_t judge_word(uint64_t pa);

#endif
