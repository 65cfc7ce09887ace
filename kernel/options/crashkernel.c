/* Reads crashkernel=, and finds the region. */
#include "kernel/options/crashkernel.h"

#include "lib/number.h"

#define MEMORY_STEP (128ull << 20)

struct reader {
    const char *at;
    uint32_t left;
};

static bool take(struct reader *r, char c)
{
    if (!r->left || *r->at != c)
        return false;
    r->at++;
    r->left--;
    return true;
}

/* Reads a number with its unit. It is below 2^52, so that a sum of two does not overflow (H10). */
static bool take_size(struct reader *r, uint64_t *size)
{
    return number_take(&r->at, &r->left, size) && !(*size >> 52);
}

/* Reads one START-[END]:SIZE. *fits: `memory` lies in the range. */
static bool take_range(struct reader *r, uint64_t memory, uint64_t *size, bool *fits)
{
    uint64_t start, end = UINT64_MAX;

    if (!take_size(r, &start) || !take(r, '-'))
        return false;
    if (!take(r, ':') && (!take_size(r, &end) || end <= start || !take(r, ':')))
        return false;
    *fits = memory >= start && memory < end;
    return take_size(r, size);
}

static bool take_ranges(struct reader *r, uint64_t memory, uint64_t *size, bool *decided)
{
    *decided = false;
    *size = 0;
    do {
        uint64_t of_range;
        bool fits;

        if (!take_range(r, memory, &of_range, &fits))
            return false;
        if (fits && !*decided)
            *size = of_range;
        *decided = *decided || fits;
    } while (take(r, ','));
    return true;
}

uint64_t crashkernel_memory(uint64_t usable)
{
    return (usable + MEMORY_STEP - 1) & ~(MEMORY_STEP - 1);
}

bool crashkernel_read(const char *text, uint32_t length, uint64_t memory,
                      struct crashkernel *wanted)
{
    struct reader r = {text, length}, again = r;

    *wanted = (struct crashkernel){0};
    if (!take_size(&r, &wanted->size) || (r.left && *r.at != '@')) {
        bool decided;

        r = again;
        if (!take_ranges(&r, memory, &wanted->size, &decided))
            return false;
        wanted->outside = !decided;
    }
    if (take(&r, '@') && !take_size(&r, &wanted->offset))
        return false;
    wanted->size = (wanted->size + BATON_PAGE_MASK) & ~(uint64_t)BATON_PAGE_MASK;
    return !r.left;
}

static bool is_free(uint64_t start, uint64_t end, const struct baton_memory *memory, uint32_t count,
                    const struct baton_range *taken, uint32_t taken_count)
{
    bool usable = false;

    for (uint32_t i = 0; i < count; i++)
        usable = usable || (memory[i].type == BATON_MEM_USABLE && memory[i].start <= start &&
                            end <= memory[i].end);
    for (uint32_t i = 0; i < taken_count; i++)
        if (baton_overlap(start, end, taken[i].start, taken[i].end))
            return false;
    return usable;
}

const char *crashkernel_place(const struct crashkernel *wanted, const struct baton_memory *memory,
                              uint32_t count, const struct baton_range *taken, uint32_t taken_count,
                              uint64_t limit, struct baton_range *region)
{
    if (wanted->size > limit)
        return "it is more than Baton can map; take a smaller size";
    if (wanted->offset & BATON_PAGE_MASK)
        return "its offset is not a multiple of 4,096";
    if (wanted->offset) {
        *region = (struct baton_range){wanted->offset, wanted->offset + wanted->size};
        if (region->end > limit)
            return "it is too high for Baton to map it; take a lower offset, or none";
        return is_free(region->start, region->end, memory, count, taken, taken_count)
                   ? NULL
                   : "that range is not free, usable memory; take another offset, or none";
    }
    for (uint64_t start = (limit - wanted->size) & ~(CRASHKERNEL_ALIGN - 1); start;
         start -= CRASHKERNEL_ALIGN)
        if (is_free(start, start + wanted->size, memory, count, taken, taken_count)) {
            *region = (struct baton_range){start, start + wanted->size};
            return NULL;
        }
    return "there is no free, usable range of that size; take a smaller size";
}
