/* Bytes as a static ELF file of either class, Linux's vmlinux included; see stage.h for what comes
 * before them. */
#include "payload/common/payload.h"
#include "tests/fuzz/stage.h"

#include <string.h>

static const struct journey *j;

static uint64_t number(uint64_t offset, unsigned size)
{
    uint8_t bytes[8];
    uint64_t value = 0;

    stage_before(j->request.kernel.pa + offset, bytes, size);
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

/* The file read again, with the offsets of [ELF]: every PT_LOAD is where it should be. linux: e_entry
 * is the physical address of the entry. */
static void judge_segments(bool linux)
{
    bool wide = number(4, 1) == 2; /* ELF64: the class, and then wider fields in another order */
    unsigned w = wide ? 8 : 4;
    uint64_t phoff = number(wide ? 32 : 28, w), phentsize = number(wide ? 54 : 42, 2);
    uint64_t phnum = number(wide ? 56 : 44, 2), entry = number(24, w);
    bool found = false;

    for (uint64_t at = phoff; phnum--; at += phentsize) {
        uint64_t fields = at + w; /* an ELF64 has its flags there, behind the type */
        uint64_t type = number(at, 4), offset = number(fields, w), vaddr = number(fields + w, w);
        uint64_t paddr = number(fields + 2 * w, w), filesz = number(fields + 3 * w, w);
        uint64_t memsz = number(fields + 4 * w, w);

        if (type != 1 || !memsz)
            continue;
        stage_same(paddr, j->request.kernel.pa + offset, filesz, "a PT_LOAD has wrong bytes");
        stage_zero(paddr + filesz, memsz - filesz, "a PT_LOAD's tail is not zero");
        if (linux && entry >= paddr && entry - paddr < memsz) {
            found = true;
            if (j->payload.entry.registers.eip != entry)
                fuzz_wrong("a vmlinux's eip is 0x%x", j->payload.entry.registers.eip);
        }
        if (!found && !linux && entry >= vaddr && entry - vaddr < memsz) {
            found = true;
            if (j->payload.entry.registers.eip != paddr + (entry - vaddr))
                fuzz_wrong("eip is 0x%x", j->payload.entry.registers.eip);
        }
    }
    if (!found)
        fuzz_wrong("an entry that lies in no PT_LOAD was taken");
}

static void judge_map(uint32_t pa)
{
    const struct baton_host *host = &j->machine.host;
    uint32_t n = 0;

    while (pa) {
        const struct baton_record_map *map = (const void *)machine_at(pa);

        if (!machine_is_lent(pa) || pa % BATON_PAGE_SIZE || map->count > BATON_RECORD_ENTRIES)
            fuzz_wrong("a page of the record's memory map is wrong");
        for (uint32_t i = 0; i < map->count; i++, n++)
            if (n >= host->memory_count || map->entry[i].start != host->memory[n].start ||
                map->entry[i].end != host->memory[n].end ||
                map->entry[i].type != host->memory[n].type)
                fuzz_wrong("entry %u of the record's memory map is wrong", n);
        pa = map->next;
    }
    if (n != host->memory_count)
        fuzz_wrong("the record's memory map has %u entries of %u", n, host->memory_count);
}

static void judge_record(void)
{
    const struct baton_registers *r = &j->payload.entry.registers;
    const struct baton_record *record = (const void *)machine_at(r->ebx);

    bool wide = j->payload.entry.kind == BATON_ENTRY_LONG64;

    if (r->eax != BATON_RECORD_MAGIC || r->ecx || r->edx || r->esi || r->ebp ||
        r->edi != (wide ? r->ebx : 0) || wide != (number(4, 1) == 2))
        fuzz_wrong("the entry registers are not the contract's");
    if (!machine_is_lent(r->ebx) || record->magic != BATON_RECORD_MAGIC ||
        record->size != sizeof(*record) || record->live_root != j->request.live.root ||
        record->live_pae != j->request.live.kind || record->control != j->image.control)
        fuzz_wrong("the record is wrong");
    if (!memchr(record->loader, 0, sizeof(record->loader)))
        fuzz_wrong("the record's loader does not end");
    stage_string(record->command_line, j->request.command_line, "the command line is wrong");
    stage_initrds(record->initrd, record->initrd_size);
    judge_map(record->map);
}

static void judge_boot_params(void)
{
    const struct baton_registers *r = &j->payload.entry.registers;
    const uint8_t *params = machine_at(r->esi);

    if (r->eax | r->ebx | r->ecx | r->edx | r->edi | r->ebp)
        fuzz_wrong("a vmlinux's entry registers are not the protocol's");
    if (!machine_is_lent(r->esi) || memcmp(params + 0x202, "HdrS", 4) ||
        memcmp(params + 0x214, &r->eip, 4))
        fuzz_wrong("a vmlinux's boot_params are wrong");
}

static void entered(const struct journey *journey)
{
    bool linux = !strcmp(journey->payload.format->name, "vmlinux");

    j = journey;
    if (!linux && strncmp(j->payload.format->name, "elf", 3))
        return; /* a bzImage by chance: the other target's */
    judge_segments(linux);
    linux ? judge_boot_params() : judge_record();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    stage_play(data, size, entered);
    return 0;
}
