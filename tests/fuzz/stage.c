/* The stage: machines as a table, files put where the input says, and the judgement. */
#include "tests/fuzz/stage.h"
#include "tests/host/paper/judge.h"

#include <stdio.h>
#include <string.h>

#define PAGE ((uint64_t)BATON_PAGE_SIZE)
#define MIB 0x100000ull
#define RANGES 6
#define KEEP_PAGES 4
#define LINE_MOST 5200
#define EXTRA_MEMORY 0x100000000ull /* the entries that make a map long, above 4 GiB */

/* Usable memory; every machine has some at 1 MiB, where the trampoline lies. */
static const struct baton_range machines[][RANGES] = {
    {{0x1000, 0x9f000}, {MIB, 24 * MIB}},
    {{MIB, 24 * MIB}, {0xbff00000, 0xc0000000}},
    {{0x1000, 0x9fc00},
     {MIB, 3 * MIB / 2},
     {2 * MIB, 3 * MIB},
     {16 * MIB, 18 * MIB},
     {0xbffc0000, 0xc0010000}},
    {{0, 0x9f000}, {MIB, 5 * MIB}, {0xfff00000, 0x100000000}},
    {{MIB, 2 * MIB + 0x800}},
    {{MIB, 2 * MIB}, {2 * MIB + 0x1000, 3 * MIB + 0x234}, {16 * MIB - 0x10000, 20 * MIB}},
};

static const uint32_t trampolines[] = {0xc0105000, 0xfffff000, 0x00105000, 0x80000000,
                                       0xbffff000, 0x00123000, 0xc0000000, 0x017ff000};
#define TRAMPOLINE_PA 0x105000ull

static struct journey j;
static struct baton_range taken[2]; /* the trampoline, the live tables */
static char line[LINE_MOST + 1], loader[256];

/* ---- the machine --------------------------------------------------------------------------- */

static void set_memory(const struct baton_range *ranges, unsigned extra)
{
    for (unsigned i = 0; i < RANGES && ranges[i].end; i++) {
        if (i)
            machine_memory(&j.machine, ranges[i - 1].end, ranges[i].start, BATON_MEM_RESERVED);
        machine_memory(&j.machine, ranges[i].start, ranges[i].end, BATON_MEM_USABLE);
    }
    for (unsigned i = 0; i < extra; i++)
        machine_memory(&j.machine, EXTRA_MEMORY + 2 * i * PAGE, EXTRA_MEMORY + (2 * i + 1) * PAGE,
                       i % 2 ? BATON_MEM_RESERVED : BATON_MEM_USABLE);
    machine_ready(&j.machine);
}

/* The live tables, at one of several places in the memory at 1 MiB. */
static void set_keep(const struct baton_range *ranges, unsigned where)
{
    uint64_t end = 0, at;

    for (unsigned i = 0; i < RANGES; i++)
        if (ranges[i].start <= MIB && ranges[i].end > MIB)
            end = baton_page_down(ranges[i].end);
    at = where % 4 == 0   ? end - KEEP_PAGES * PAGE
         : where % 4 == 1 ? MIB + 8 * PAGE
                          : MIB + 64 * PAGE;
    taken[0] = (struct baton_range){TRAMPOLINE_PA, TRAMPOLINE_PA + PAGE};
    taken[1] = (struct baton_range){0, 0};
    if (where % 4 == 3)
        return;
    taken[1] = (struct baton_range){at, at + KEEP_PAGES * PAGE};
    machine_keep(&j.machine, taken[1].start, taken[1].end);
}

/* Could a file lie there? */
static bool is_room(const struct baton_range *ranges, uint64_t pa, uint64_t size)
{
    bool inside = false;

    for (unsigned i = 0; i < RANGES; i++)
        inside = inside || (ranges[i].start <= pa && pa + size <= ranges[i].end);
    for (unsigned i = 0; i < 2; i++)
        if (baton_overlap(baton_page_down(pa), baton_page_up(pa + size), taken[i].start,
                          taken[i].end))
            return false;
    return inside && pa >= PAGE;
}

/* A file at the n-th page of usable memory, or else where there is room. size 0: there is none. */
static struct baton_file put_file(const struct baton_range *ranges, unsigned n, uint64_t offset,
                                  uint64_t size)
{
    uint64_t pages = 0, pa = 0;

    for (unsigned i = 0; i < RANGES; i++)
        pages += (ranges[i].end - ranges[i].start) / PAGE;
    n %= (unsigned)pages;
    for (unsigned i = 0; i < RANGES; i++) {
        uint64_t here = (ranges[i].end - ranges[i].start) / PAGE;

        if (n < here && !pa)
            pa = baton_page_up(ranges[i].start) + n * PAGE + offset;
        n -= n < here ? n : (unsigned)here;
    }
    for (unsigned i = 0; i < 2 && !is_room(ranges, pa, size); i++)
        pa = taken[i].end + offset;
    for (unsigned i = 0; i < RANGES && !is_room(ranges, pa, size); i++)
        pa = baton_page_up(ranges[i].start) + offset;
    if (!is_room(ranges, pa, size))
        return (struct baton_file){0, 0};
    return machine_file(&j.machine, pa, size);
}

static void write_file(struct baton_file file, const uint8_t *data, size_t size)
{
    uint64_t numbers[BATON_PAGE_SIZE / 8];

    machine_write(file.pa, data, size);
    for (uint64_t at = size; at < file.size; at += sizeof(numbers)) {
        uint64_t n = file.size - at < sizeof(numbers) ? file.size - at : sizeof(numbers);

        for (unsigned i = 0; i < BATON_PAGE_SIZE / 8; i++)
            numbers[i] = (at + i) * 0x9e3779b97f4a7c15ull;
        machine_write(file.pa + at, numbers, n);
    }
}

static void set_screen(struct baton_screen *screen, uint8_t kind)
{
    *screen = (struct baton_screen){
        .kind = (enum baton_screen_kind)(kind % 3),
        .columns = 80,
        .rows = 25,
        .cursor_y = kind,
        .pa = kind & 0x80 ? 0x1fd000000ull : 0xfd000000ull,
        .pitch = 4096,
        .width = 1024,
        .height = 768,
        .bits = 32,
        .red_size = 8,
        .red_at = 16,
    };
}

/* false: the files do not fit into this machine. */
static bool set_stage(const uint8_t *data, size_t size)
{
    const struct baton_range *ranges = machines[data[2] % (sizeof(machines) / sizeof(*machines))];
    uint64_t rest = (uint64_t)data[10] * PAGE;
    unsigned flags = data[1];
    size_t length = data[11] < 128 ? data[11] : (data[11] - 128u) * 40;

    journey_start(&j, trampolines[data[18] % 8], TRAMPOLINE_PA);
    set_memory(ranges, data[3] * 4u);
    set_keep(ranges, data[19]);
    j.machine.order = (enum machine_order)(flags >> 4 & 3) % LEND_ORDERS;
    j.machine.dice.state = data[4];
    j.machine.fail_at = data[4];
    j.request.place = (enum baton_policy)(data[0] % (BATON_PLACE_NONE + 1));
    j.request.live = (struct baton_live){taken[1].start, flags & 1, KEEP_PAGES, 0x12345678};
    j.request.long_mode = flags & 2;
    j.request.digest_page = flags & 0x40 ? journey_digest_code : NULL;
    j.request.acpi_rsdp = 0xf5a20;
    if (data[5] && ranges[0].end < MIB)
        j.request.bios_end = (uint32_t)ranges[0].end;
    j.cpu = (struct baton_machine){sizeof(j.cpu), flags & 4, flags & 8,   flags & 0x10,
                                   0x3f8,         0xf4,      flags & 0x80};
    for (size_t i = 0; i < length; i++)
        line[i] = (char)('a' + i % 26);
    line[length] = '\0';
    j.request.command_line = line;
    memset(loader, 'l', data[20]);
    loader[data[20]] = '\0';
    j.request.loader = loader;
    set_screen(&j.request.screen, data[21]);

    size_t bytes = size - STAGE_SIZE;
    uint64_t initrd = data[16] | (uint64_t)data[17] << 8;
    j.request.kernel = put_file(ranges, data[6] | data[7] << 8,
                                (data[8] | data[9] << 8) & BATON_PAGE_MASK, bytes + rest);
    if (initrd) /* they may overlap: a loader that lies */
        for (unsigned i = 0; i <= data[22] % 4u; i++)
            j.request.module[i].file =
                put_file(ranges, (data[12] | data[13] << 8) + i * (data[22] / 4u),
                         (data[14] | data[15] << 8) & BATON_PAGE_MASK, (initrd >> i) + i);
    if (!j.request.kernel.size && bytes + rest)
        return false;
    write_file(j.request.kernel, data + STAGE_SIZE, bytes);
    return true;
}

/* ---- the judgement ------------------------------------------------------------------------- */

static void wrong(const char *what)
{
    journey_describe(&j);
    fuzz_wrong("%s", what);
}

/* A refusal's sentence is whole, in any buffer. */
static void judge_sentence(const struct baton_refusal *why)
{
    char text[400];

    for (size_t size = sizeof(text); size; size /= 5) {
        memset(text, '{', sizeof(text));
        if (baton_explain(why, text, size) != strlen(text) || strlen(text) >= size)
            wrong("a refusal's sentence does not end where it says");
        if (strchr(text, '{'))
            wrong("a refusal's sentence has a hole");
    }
}

void stage_play(const uint8_t *data, size_t size, void (*entered)(const struct journey *j))
{
    if (size < STAGE_SIZE || !set_stage(data, size))
        return;
    if (journey_load(&j)) {
        if (j.wrong[0])
            wrong(j.wrong);
        if (j.why.error <= -BATON_ERRORS || j.why.error >= 0)
            wrong("a refusal without a name");
        judge_sentence(&j.why);
        return;
    }
    if (j.wrong[0] || !journey_judge(&j) || !journey_run(&j))
        wrong(j.wrong);
    entered(&j);
    if (!journey_unload(&j))
        wrong(j.wrong);
}

/* ---- memory -------------------------------------------------------------------------------- */

static uint64_t piece(uint64_t a, uint64_t b, uint64_t n)
{
    uint64_t left = PAGE - a % PAGE < PAGE - b % PAGE ? PAGE - a % PAGE : PAGE - b % PAGE;

    return n < left ? n : left;
}

void stage_before(uint64_t pa, void *to, size_t n)
{
    uint8_t *out = to;

    for (uint64_t k; n; pa += k, out += k, n -= k)
        memcpy(out, machine_before(baton_page_down(pa)) + pa % PAGE, k = piece(pa, pa, n));
}

/* The ledger may lie in a destination, and is put back after the run: nothing to see there. The
 * journey has judged all destinations before that. */
static bool is_ledger(uint64_t pa)
{
    return machine_is_lent(pa);
}

void stage_same(uint64_t pa, uint64_t from, uint64_t n, const char *what)
{
    for (uint64_t k; n; pa += k, from += k, n -= k) {
        k = piece(pa, from, n);
        if (!is_ledger(pa) &&
            memcmp(machine_at(pa), machine_before(baton_page_down(from)) + from % PAGE, k))
            wrong(what);
    }
}

void stage_initrds(uint64_t pa, uint64_t size)
{
    uint64_t at = 0;

    for (unsigned i = 0; i < BATON_MODULES; i++) {
        const struct baton_file *file = &j.request.module[i].file;

        if (!file->size)
            continue;
        stage_zero(pa + at, -at % 4, "there is something between two initrds");
        at += -at % 4;
        stage_same(pa + at, file->pa, file->size, "an initrd has wrong bytes");
        at += file->size;
    }
    if (at != size)
        wrong("the initrds' size is wrong");
}

void stage_zero(uint64_t pa, uint64_t n, const char *what)
{
    static const uint8_t zeros[BATON_PAGE_SIZE];

    for (uint64_t k; n; pa += k, n -= k) {
        k = piece(pa, pa, n);
        if (!is_ledger(pa) && memcmp(machine_at(pa), zeros, k))
            wrong(what);
    }
}

void stage_string(uint64_t pa, const char *string, const char *what)
{
    if (!machine_is_lent(pa) || pa % PAGE + strlen(string) >= PAGE ||
        strcmp((const char *)machine_at(pa), string))
        wrong(what);
}
