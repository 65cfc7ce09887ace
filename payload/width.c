/* Searches for the instructions that read EFER: its bit LME switches long mode on. */
#include "payload/width.h"

#define ENTRY_64 0x200 /* behind the 32-bit entry */

/* movl $MSR_EFER, %ecx; rdmsr. No 32-bit kernel needs EFER before it has unpacked itself. */
static const uint8_t reads_efer[] = {0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32};

bool width_enters_long_mode(const struct baton_host *host, const struct baton_file *file,
                            uint64_t at)
{
    size_t same = 0; /* bytes that match; the pattern's first byte does not occur in it again */
    uint8_t code[64];

    if (at > file->size || ENTRY_64 > file->size - at)
        return false;
    for (uint32_t done = 0; done < ENTRY_64; done += sizeof(code)) {
        baton_file_read(host, file, at + done, code, sizeof(code));
        for (size_t i = 0; i < sizeof(code); i++) {
            same = code[i] == reads_efer[same] ? same + 1 : code[i] == reads_efer[0];
            if (same == sizeof(reads_efer))
                return true;
        }
    }
    return false;
}
