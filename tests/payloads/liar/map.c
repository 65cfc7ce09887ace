/*
 * Lies about memory: map=LIE, all made from QEMU's map.
 *
 *   none                no map, only mem_lower and mem_upper
 *   reversed            highest entry first
 *   overlap             a reserved MiB over usable memory at 64 KiB steps, and a usable range
 *                       over reserved memory: the stricter type must win
 *   zero                entries of length 0 between the others
 *   wrap                a usable entry from 2^64 - 1 MiB, 2 MiB long
 *   wraplong            a usable entry at 16 MiB of length 2^64 - 1
 *   many                200 entries more: memory above 16 MiB in alternating pieces
 *   most, thousand      likewise 490 and 1000
 *   short               the last entry is cut in the middle
 *   size0, sizehuge     an entry whose size field is 0, or nearly 2^32
 *   size24              entries of 24 bytes, as ACPI 3 has them
 *   types               types 0, 12, 20 and 2^32 - 1 for parts of usable memory
 *   ragged              usable ranges that begin and end within a page
 *   nolow               no usable memory below 1 MiB
 *   hole15, hole16      the MiB from 15 or 16 MiB on is reserved, as for an old video card
 *   wild                the map lies beyond memory
 *   tiny                only 512 KiB
 *   nothing             a map with one reserved entry
 *   empty               a map without entries
 */
#include "liar/liar.h"

#define MIB 0x100000ull
#define CUT_FROM (16 * MIB)
#define USABLE 1u
#define RESERVED 2u
#define ENTRY_SIZE 20u
#define ENTRIES 1100

static struct mb_map_entry list[ENTRIES];
static uint32_t count;

static void add(uint64_t start, uint64_t length, uint32_t type)
{
    if (count == ENTRIES)
        give_up("too many map entries");
    list[count++] = (struct mb_map_entry){ENTRY_SIZE, start, length, type};
}

static void take(const struct mb_info *given)
{
    for (uint32_t at = given->map; at < given->map + given->map_size;) {
        const struct mb_map_entry *e = (const void *)(uintptr_t)at;
        add(e->start, e->length, e->type);
        at += e->size + 4;
    }
}

/* The usable entry that contains 16 MiB: the lies are about this one. */
static struct mb_map_entry *main_memory(void)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i].type == USABLE && list[i].start <= CUT_FROM &&
            list[i].start + list[i].length > CUT_FROM + MIB)
            return &list[i];
    give_up("no usable memory at 16 MiB");
}

static void reverse(void)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        struct mb_map_entry swap = list[i];
        list[i] = list[count - 1 - i];
        list[count - 1 - i] = swap;
    }
}

/* Splits main memory from its last 8 MiB on into `pieces`, usable and reserved in turn. */
static void alternate(uint32_t pieces)
{
    struct mb_map_entry *m = main_memory();
    uint64_t end = m->start + m->length;
    uint64_t start = end - pieces * 0x2000ull;

    if (start < m->start)
        give_up("too little memory to cut up");
    m->length = start - m->start;
    for (uint32_t i = 0; i < pieces; i++)
        add(start + i * 0x2000ull, 0x2000, i % 2 == 0 ? RESERVED : USABLE);
}

static void overlaps(void)
{
    uint64_t end = main_memory()->start + main_memory()->length;

    add(end - 2 * MIB + 0x800, MIB, RESERVED);  /* within usable memory, from mid-page */
    add(end - 4 * MIB, MIB, USABLE);            /* usable twice */
    add(0xf0000, 0x8000, USABLE);               /* the BIOS: reserved stays reserved */
}

static void zeros(void)
{
    add(0, 0, USABLE);
    add(8 * MIB, 0, RESERVED);
    add(~0ull, 0, USABLE);
}

static void types(void)
{
    static const uint32_t type[] = {0, 12, 20, ~0u};
    uint64_t end = main_memory()->start + main_memory()->length;

    main_memory()->length -= 4 * MIB;
    for (uint32_t i = 0; i < 4; i++)
        add(end - (4 - i) * MIB, MIB, type[i]);
}

static void ragged(void)
{
    struct mb_map_entry *m = main_memory();
    uint64_t end = m->start + m->length;

    m->length -= 4 * MIB + 0x123;
    add(end - 4 * MIB + 0x7ff, MIB, USABLE);
    add(end - 2 * MIB + 0x10, 0x20, USABLE); /* not even one page */
}

static void no_low(void)
{
    for (uint32_t i = 0; i < count; i++)
        if (list[i].start < MIB)
            list[i].type = RESERVED;
}

static void only(uint64_t start, uint64_t length, uint32_t type)
{
    count = 0;
    add(start, length, type);
}

/* The lies about the format of the list. */
static void encode(struct mb_info *info, uint32_t entry_size)
{
    uint32_t step = entry_size + 4;
    uint8_t *bytes = arena(count * step);

    for (uint32_t i = 0; i < count; i++) {
        list[i].size = entry_size;
        *(struct mb_map_entry *)(bytes + i * step) = list[i];
    }
    info->flags |= MB_HAS_MAP;
    info->map = (uint32_t)(uintptr_t)bytes;
    info->map_size = count * step;
    if (word("map", "size0"))
        ((struct mb_map_entry *)(bytes + 2 * step))->size = 0;
    if (word("map", "sizehuge"))
        ((struct mb_map_entry *)(bytes + 2 * step))->size = 0xfffffff0;
    if (word("map", "short"))
        info->map_size -= 10;
    if (word("map", "wild"))
        info->map = 0xfffff000;
}

void make_map(struct mb_info *info, const struct mb_info *given)
{
    if (word("map", "none"))
        return;
    take(given);
    if (word("map", "reversed"))
        reverse();
    else if (word("map", "overlap"))
        overlaps();
    else if (word("map", "zero"))
        zeros();
    else if (word("map", "wrap"))
        add(0ull - MIB, 2 * MIB, USABLE);
    else if (word("map", "wraplong"))
        add(16 * MIB, ~0ull, USABLE);
    else if (word("map", "many"))
        alternate(200);
    else if (word("map", "most"))
        alternate(490);
    else if (word("map", "thousand"))
        alternate(1000);
    else if (word("map", "types"))
        types();
    else if (word("map", "ragged"))
        ragged();
    else if (word("map", "nolow"))
        no_low();
    else if (word("map", "hole15"))
        add(15 * MIB, MIB, RESERVED);
    else if (word("map", "hole16"))
        add(16 * MIB, MIB, RESERVED);
    else if (word("map", "tiny"))
        only(0, 0x80000, USABLE);
    else if (word("map", "nothing"))
        only(0, 64 * MIB, RESERVED);
    else if (word("map", "empty"))
        count = 0;
    encode(info, word("map", "size24") ? 24 : ENTRY_SIZE);
}
