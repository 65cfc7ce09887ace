/* What holds of a boot_info that was taken from a loader, whatever the loader has said. */
#ifndef TESTS_HOST_BOOTCHECK_H
#define TESTS_HOST_BOOTCHECK_H

#include "boot/bootinfo.h"
#include "tests/host/paper/cm.h"

static inline void bootcheck_bounds(const struct boot_info *info)
{
    assert_true(info->modules <= BOOT_MODULES);
    assert_true(info->given_count <= BOOT_MEMORY);
    assert_true(memchr(info->loader, 0, sizeof(info->loader)) != NULL);
    for (uint32_t i = 0; i < info->modules; i++)
        assert_true(strlen(info->module[i].string) < BOOT_TEXT);
    for (uint32_t i = 0; i < info->given_count; i++)
        assert_true(info->given[i].start <= info->given[i].end);
    if (info->efi.map.size) {
        assert_true(info->efi.map.pa + info->efi.map.size <= 1ull << 32);
        assert_true(info->efi.bits && info->efi.system_table && info->efi.descriptor_size >= 40);
        assert_int_equal(info->efi.map.size % info->efi.descriptor_size, 0);
    }
    assert_true(info->efi_kept_count <= BOOT_EFI_KEPT);
    for (uint32_t i = 0; i < info->efi_kept_count; i++)
        assert_true(info->efi_kept[i].start < info->efi_kept[i].end);
}

#endif
