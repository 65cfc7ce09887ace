/*
 * Static ELF64 for x86-64: as an ELF32, but entered in long mode (include/baton/record.h). The CPU
 * must have long mode; segments and entry lie below 4 GiB. [ELF]
 */
#include "payload/common/elf.h"
#include "payload/common/record.h"
#include "payload/vmlinux.h"

static int elf64_read(const struct baton_host *host, const struct baton_request *request,
                      struct baton_payload *payload, struct baton_refusal *why)
{
    int error;
    uint64_t at;

    payload->entry.kind = BATON_ENTRY_LONG64;
    payload->long_mode = true;
    error = elf_read(host, request, "static ELF64", payload, why);
    /* Linux's e_entry is a physical address, and what it reads there is not the record. */
    if (error == BATON_E_FIELD && vmlinux_find_banner(host, &request->kernel, &at))
        return refuse(why, BATON_E_KIND,
                      "Linux's vmlinux for x86-64; give its bzImage (vmlinuz), which Baton starts",
                      0, 0);
    if (!error && !request->long_mode)
        return refuse(why, BATON_E_CPU, "long mode (it is a 64-bit kernel)", 0, 0);
    return error;
}

const struct baton_format payload_elf64 = {
    .name = "elf64", .is = elf_is_wide, .read = elf64_read, .finish = record_finish};
