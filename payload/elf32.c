/*
 * Static ELF32 for i386: PT_LOAD segments at their physical addresses, the tail of each zeroed,
 * entered with eax = BATON_RECORD_MAGIC and ebx = a struct baton_record. [ELF, i386 psABI]
 */
#include "payload/common/elf.h"
#include "payload/common/record.h"

/* ELF64 is another format; what is damaged is this one, which says so. */
static bool elf32_is(const struct baton_host *host, const struct baton_file *file)
{
    return elf_is(host, file) && !elf_is_wide(host, file);
}

static int elf32_read(const struct baton_host *host, const struct baton_request *request,
                      struct baton_payload *payload, struct baton_refusal *why)
{
    payload->entry.kind = BATON_ENTRY_FLAT32;
    payload->returns = true;
    return elf_read(host, request, "static ELF32", payload, why);
}

const struct baton_format payload_elf32 = {
    .name = "elf32", .is = elf32_is, .read = elf32_read, .finish = record_finish};
