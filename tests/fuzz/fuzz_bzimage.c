/* Bytes as a Linux bzImage; see stage.h for what comes before them. */
#include "payload/common/payload.h"
#include "tests/fuzz/stage.h"

#include <string.h>

static const struct journey *j;
static uint8_t head[0x300]; /* of the file; zeros behind its end */

static uint64_t in(const uint8_t *page, unsigned offset, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)page[offset + i] << 8 * i;
    return value;
}

/* kernel_alignment may be lowered, to 1 << min_alignment and to a page at the least. */
static void judge_alignment(uint32_t lowered)
{
    unsigned least = head[0x235];

    if (!least || least > 31 || lowered & (lowered - 1) || lowered >= in(head, 0x230, 4) ||
        lowered < 1u << least || lowered < BATON_PAGE_SIZE)
        fuzz_wrong("kernel_alignment is 0x%x, min_alignment %u", lowered, least);
}

/* The setup header in boot_params is the file's, but for the fields that a loader fills. */
static void judge_header(const uint8_t *page, unsigned protocol)
{
    static const struct {
        unsigned at, end, protocol;
    } filled[] = {{0x210, 0x212, 0},     {0x214, 0x220, 0},     {0x228, 0x22c, 0},
                  {0x230, 0x234, 0x20a}, {0x250, 0x258, 0x209}, {0x2d0, 0x1000, 0}};

    for (unsigned at = 0x1f1; at < 0x202u + head[0x201]; at++) {
        bool skip = false;

        for (unsigned i = 0; i < sizeof(filled) / sizeof(*filled); i++)
            skip = skip ||
                   (at >= filled[i].at && at < filled[i].end && protocol >= filled[i].protocol);
        if (!skip && page[at] != head[at])
            fuzz_wrong("the setup header differs from the file's at 0x%x", at);
    }
    if (page[0x210] != 0xff || page[0x211] != (head[0x211] & 0x7f))
        fuzz_wrong("type_of_loader or loadflags is wrong");
    if (protocol >= 0x20a && in(page, 0x230, 4) != in(head, 0x230, 4))
        judge_alignment((uint32_t)in(page, 0x230, 4));
}

static void judge_entry(uint32_t n, uint64_t pa)
{
    const struct baton_host *host = &j->machine.host;
    uint8_t entry[20];

    machine_read(pa, entry, sizeof(entry));
    if (n >= host->memory_count || in(entry, 0, 8) != host->memory[n].start ||
        in(entry, 8, 8) != host->memory[n].end - host->memory[n].start ||
        in(entry, 16, 4) != host->memory[n].type)
        fuzz_wrong("entry %u of the memory map is wrong", n);
}

/* setup_data: what boot_params cannot hold of the memory map in one node, the record, the trace. */
static void judge_nodes(uint64_t pa, uint32_t left)
{
    const struct baton_host *host = &j->machine.host;
    bool record = false;

    while (pa) {
        const uint8_t *node = machine_at(pa);
        uint64_t type = in(node, 8, 4), length = in(node, 12, 4);

        if (!length)
            fuzz_wrong("a node of setup_data is wrong");
        if (type == 1) {
            uint32_t n = (uint32_t)length / 20;

            if (length % 20 || !n || n > left)
                fuzz_wrong("a node of setup_data has %u entries, %u are left", n, left);
            left -= n;
            for (uint32_t i = 0; i < n; i++)
                judge_entry(host->memory_count - (host->memory_count - 128 - left) + i,
                            pa + 16 + i * 20);
        } else if (type == 0x4e544142 && !record) {
            record = true;
            if (memchr(node + 16, 0, length))
                fuzz_wrong("the record has a NUL in it");
        } else if (type == 0x54544142 && record && !in(node, 0, 8)) { /* the trace, the last */
            if (pa != j->image.control + 0x9d0 || length != 64)
                fuzz_wrong("the trace's node is wrong");
        } else {
            fuzz_wrong("setup_data of type 0x%x", (unsigned)type);
        }
        pa = in(node, 0, 8);
    }
    if (left || !record)
        fuzz_wrong("setup_data lacks %u entries, or the record", left);
}

static void judge_params(const uint8_t *page, unsigned protocol)
{
    const struct baton_request *request = &j->request;
    uint32_t count = j->machine.host.memory_count, first = count < 128 ? count : 128;

    if (in(page, 0x214, 4) != j->payload.entry.registers.eip)
        fuzz_wrong("code32_start is wrong");
    stage_string(in(page, 0x228, 4), request->command_line, "the command line is wrong");
    stage_initrds(in(page, 0x218, 4), in(page, 0x21c, 4));
    if (in(page, 0x70, 8) != request->acpi_rsdp || page[0x1e8] != first)
        fuzz_wrong("acpi_rsdp_addr or e820_entries is wrong");
    for (uint32_t i = 0; i < first; i++)
        judge_entry(i, j->payload.entry.registers.esi + 0x2d0 + i * 20);
    if (protocol >= 0x209)
        judge_nodes(in(page, 0x250, 8), count - first);
    else if (count > first)
        fuzz_wrong("a memory map that boot_params cannot hold");
}

static void entered(const struct journey *journey)
{
    uint64_t size = journey->request.kernel.size;
    const struct baton_registers *r = &journey->payload.entry.registers;

    j = journey;
    if (strcmp(j->payload.format->name, "bzImage"))
        return; /* another kind of file by chance: the other targets' */
    memset(head, 0, sizeof(head));
    stage_before(j->request.kernel.pa, head, size < sizeof(head) ? size : sizeof(head));

    unsigned protocol = (unsigned)in(head, 0x206, 2);
    uint64_t setup = ((head[0x1f1] ? head[0x1f1] : 4) + 1) * 512ull, code = size - setup;
    if (protocol >= 0x204 && in(head, 0x1f4, 4) * 16 < code)
        code = in(head, 0x1f4, 4) * 16;
    stage_same(r->eip, j->request.kernel.pa + setup, code, "the kernel has wrong bytes");

    if (!machine_is_lent(r->esi) || r->esi % BATON_PAGE_SIZE || r->eax || r->ebx || r->ecx ||
        r->edx || r->edi || r->ebp)
        fuzz_wrong("the entry registers are not the protocol's");
    judge_header(machine_at(r->esi), protocol);
    judge_params(machine_at(r->esi), protocol);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    stage_play(data, size, entered);
    return 0;
}
