/* Which memory is the firmware's: what the map names, and does not call usable; and whether a
 * structure in it is whole. */
#include "boot/firmware.h"
#include "boot/copy.h"

bool firmware_has(const struct boot_info *info, uint64_t pa, uint64_t n)
{
    bool inside =
        pa >= FIRMWARE_BIOS_START && pa < FIRMWARE_BIOS_END && n <= FIRMWARE_BIOS_END - pa;

    if (!copy_is_low(pa, n))
        return false;
    for (uint32_t i = 0; i < info->given_count; i++) {
        const struct baton_memory *m = &info->given[i];

        if (m->type == BATON_MEM_USABLE) {
            if (baton_overlap(m->start, m->end, pa, pa + n))
                return false;
        } else if (pa >= m->start && pa < m->end && n <= m->end - pa) {
            inside = true;
        }
    }
    return inside;
}

bool firmware_is_whole(const uint8_t *bytes, uint32_t n)
{
    uint8_t sum = 0;

    while (n--)
        sum = (uint8_t)(sum + *bytes++);
    return !sum;
}
