/*
 * What the payload formats share. A format is one file and one row in payload.c: it recognises its
 * files, describes what they want, and writes what its kernels read at their entry.
 */
#ifndef PAYLOAD_COMMON_PAYLOAD_H
#define PAYLOAD_COMMON_PAYLOAD_H

#include "baton.h"
#include "lib/refuse.h"

extern const struct baton_format payload_linux16;
extern const struct baton_format payload_bzimage;
extern const struct baton_format payload_multiboot1;
extern const struct baton_format payload_multiboot2;
extern const struct baton_format payload_vmlinux;
extern const struct baton_format payload_elf64;
extern const struct baton_format payload_elf32;
extern const struct baton_format payload_flat;
extern const struct baton_format payload_bootsector;

/* The request's initrds, each a segment, in one piece that stays where it can, its last byte at
 * or below last. 0 or an error. */
int segment_add_initrds(struct baton_payload *payload, const struct baton_request *request,
                        uint64_t last, struct baton_refusal *why);

/* The memory that the initrds take, as the payload finds it; empty: there is none. */
struct baton_range segment_initrd_range(const struct baton_payload *payload);

/* The command line fits into the given number of characters, NUL not counted, and into a page. */
int command_line_check(const char *line, uint64_t most, const char *who, struct baton_refusal *why);

/* The payload's memory map: the request's, or else the host's. */
struct payload_map {
    const struct baton_memory *entry;
    uint32_t count;
};

static inline struct payload_map map_of(const struct baton_host *host,
                                        const struct baton_request *request)
{
    if (request->map)
        return (struct payload_map){request->map, request->map_count};
    return (struct payload_map){host->memory, host->memory_count};
}

/* The same, entry by entry, with what a call makes of it (map.c): its usable memory is that of the
 * payload's own segments alone, unless the request has a map. */
struct map_walk {
    struct payload_map memory;
    const struct baton_payload *payload; /* placed */
    bool given;                          /* the request has a map */
    uint64_t from;                       /* 0 at first: map_next's own */
};

/* The next entry; false: there are no more. */
bool map_next(struct map_walk *walk, struct baton_memory *entry);

/* The walk from its first entry. payload: placed. */
static inline struct map_walk map_walk(const struct baton_host *host,
                                       const struct baton_request *request,
                                       const struct baton_payload *payload)
{
    return (struct map_walk){map_of(host, request), payload, request->map, 0};
}

/* How many entries there can be. */
uint32_t map_most(const struct baton_host *host, const struct baton_request *request);

size_t string_length(const char *string);

#endif
