/*
 * A flat file: all of it is one segment, at the address that the request gives, entered as a plain
 * ELF32 is. Nothing in such a file says so, hence no file is taken for one: the request's type must
 * be "flat".
 */
#include "lib/text.h"
#include "payload/common/record.h"

#define FOUR_GIB (1ull << 32)

static int flat_read(const struct baton_host *host, const struct baton_request *request,
                     struct baton_payload *payload, struct baton_refusal *why)
{
    const struct baton_file *file = &request->kernel;
    uint64_t load = request->flat.load, entry = request->flat.entry ? request->flat.entry : load;

    if (load < BATON_PAGE_SIZE) /* the first page has the BIOS's interrupt vectors */
        return refuse(why, BATON_E_FLAT, "load=", load, 0);
    if (load >= FOUR_GIB || file->size > FOUR_GIB - load)
        return refuse(why, BATON_E_TOO_HIGH, "flat file", load, load + file->size);
    if (entry < load || entry - load >= file->size)
        return refuse(why, BATON_E_FLAT, "entry=", entry, 0);

    struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_LOAD, "flat file");
    s->flags = BATON_SEG_FIXED;
    s->source = file->pa;
    s->file_size = s->mem_size = file->size;
    s->prefer = load;
    s->max = FOUR_GIB;
    s->align = 1;
    payload->entry.kind = BATON_ENTRY_FLAT32;
    payload->returns = true;
    payload->entry.registers.eip = (uint32_t)entry;

    struct text name = {payload->name, sizeof(payload->name), 0};
    struct text kind = {payload->kind, sizeof(payload->kind), 0};
    text_add(&name, "a kernel");
    text_add(&kind, "flat file");
    return record_add(host, request, payload, why);
}

const struct baton_format payload_flat = {
    .name = "flat", .read = flat_read, .finish = record_finish};
