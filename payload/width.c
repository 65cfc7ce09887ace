/* Looks for the instructions that read EFER, the register whose LME bit switches long mode on. */
#include "payload/width.h"

#define ENTRY_64 0x200 /* behind the 32-bit entry */

/* movl $MSR_EFER, %ecx; rdmsr. No 32-bit kernel needs EFER before it has unpacked itself. */
static const uint8_t reads_efer[] = {0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32};

bool width_enters_long_mode(const struct baton_host *host, const struct baton_file *file,
                            uint64_t at)
{
    uint8_t code[ENTRY_64];

    if (!baton_file_read(host, file, at, code, sizeof(code)))
        return false;
    for (size_t i = 0; i + sizeof(reads_efer) <= sizeof(code); i++)
        if (!__builtin_memcmp(code + i, reads_efer, sizeof(reads_efer)))
            return true;
    return false;
}
