/* Bytes as what is entered in real mode: Linux's setup code, or a boot sector; see stage.h for what
 * comes before them. */
#include "payload/common/payload.h"
#include "tests/fuzz/stage.h"

#include <string.h>

#define REAL16 3

static const struct journey *j;
static uint8_t head[0x8000]; /* of the file; zeros behind its end */

static uint32_t in(const uint8_t *bytes, unsigned offset, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)bytes[offset + i] << 8 * i;
    return value;
}

/* The file's setup at `pa`, but for the fields that a loader fills; then zeros up to the stack's
 * end, and the command line. */
static void judge_setup(uint64_t pa, uint32_t stack)
{
    static const struct {
        unsigned at, end;
    } filled[] = {{0x210, 0x212}, {0x218, 0x220}, {0x224, 0x226}, {0x228, 0x22c}};
    static uint8_t now[0x8000];
    uint32_t size = ((head[0x1f1] ? head[0x1f1] : 4) + 1u) * 512;
    char text[8192];

    machine_read(pa, now, size);
    for (unsigned at = 0; at < size; at++) {
        bool skip = false;

        for (unsigned i = 0; i < sizeof(filled) / sizeof(*filled); i++)
            skip = skip || (at >= filled[i].at && at < filled[i].end);
        if (!skip && now[at] != head[at])
            fuzz_wrong("the setup differs from the file's at 0x%x", at);
    }
    if (now[0x210] != 0xff || now[0x211] != (head[0x211] | 0x80) ||
        in(now, 0x224, 2) != stack - 0x200 || in(now, 0x228, 4) != pa + stack)
        fuzz_wrong("a field of the loader's is wrong");
    stage_zero(pa + size, stack - size, "heap or stack is not clear");
    stage_initrds(in(now, 0x218, 4), in(now, 0x21c, 4));
    machine_read(pa + stack, text, strlen(j->request.command_line) + 1);
    if (strcmp(text, j->request.command_line))
        fuzz_wrong("the command line is wrong");
}

static void entered(const struct journey *journey)
{
    const struct baton_registers *r = &journey->payload.entry.registers;
    uint32_t entry = baton_entry_address(&journey->payload.entry);
    uint32_t segment = r->ebp >> 16, sp = r->ebp & 0xffff;

    j = journey;
    if (j->payload.entry.kind != REAL16)
        return; /* a kernel with another entry by chance: the other targets' */
    if (j->image.control < 0x10000 || j->image.control + BATON_PAGE_SIZE > j->request.bios_end)
        fuzz_wrong("the exit lies at 0x%x", (unsigned)j->image.control);
    if (r->eax != (j->request.screen.kind == BATON_SCREEN_LINEAR ? 3 : 0) || r->ebx || r->ecx ||
        r->esi || r->edi)
        fuzz_wrong("a general register is wrong");
    memset(head, 0, sizeof(head));
    stage_before(j->request.kernel.pa, head,
                 j->request.kernel.size < sizeof(head) ? j->request.kernel.size : sizeof(head));
    if (!strcmp(j->payload.format->name, "bootsector")) {
        if (entry != 0x7c00 || r->ebp != 0x7c00 || r->edx > 0xff)
            fuzz_wrong("a boot sector is entered at 0x%x, edx 0x%x", entry, r->edx);
        stage_same(entry, j->request.kernel.pa, 512, "the boot sector has wrong bytes");
        return;
    }
    if (r->edx || r->eip != (segment + 0x20) << 16 || entry != segment * 16 + 0x200 ||
        segment * 16 < 0x10000 || sp != (head[0x211] & 1 ? 0xe000u : 0x9800u))
        fuzz_wrong("the setup is entered at 0x%x, with the stack 0x%x", entry, r->ebp);
    judge_setup(segment * 16, sp);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    stage_play(data, size, entered);
    return 0;
}
