/*
 * Static ELF32 for i386: PT_LOAD segments at their physical addresses, the tail of each zeroed,
 * entered with eax = BATON_RECORD_MAGIC and ebx = a struct baton_record. [ELF, i386 psABI]
 */
#include "lib/text.h"
#include "payload/elf.h"
#include "baton/control.h"

static int add_generated(uint32_t map_entries, struct baton_payload *payload,
                         struct baton_refusal *why)
{
    int error = baton_area_add(payload, BATON_ROLE_RECORD, "record", BATON_PAGE_SIZE, why);

    if (!error)
        error =
            baton_area_add(payload, BATON_ROLE_COMMAND_LINE, "command line", BATON_PAGE_SIZE, why);
    for (uint32_t i = 0; i < map_entries && !error; i += BATON_RECORD_ENTRIES)
        error = baton_area_add(payload, BATON_ROLE_MEMORY_MAP, "memory map", BATON_PAGE_SIZE, why);
    return error;
}

static int elf_read(const struct baton_host *host, const struct baton_request *request,
                    struct baton_payload *payload, struct baton_refusal *why)
{
    struct elf_entry entry;
    int error = elf_add_segments(host, request, payload, &entry, why);

    if (error)
        return error;
    if (!entry.is_virtual)
        return refuse(why, BATON_E_FIELD, "e_entry (it lies in no PT_LOAD segment)", entry.e_entry,
                      0);
    payload->entry.registers.eip = entry.physical;
    error = command_line_check(request->command_line, BATON_PAGE_SIZE - 1, "an ELF payload", why);
    if (!error)
        error = segment_add_initrds(payload, request, UINT32_MAX, why);
    if (!error)
        error = add_generated(map_most(host, request), payload, why);

    struct text name = {payload->name, sizeof(payload->name), 0};
    struct text kind = {payload->kind, sizeof(payload->kind), 0};
    text_add(&name, "a kernel");
    text_add(&kind, "static ELF32");
    payload->returns = true;
    return error;
}

static void write_map(const struct baton_host *host, const struct baton_request *request,
                      const struct baton_payload *payload)
{
    struct map_walk walk = {map_of(host, request), payload, request->map, 0};
    const struct baton_segment *s = baton_segment_find(payload, BATON_ROLE_MEMORY_MAP, 0);

    for (uint32_t page = 1; s; page++) {
        const struct baton_segment *next = baton_segment_find(payload, BATON_ROLE_MEMORY_MAP, page);
        struct baton_record_map *map = host->map(host->ctx, BATON_WINDOW_PAGE, s->dest);
        struct baton_memory entry;

        map->next = next ? (uint32_t)next->dest : 0;
        map->count = 0;
        while (map->count < BATON_RECORD_ENTRIES && map_next(&walk, &entry))
            map->entry[map->count++] =
                (struct baton_record_memory){entry.start, entry.end, entry.type, 0};
        s = next;
    }
}

static void elf_finish(const struct baton_image *image, const struct baton_request *request,
                       struct baton_payload *payload)
{
    const struct baton_host *host = image->host;
    const struct baton_segment *map = baton_segment_find(payload, BATON_ROLE_MEMORY_MAP, 0);
    struct baton_range initrd = segment_initrd_range(payload);
    const struct baton_segment *line = baton_segment_find(payload, BATON_ROLE_COMMAND_LINE, 0);
    const struct baton_segment *s = baton_segment_find(payload, BATON_ROLE_RECORD, 0);

    __builtin_memcpy(host->map(host->ctx, BATON_WINDOW_PAGE, line->dest), request->command_line,
                     string_length(request->command_line) + 1);
    write_map(host, request, payload);

    struct baton_record *record = host->map(host->ctx, BATON_WINDOW_PAGE, s->dest);
    *record = (struct baton_record){
        .magic = BATON_RECORD_MAGIC,
        .size = sizeof(*record),
        .live_root = (uint32_t)request->live.root,
        .live_pae = request->live.kind == BATON_TABLES_PAE,
        .live_tables = request->live.tables,
        .live_checksum = request->live.checksum,
        .trampoline_va = image->trampoline_va,
        .control = (uint32_t)image->control,
        .command_line = (uint32_t)line->dest,
        .initrd = (uint32_t)initrd.start,
        .initrd_size = (uint32_t)(initrd.end - initrd.start),
        .map = map ? (uint32_t)map->dest : 0,
        .trace = (uint32_t)image->control + CONTROL_TRACE + offsetof(struct control_trace, trace),
    };
    struct text loader = {record->loader, sizeof(record->loader), 0};
    text_add(&loader, request->loader);

    uint32_t eip = payload->entry.registers.eip;
    payload->entry = (struct baton_entry){
        BATON_ENTRY_FLAT32, {.eip = eip, .eax = BATON_RECORD_MAGIC, .ebx = (uint32_t)s->dest}};
}

const struct baton_format payload_elf32 = {"ELF32", elf_is, elf_read, elf_finish};
