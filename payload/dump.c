/*
 * ELF core headers, field by field: a small writer makes both classes of the same description.
 *
 *   ELF header | PT_NOTE | PT_LOAD, one a range | note VMCOREINFO | note CORE, the registers
 *
 * The registers come last: what is before them does not change any more.
 */
#include "payload/common/payload.h"

enum { EI_CLASS_32 = 1, EI_CLASS_64 = 2, EI_DATA_LSB = 1, EV_CURRENT = 1 };
enum { ET_CORE = 4, PT_LOAD = 1, PT_NOTE = 4, PF_RWX = 7 };
enum { NT_PRSTATUS = 1, NT_VMCOREINFO = 0 };

#define EHDR_SIZE(wide) ((wide) ? 64u : 52u)
#define PHDR_SIZE(wide) ((wide) ? 56u : 32u)

/*
 * i386's struct elf_prstatus, as gdb and Linux know it: the registers' place in 144 bytes. A core
 * for a 64-bit Linux has the same: Linux copies notes unread, and the core that is made of its
 * /proc/vmcore for gdb (iso/save-dump) is i386's again, with every byte behind the headers kept.
 */
#define PRSTATUS_SIZE 144u
#define PRSTATUS_PID 24u
#define PRSTATUS_REGISTERS 72u
#define FIRST_PID 1u /* gdb needs a number for each thread */

struct writer {
    uint8_t *out;
    size_t room, at;
    bool wide; /* ELF64 */
};

static void put(struct writer *w, uint64_t value, unsigned bytes)
{
    for (; bytes; bytes--, value >>= 8, w->at++)
        if (w->at < w->room)
            w->out[w->at] = (uint8_t)value;
}

/* An address, offset or size, in the width of the ELF class. */
static void put_word(struct writer *w, uint64_t value)
{
    put(w, value, w->wide ? 8 : 4);
}

static void put_elf_header(struct writer *w, enum baton_dump_machine machine, uint32_t segments)
{
    put(w, 0x464c457f, 4); /* "\x7fELF" */
    put(w, w->wide ? EI_CLASS_64 : EI_CLASS_32, 1);
    put(w, EI_DATA_LSB, 1);
    put(w, EV_CURRENT, 1);
    put(w, 0, 8);
    put(w, 0, 1);
    put(w, ET_CORE, 2);
    put(w, machine, 2);
    put(w, EV_CURRENT, 4);
    put_word(w, 0);                  /* entry */
    put_word(w, EHDR_SIZE(w->wide)); /* program headers */
    put_word(w, 0);                  /* section headers */
    put(w, 0, 4);                    /* flags */
    put(w, EHDR_SIZE(w->wide), 2);
    put(w, PHDR_SIZE(w->wide), 2);
    put(w, segments, 2);
    put(w, 0, 6); /* no section headers */
}

static void put_segment(struct writer *w, uint32_t type, uint64_t offset, uint64_t va, uint64_t pa,
                        uint64_t size)
{
    put(w, type, 4);
    if (w->wide)
        put(w, PF_RWX, 4);
    put_word(w, offset);
    put_word(w, va);
    put_word(w, pa);
    put_word(w, size);
    put_word(w, size);
    if (!w->wide)
        put(w, PF_RWX, 4);
    put_word(w, 0); /* alignment */
}

static void put_text(struct writer *w, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        put(w, (uint8_t)text[i], 1);
    while (w->at % 4)
        put(w, 0, 1);
}

static void put_note(struct writer *w, const char *name, uint32_t type, size_t size)
{
    size_t length = string_length(name) + 1;

    put(w, length, 4);
    put(w, size, 4);
    put(w, type, 4);
    put_text(w, name, length);
}

/* ELF64: for a 64-bit machine, or if a range lies above 4 GiB. */
static bool is_wide(enum baton_dump_machine machine, const struct baton_dump_range *ranges,
                    uint32_t count)
{
    if (machine == BATON_DUMP_X86_64)
        return true;
    for (uint32_t i = 0; i < count; i++)
        if (ranges[i].end > UINT32_MAX ||
            ranges[i].at + (ranges[i].end - ranges[i].start) > UINT32_MAX)
            return true;
    return false;
}

static void put_notes(struct writer *w, const char *info, size_t *registers)
{
    size_t start;

    put_note(w, "VMCOREINFO", NT_VMCOREINFO, string_length(info));
    put_text(w, info, string_length(info));
    put_note(w, "CORE", NT_PRSTATUS, PRSTATUS_SIZE);
    start = w->at;
    *registers = start + PRSTATUS_REGISTERS;
    while (w->at < start + PRSTATUS_SIZE)
        put(w, w->at == start + PRSTATUS_PID ? FIRST_PID : 0, 1);
}

size_t baton_dump_headers(void *out, size_t room, uint64_t pa, enum baton_dump_machine machine,
                          const struct baton_dump_range *ranges, uint32_t count, const char *info,
                          size_t *registers)
{
    struct writer w = {out, room, 0, is_wide(machine, ranges, count)};
    struct writer notes = {out, 0, 0, w.wide}; /* measures */
    size_t begin = EHDR_SIZE(w.wide) + PHDR_SIZE(w.wide) * (count + 1);

    if (count >= UINT16_MAX)
        return 0;
    put_notes(&notes, info, registers);
    put_elf_header(&w, machine, count + 1);
    put_segment(&w, PT_NOTE, pa + begin, 0, 0, notes.at);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t va = ranges[i].va;

        if (w.wide && va == BATON_DUMP_NO_VA)
            va = UINT64_MAX;
        put_segment(&w, PT_LOAD, ranges[i].at, va, ranges[i].start,
                    ranges[i].end - ranges[i].start);
    }
    put_notes(&w, info, registers);
    return w.at <= room ? w.at : 0;
}
