/*
 * What a kernel finds at its entry that knows Baton (include/baton/record.h): the record, its command
 * line, the memory map. The formats without an information block of their own share it.
 */
#include "payload/common/record.h"

#include "lib/text.h"
#include "baton/control.h"

int record_add(const struct baton_host *host, const struct baton_request *request,
               struct baton_payload *payload, struct baton_refusal *why)
{
    uint32_t entries = map_most(host, request);
    int error = command_line_check(request->command_line, BATON_PAGE_SIZE - 1, "this payload", why);

    if (!error)
        error = segment_add_initrds(payload, request, UINT32_MAX, why);
    if (!error)
        error = baton_area_add(payload, BATON_ROLE_RECORD, "record", BATON_PAGE_SIZE, why);
    if (!error)
        error =
            baton_area_add(payload, BATON_ROLE_COMMAND_LINE, "command line", BATON_PAGE_SIZE, why);
    for (uint32_t i = 0; i < entries && !error; i += BATON_RECORD_ENTRIES)
        error = baton_area_add(payload, BATON_ROLE_MEMORY_MAP, "memory map", BATON_PAGE_SIZE, why);
    return error;
}

static void write_map(const struct baton_host *host, const struct baton_request *request,
                      const struct baton_payload *payload)
{
    struct map_walk walk = map_walk(host, request, payload);
    const struct baton_segment *s = baton_segment_find(payload, BATON_ROLE_MEMORY_MAP, 0);

    for (uint32_t page = 1; s; page++) {
        const struct baton_segment *next = baton_segment_find(payload, BATON_ROLE_MEMORY_MAP, page);
        struct baton_record_map *map = host->map(host->ctx, BATON_WINDOW_PAGE, s->dest);
        struct baton_memory entry = {0};

        map->next = next ? (uint32_t)next->dest : 0;
        map->count = 0;
        while (map->count < BATON_RECORD_ENTRIES && map_next(&walk, &entry))
            map->entry[map->count++] =
                (struct baton_record_memory){entry.start, entry.end, entry.type, 0};
        s = next;
    }
}

void record_finish(const struct baton_image *image, const struct baton_request *request,
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

    /* A 64-bit kernel finds it as the first argument of a C function, too. */
    payload->entry.registers = (struct baton_registers){
        .eip = payload->entry.registers.eip,
        .eax = BATON_RECORD_MAGIC,
        .ebx = (uint32_t)s->dest,
        .edi = payload->entry.kind == BATON_ENTRY_LONG64 ? (uint32_t)s->dest : 0,
    };
}
