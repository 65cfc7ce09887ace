/*
 * Static ELF32 for i386: PT_LOAD segments at their physical addresses, the tail of each zeroed,
 * entered with eax = BATON_RECORD_MAGIC and ebx = a struct baton_record. [ELF, i386 psABI]
 */
#include "lib/text.h"
#include "payload/elf.h"
#include "payload/record.h"

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

    struct text name = {payload->name, sizeof(payload->name), 0};
    struct text kind = {payload->kind, sizeof(payload->kind), 0};
    text_add(&name, "a kernel");
    text_add(&kind, "static ELF32");
    return record_add(host, request, payload, why);
}

const struct baton_format payload_elf32 = {"elf32", elf_is, elf_read, record_finish};
