/*
 * The ELF files that multiboot loads: ELF32 for i386, and ELF64 for x86-64 with an entry below 4
 * GiB, which is entered in 32-bit mode all the same. [ELF; MB1 3.1.2]
 */
#include "payload/common/elf.h"
#include "payload/multiboot/multiboot.h"

int multiboot_add_elf(const struct baton_host *host, const struct baton_request *request,
                      struct baton_payload *payload, uint64_t *entry, struct multiboot_kept *kept,
                      struct baton_refusal *why)
{
    struct elf_entry found;
    int error;

    payload->long_mode = elf_is_wide(host, &request->kernel);
    if (payload->long_mode && !request->long_mode)
        return refuse(why, BATON_E_CPU, "long mode (it is a 64-bit kernel)", 0, 0);
    error = elf_add_segments(host, request, payload, &found, why);
    if (error)
        return error;
    if (!found.is_virtual && !found.is_physical)
        return refuse(why, BATON_E_FIELD, "e_entry (it lies in no PT_LOAD segment)", found.e_entry,
                      0);
    kept->wide = payload->long_mode;
    kept->sections = found.sections;
    kept->section_count = found.section_count;
    kept->section_size = found.section_size;
    kept->section_names = found.section_names;
    *entry = found.is_virtual ? found.physical : found.e_entry;
    return 0;
}
