/*
 * Judges boot_params: kernels of every protocol are loaded as a whole, and the page is compared with
 * what the protocol's text says, field by field.
 */
#include "labs/bzimage/judge_params.h"

#include "labs/bzimage/judge_read.h"
#include "labs/grader/exam.h"
#include "tests/host/random/journey.h"

#define INITRD 0x00800123ull
#define INITRD_SIZE 0x45678u
#define TABLE_END (0x2d0 + 128 * 20)
#define HEADER 0x1f1u

static struct journey j;
static const uint8_t *page;

static uint64_t field(unsigned offset, unsigned size)
{
    uint64_t value = 0;

    while (size--)
        value = value << 8 | page[offset + size];
    return value;
}

static uint64_t place(const char *what)
{
    const struct baton_segment *s = journey_find(&j, what, 0);

    return s ? s->dest : 0;
}

/* A machine with this map. top: where the memory above 1 MiB ends. */
static void stage(uint64_t top, uint32_t entries)
{
    journey_start(&j, 0xc0105000, 0x105000);
    machine_memory(&j.machine, 0, 0x9fc00, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0xf0000, MIB, BATON_MEM_RESERVED);
    machine_memory(&j.machine, MIB, top, BATON_MEM_USABLE);
    machine_memory(&j.machine, top, top + 0x10000, BATON_MEM_ACPI);
    while (j.machine.host.memory_count < entries) {
        uint64_t at = 0x100000000ull + j.machine.host.memory_count * MIB;

        machine_memory(&j.machine, at, at + 0x81000, 1 + j.machine.host.memory_count % 4);
    }
    machine_ready(&j.machine);
}

/* Loads it there; ends the check if that is refused. */
static void load(const struct bzimage_fields *f, bool initrd)
{
    j.request.kernel = bzimage_make(&j.machine, AT, f);
    if (initrd)
        j.request.module[0].file = machine_file(&j.machine, INITRD, INITRD_SIZE);
    j.request.command_line = "console=ttyS0 quiet";
    j.request.loader = "";
    exam_case("protocol %u.%02u, %s initrd, %u entries in the memory map", f->protocol >> 8,
              f->protocol & 0xff, initrd ? "an" : "no", (unsigned)j.machine.host.memory_count);
    if (journey_load(&j))
        exam_wrong("0: the kernel is loaded", "%s: %s", baton_error_name(j.error), j.why.what);
    page = machine_at(place("boot_params"));
}

static void each_load(void (*look)(const struct bzimage_fields *f))
{
    for (unsigned v = 0; v < VERSIONS; v++)
        for (int initrd = 0; initrd < 2; initrd++) {
            struct bzimage_fields f = bzimage_usual;

            f.protocol = versions[v].protocol;
            f.jump = versions[v].jump;
            stage(64 * MIB, 0);
            load(&f, initrd);
            look(&f);
        }
}

/* ---- the header ------------------------------------------------------------------------------- */

/* Is this byte of the header one that the loader writes? */
static bool is_written(uint32_t protocol, unsigned at)
{
    return at == 0x210 || at == 0x211 || (at >= 0x214 && at < 0x220) ||
           (at >= 0x228 && at < 0x22c) || (at >= 0x230 && at < 0x234) ||
           (protocol >= 0x0209 && at >= 0x250 && at < 0x258);
}

static void look_at_header(const struct bzimage_fields *f)
{
    unsigned end = 0x202 + f->jump;

    for (unsigned at = HEADER; at < 0x2d0; at++) {
        uint8_t wanted = 0;
        char what[60];

        if (at < end && is_written(f->protocol, at))
            continue;
        if (at < end)
            machine_read(AT + at, &wanted, 1);
        snprintf(what, sizeof(what), "the byte at 0x%03x, %s the header's end, is", at,
                 at < end ? "before" : "behind");
        exam_address(what, wanted, page[at]);
    }
}

void params_header(void)
{
    each_load(look_at_header);
}

/* ---- fields that the loader writes ------------------------------------------------------------ */

static void look_at_fields(const struct bzimage_fields *f)
{
    exam_address("type_of_loader", 0xff, field(0x210, 1));
    exam_address("loadflags", f->loadflags & 0x7f, field(0x211, 1));
    exam_address("code32_start", place("kernel"), field(0x214, 4));
    exam_address("cmd_line_ptr", place("command line"), field(0x228, 4));
    if (f->protocol >= 0x0209)
        exam_address("setup_data", place("record"), field(0x250, 8));
}

void params_fields(void)
{
    struct bzimage_fields f = bzimage_usual;

    each_load(look_at_fields);
    f.loadflags |= 0x80;
    stage(64 * MIB, 0);
    load(&f, false);
    look_at_fields(&f);
    /* 23 MiB are free in one piece, but not from a multiple of 16 MiB on: the alignment is lowered. */
    f.min_alignment = 13;
    f.init_size = 0x1700000;
    stage(64 * MIB, 0);
    machine_keep(&j.machine, 0x1100000, 0x1101000);
    machine_keep(&j.machine, 0x2900000, 0x2901000);
    load(&f, false);
    exam_address("kernel_alignment, as it was taken", journey_find(&j, "kernel", 0)->align,
                 field(0x230, 4));
}

static void look_at_initrd(const struct bzimage_fields *f)
{
    (void)f;
    exam_address("ramdisk_image", place("initrd"), field(0x218, 4));
    exam_address("ramdisk_size", place("initrd") ? INITRD_SIZE : 0, field(0x21c, 4));
}

void params_initrd(void)
{
    each_load(look_at_initrd);
}

/* ---- the memory map --------------------------------------------------------------------------- */

static void look_at_map(uint64_t top)
{
    uint32_t count = j.machine.host.memory_count, most = count < 128 ? count : 128;
    uint64_t above = (top - MIB) >> 10;

    exam_number("e820_entries", most, field(0x1e8, 1));
    for (uint32_t i = 0; i < most; i++) {
        const struct baton_memory *m = &j.machine.memory[i];
        unsigned at = 0x2d0 + 20 * i;
        char what[40];

        snprintf(what, sizeof(what), "e820_table[%u], address", i);
        exam_address(what, m->start, field(at, 8));
        snprintf(what, sizeof(what), "e820_table[%u], size", i);
        exam_address(what, m->end - m->start, field(at + 8, 8));
        snprintf(what, sizeof(what), "e820_table[%u], type", i);
        exam_number(what, m->type, field(at + 16, 4));
    }
    for (unsigned at = 0x2d0 + 20 * most; at < TABLE_END; at++)
        if (page[at])
            exam_wrong("nothing behind the last entry", "0x%02x at 0x%03x", page[at], at);
    exam_number("alt_mem_k", above, field(0x1e0, 4));
    exam_number("ext_mem_k, which has 16 bits", above < 0xffff ? above : 0xffff, field(2, 2));
}

void params_memory(void)
{
    static const struct {
        uint64_t top;
        uint32_t entries;
    } cases[] = {{24 * MIB, 0}, {64 * MIB, 0}, {512 * MIB, 60}, {64 * MIB, 128}, {64 * MIB, 150}};

    for (unsigned i = 0; i < COUNT(cases); i++) {
        stage(cases[i].top, cases[i].entries);
        load(&bzimage_usual, false);
        look_at_map(cases[i].top);
    }
}
