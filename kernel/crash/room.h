/*
 * How much memory a capture kernel needs to come up and save a dump, from its own numbers: what is
 * enough to load it may be too little for Linux, which says so only at the crash.
 */
#ifndef KERNEL_CRASH_ROOM_H
#define KERNEL_CRASH_ROOM_H

#include "baton.h"

/* In bytes, but for take. */
struct room {
    uint64_t kernel;   /* what it unpacks itself into: init_size [LBP] */
    uint64_t initrd;   /* the file */
    uint64_t unpacked; /* the files in it; both are there at the same time */
    uint64_t work;     /* what Linux takes besides, as it was measured: docs/crash.md */
    uint64_t all;      /* the sum of these, and of what is Baton's */
    uint64_t take;     /* MiB to write behind crashkernel= */
};

/*
 * For a payload that was read; `start`: of the region, pa; `own`: the bytes of it that are Baton's.
 * The initrd is read, and what it says of its size is believed if it can be true.
 */
struct room room_needed(const struct baton_host *host, struct baton_payload *payload,
                        uint64_t start, uint64_t own);

/* Bytes of the files in an initrd: cpio archives as they are, then perhaps a compressed one. */
uint64_t room_unpacked(const struct baton_host *host, const struct baton_file *initrd);

#endif
