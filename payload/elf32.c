/*
 * Static ELF32 for i386: PT_LOAD segments at their physical addresses, the tail of each zeroed,
 * entered with eax = BATON_RECORD_MAGIC and ebx = a struct baton_record. [ELF, i386 psABI]
 */
#include "lib/text.h"
#include "payload/identify.h"
#include "payload/payload.h"
#include "relocate/trampoline/control.h"

struct elf_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

enum { ELF_PT_LOAD = 1, ELF_PT_DYNAMIC = 2, ELF_PT_INTERP = 3 };

static bool elf_is(const struct baton_host *host, const struct baton_file *file)
{
    static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
    uint8_t first[4];

    return baton_file_read(host, file, 0, first, 4) && !__builtin_memcmp(first, magic, 4);
}

static int add_segment(const struct baton_request *request, const struct elf_segment *e,
                       unsigned number, struct baton_payload *payload, struct baton_refusal *why)
{
    char what[20];
    struct text text = {what, sizeof(what), 0};

    /* Where no byte is in the file, the offset says nothing; linkers let it point anywhere. */
    if (e->filesz && (uint64_t)e->offset + e->filesz > request->kernel.size)
        return refuse(why, BATON_E_TRUNCATED, "PT_LOAD segments", request->kernel.size,
                      (uint64_t)e->offset + e->filesz);
    if (e->filesz > e->memsz)
        return refuse(why, BATON_E_MOST, "p_filesz (p_memsz is the limit)", e->filesz, e->memsz);
    text_add(&text, "PT_LOAD ");
    text_decimal(&text, number);
    struct baton_segment *s = segment_add(payload, what);
    if (!s)
        return refuse(why, BATON_E_SEGMENTS, "PT_LOAD segments", BATON_SEGMENTS + 1,
                      BATON_SEGMENTS);
    s->flags = BATON_SEG_FIXED;
    s->source = request->kernel.pa + (e->filesz ? e->offset : 0);
    s->file_size = e->filesz;
    s->mem_size = e->memsz;
    s->prefer = e->paddr;
    s->max = 1ull << 32;
    s->align = 1;
    return 0;
}

static int add_made(struct told told, struct baton_payload *payload, struct baton_refusal *why)
{
    int error = segment_add_made(payload, "record", why);

    if (!error)
        error = segment_add_made(payload, "command line", why);
    for (uint32_t i = 0; i < told.count && !error; i += BATON_RECORD_ENTRIES)
        error = segment_add_made(payload, "memory map", why);
    return error;
}

static int elf_read(const struct baton_host *host, const struct baton_request *request,
                    struct baton_payload *payload, struct baton_refusal *why)
{
    const struct baton_file *file = &request->kernel;
    struct elf_header h;
    bool entry_found = false, entry_is_physical = false;
    const char *other = identify(host, file); /* another machine's, of another type, multiboot */

    if (other)
        return refuse(why, BATON_E_KIND, other, 0, 0);
    if (!baton_file_read(host, file, 0, &h, sizeof(h)))
        return refuse(why, BATON_E_TRUNCATED, "ELF header", file->size, sizeof(h));
    if (h.phentsize < sizeof(struct elf_segment))
        return refuse(why, BATON_E_LEAST, "e_phentsize", h.phentsize, sizeof(struct elf_segment));
    int error = 0;
    for (unsigned i = 0; i < h.phnum && !error; i++) {
        uint64_t at = h.phoff + (uint64_t)i * h.phentsize;
        struct elf_segment e;

        if (!baton_file_read(host, file, at, &e, sizeof(e)))
            return refuse(why, BATON_E_TRUNCATED, "program headers", file->size, at + sizeof(e));
        if (e.type == ELF_PT_DYNAMIC || e.type == ELF_PT_INTERP)
            return refuse(why, BATON_E_KIND,
                          "a dynamically linked ELF program; Baton starts static executables", 0,
                          0);
        if (e.type != ELF_PT_LOAD || (!e.memsz && !e.filesz))
            continue;
        error = add_segment(request, &e, i, payload, why);
        entry_is_physical |= h.entry >= e.paddr && h.entry - e.paddr < e.memsz;
        /* e_entry is a virtual address; the segment it lies in says what that is physically */
        if (!entry_found && h.entry >= e.vaddr && h.entry - e.vaddr < e.memsz) {
            payload->entry.eip = e.paddr + (h.entry - e.vaddr);
            entry_found = true;
        }
    }
    if (error)
        return error;
    if (!entry_found && entry_is_physical)
        return refuse(why, BATON_E_KIND,
                      "an ELF kernel whose e_entry is a physical address, such as Linux's vmlinux, "
                      "and Baton starts none yet; give its bzImage (vmlinuz)",
                      0, 0);
    if (!entry_found)
        return refuse(why, BATON_E_FIELD, "e_entry (it lies in no PT_LOAD segment)", h.entry, 0);
    error = command_line_check(request->command_line, BATON_PAGE_SIZE - 1, "an ELF payload", why);
    if (!error)
        error = segment_add_initrds(payload, request, UINT32_MAX, why);
    if (!error)
        error = add_made(told_of(host, request), payload, why);

    struct text name = {payload->name, sizeof(payload->name), 0};
    struct text kind = {payload->kind, sizeof(payload->kind), 0};
    text_add(&name, "a kernel");
    text_add(&kind, "static ELF32");
    return error;
}

static void write_map(const struct baton_host *host, struct told told,
                      struct baton_payload *payload)
{
    for (uint32_t i = 0, page = 0; i < told.count; page++) {
        struct baton_segment *s = segment_find(payload, "memory map", page);
        struct baton_segment *next = segment_find(payload, "memory map", page + 1);
        struct baton_record_map *map = host->map(host->ctx, BATON_WINDOW_PAGE, s->dest);

        map->next = next ? (uint32_t)next->dest : 0;
        map->count = 0;
        for (; i < told.count && map->count < BATON_RECORD_ENTRIES; i++)
            map->entry[map->count++] = (struct baton_record_memory){
                told.memory[i].start, told.memory[i].end, told.memory[i].type, 0};
    }
}

static void elf_finish(const struct baton_image *image, const struct baton_request *request,
                       struct baton_payload *payload)
{
    const struct baton_host *host = image->host;
    struct baton_segment *map = segment_find(payload, "memory map", 0);
    struct baton_range initrd = segment_initrd_range(payload);
    struct baton_segment *line = segment_find(payload, "command line", 0);
    struct baton_segment *s = segment_find(payload, "record", 0);

    __builtin_memcpy(host->map(host->ctx, BATON_WINDOW_PAGE, line->dest), request->command_line,
                     string_length(request->command_line) + 1);
    write_map(host, told_of(host, request), payload);

    struct baton_record *record = host->map(host->ctx, BATON_WINDOW_PAGE, s->dest);
    *record = (struct baton_record){
        .magic = BATON_RECORD_MAGIC,
        .size = sizeof(*record),
        .live_root = (uint32_t)request->live.root,
        .live_pae = request->live.pae,
        .live_tables = request->live.tables,
        .live_checksum = request->live.checksum,
        .trampoline_va = host->trampoline_va,
        .control = (uint32_t)image->control,
        .command_line = (uint32_t)line->dest,
        .initrd = (uint32_t)initrd.start,
        .initrd_size = (uint32_t)(initrd.end - initrd.start),
        .map = map ? (uint32_t)map->dest : 0,
        .trace = (uint32_t)image->control + CONTROL_TRACE + offsetof(struct control_trace, trace),
    };
    struct text loader = {record->loader, sizeof(record->loader), 0};
    text_add(&loader, request->loader);

    uint32_t eip = payload->entry.eip;
    payload->entry =
        (struct baton_registers){.eip = eip, .eax = BATON_RECORD_MAGIC, .ebx = (uint32_t)s->dest};
}

const struct baton_format payload_elf32 = {"ELF32", elf_is, elf_read, elf_finish};
