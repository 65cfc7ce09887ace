/*
 * Bytes as a loader's memory map. The first byte says how they are read: raw 64-bit numbers, or a
 * small grid, on which entries meet often.
 */
#include "boot/memmap.h"
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES 512
#define GRID_RAW 0x80

static struct baton_memory in[ENTRIES];
static uint32_t count;

static void read_entries(struct fuzz_bytes *bytes, unsigned mode)
{
    unsigned shift = mode & 63;

    for (count = 0; bytes->left && count < ENTRIES; count++) {
        struct baton_memory *m = &in[count];

        if (mode & GRID_RAW) {
            m->start = fuzz_number(bytes, 8);
            m->end = fuzz_number(bytes, 8);
            m->type = fuzz_32(bytes);
        } else {
            m->start = (uint64_t)fuzz_8(bytes) << shift;
            m->end = m->start + ((uint64_t)fuzz_8(bytes) << shift);
            m->type = fuzz_8(bytes);
        }
        if (m->end < m->start) /* the reader leaves them out before (boot/multiboot1.c) */
            m->end = m->start;
    }
}

/* Written out: usable < ACPI < NVS < reserved, unknown < bad. */
static unsigned rank(uint32_t type)
{
    return type == 1 ? 0 : type == 3 ? 1 : type == 4 ? 2 : type == 5 ? 4 : 3;
}

/* What the map must say of this byte: -1 for a hole, else the rank of the strictest entry. */
static int wanted(uint64_t at)
{
    int best = -1;

    for (uint32_t i = 0; i < count; i++)
        if (at >= in[i].start && at < in[i].end && (int)rank(in[i].type) > best)
            best = (int)rank(in[i].type);
    return best;
}

static int found(const struct baton_memory *out, uint32_t n, uint64_t at)
{
    for (uint32_t i = 0; i < n; i++)
        if (at >= out[i].start && at < out[i].end)
            return (int)rank(out[i].type);
    return -1;
}

static void judge_order(const struct baton_memory *out, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (out[i].start >= out[i].end)
            fuzz_wrong("entry %u is empty", i);
        if (i && out[i].start < out[i - 1].end)
            fuzz_wrong("entry %u overlaps the one before, or is not sorted", i);
        if (i && out[i].start == out[i - 1].end && out[i].type == out[i - 1].type)
            fuzz_wrong("entry %u should be one with the one before", i);
    }
}

static void judge_mended(const struct memmap_mended *mended)
{
    uint32_t empty = 0, unsorted = 0, overlaps = 0;

    for (uint32_t i = 0; i < count; i++) {
        bool overlap = false;

        empty += in[i].start == in[i].end;
        unsorted += i && in[i].start < in[i - 1].start;
        for (uint32_t k = 0; k < i; k++) {
            uint64_t start = in[i].start > in[k].start ? in[i].start : in[k].start;
            uint64_t end = in[i].end < in[k].end ? in[i].end : in[k].end;

            overlap = overlap || (start < end && in[i].type != in[k].type);
        }
        overlaps += overlap;
    }
    if (mended->empty != empty || mended->unsorted != unsorted || mended->overlaps != overlaps)
        fuzz_wrong("mended: %u %u %u, should be %u %u %u", mended->empty, mended->unsorted,
                   mended->overlaps, empty, unsorted, overlaps);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    unsigned mode = fuzz_8(&bytes), tight = fuzz_8(&bytes);
    struct memmap_mended mended;

    read_entries(&bytes, mode);
    uint32_t room = 2 * count + 1;
    struct baton_memory *out = malloc(room * sizeof(*out)), *again = malloc(room * sizeof(*out));
    uint32_t n = memmap_normalise(in, count, out, room, &mended);

    if (n > room)
        fuzz_wrong("more entries than there is room for");
    judge_order(out, n);
    judge_mended(&mended);
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t probe[] = {in[i].start, in[i].start - 1, in[i].end, in[i].end - 1};

        for (unsigned k = 0; k < 4; k++)
            if (probe[k] != UINT64_MAX && wanted(probe[k]) != found(out, n, probe[k]))
                fuzz_wrong("at 0x%llx: rank %d, should be %d", (unsigned long long)probe[k],
                           found(out, n, probe[k]), wanted(probe[k]));
    }

    /* What is in order already stays as it is. */
    if (memmap_normalise(out, n, again, room, &mended) != n ||
        (n && memcmp(out, again, n * sizeof(*out))) || mended.empty || mended.unsorted ||
        mended.overlaps)
        fuzz_wrong("a map that is in order is changed");

    /* Exactly as much room as it needs, and less. */
    room = tight % (n + 1);
    free(again);
    again = malloc((room ? room : 1) * sizeof(*again));
    if (memmap_normalise(in, count, again, room, &mended) != (room < n ? 0 : n))
        fuzz_wrong("room for %u of %u entries", room, n);
    for (uint32_t i = 0; i < n; i++)
        if (!*memmap_type_name(out[i].type))
            fuzz_wrong("a type without a name");
    free(again);
    free(out);
    return 0;
}
