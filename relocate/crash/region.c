/* The capture kernel's region: its parts, and its pool of pages as a host's allocator. */
#include "baton/crash.h"
#include "lib/refuse.h"

#define FOUR_GIB (1ull << 32)

int baton_crash_region(uint64_t start, uint64_t end, struct baton_crash *crash,
                       struct baton_refusal *why)
{
    *crash = (struct baton_crash){0};
    if ((start | end) & BATON_PAGE_MASK)
        return refuse_host(why, "the crash region does not begin and end with a page", start, end);
    if (start < BATON_CRASH_LOW || end > FOUR_GIB)
        return refuse_host(why, "the crash region is not between the low memory and 4 GiB", start,
                           end);
    if (end < start || end - start < BATON_CRASH_LEAST)
        return refuse_host(why, "the crash region is smaller than BATON_CRASH_LEAST", end - start,
                           BATON_CRASH_LEAST);
    crash->size = sizeof(*crash);
    crash->range = (struct baton_range){start, end};
    crash->vault = end - BATON_CRASH_VAULT;
    crash->headers = crash->vault - BATON_CRASH_HEADERS;
    crash->low = crash->headers - BATON_CRASH_LOW;
    crash->tail = end - BATON_CRASH_TAIL;
    return 0;
}

/* ---- the functions of crash->host, whose ctx is the struct baton_crash */

static uint32_t bit_of(uint32_t page)
{
    return 1u << (page % 32);
}

/* From the top of the pool down. */
static int pool_alloc(void *ctx, uint64_t below, uint64_t *pa)
{
    struct baton_crash *crash = ctx;

    for (uint32_t i = BATON_CRASH_POOL; i-- > 0;) {
        uint64_t page = crash->tail + (uint64_t)i * BATON_PAGE_SIZE;

        if (!(crash->taken[i / 32] & bit_of(i)) && page + BATON_PAGE_SIZE <= below) {
            crash->taken[i / 32] |= bit_of(i);
            *pa = page;
            return 0;
        }
    }
    return -1;
}

static void pool_free(void *ctx, uint64_t pa)
{
    struct baton_crash *crash = ctx;
    uint64_t page = (pa - crash->tail) >> BATON_PAGE_SHIFT;

    if (pa < crash->tail || page >= BATON_CRASH_POOL ||
        !(crash->taken[page / 32] & bit_of((uint32_t)page)))
        crash->strays++;
    else
        crash->taken[page / 32] &= ~bit_of((uint32_t)page);
}

static void *usual_map(void *ctx, enum baton_window window, uint64_t pa)
{
    const struct baton_host *usual = ((struct baton_crash *)ctx)->usual;

    return usual->map(usual->ctx, window, pa);
}

static void usual_progress(void *ctx, uint64_t done, uint64_t all)
{
    const struct baton_host *usual = ((struct baton_crash *)ctx)->usual;

    usual->progress(usual->ctx, done, all);
}

static void usual_root_pointer(void *ctx, uint8_t copy[BATON_RSDP_SIZE])
{
    const struct baton_host *usual = ((struct baton_crash *)ctx)->usual;

    usual->root_pointer(usual->ctx, copy);
}

static void usual_smbios(void *ctx, struct baton_smbios *smbios)
{
    const struct baton_host *usual = ((struct baton_crash *)ctx)->usual;

    usual->smbios(usual->ctx, smbios);
}

/* The region lies in one entry, so the maps need at most BATON_CRASH_MORE more. */
static bool is_usable(const struct baton_host *usual, const struct baton_range *range)
{
    for (uint32_t i = 0; i < usual->memory_count; i++)
        if (usual->memory[i].type == BATON_MEM_USABLE && usual->memory[i].start <= range->start &&
            range->end <= usual->memory[i].end)
            return true;
    return false;
}

int baton_crash_host(struct baton_crash *crash, const struct baton_host *usual,
                     struct baton_memory *map, struct baton_memory *payload_map, uint32_t room,
                     struct baton_refusal *why)
{
    if (crash->size != sizeof(*crash))
        return refuse_host(why, "crash->size is not that of this library's struct baton_crash",
                           crash->size, sizeof(*crash));
    if (usual->size != sizeof(*usual))
        return refuse_host(why, "host->size is not that of this library's struct baton_host",
                           usual->size, sizeof(*usual));
    if (!is_usable(usual, &crash->range))
        return refuse_host(why, "the crash region is not in one usable entry of host->memory",
                           crash->range.start, crash->range.end);
    if (room < usual->memory_count + BATON_CRASH_MORE)
        return refuse_host(why, "the crash region's memory maps have no room for all entries", room,
                           usual->memory_count + BATON_CRASH_MORE);
    crash->usual = usual;
    crash->host = *usual;
    crash->host.ctx = crash;
    crash->host.alloc_page = pool_alloc;
    crash->host.free_page = pool_free;
    crash->host.map = usual_map;
    crash->host.progress = usual->progress ? usual_progress : NULL;
    crash->host.root_pointer = usual->root_pointer ? usual_root_pointer : NULL;
    crash->host.smbios = usual->smbios ? usual_smbios : NULL;
    crash->host.memory = map;
    crash->host.memory_count =
        baton_crash_map(crash, usual->memory, usual->memory_count, map, room);
    crash->payload_map = payload_map;
    crash->payload_map_count =
        baton_crash_payload_map(crash, usual->memory, usual->memory_count, payload_map, room);
    return 0;
}
