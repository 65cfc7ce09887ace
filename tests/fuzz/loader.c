/*
 * Bytes as what a multiboot loader left in memory. They are seen at INFO, where its information is,
 * again where firmware keeps its tables, and again at the end of memory, so that addresses which run
 * out of it are met; all else reads as the input's first byte.
 */
#include "boot/bootinfo.h"
#include "boot/memmap.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/loader.h"

#include <stdlib.h>
#include <string.h>

#define INFO 0x10000u
#define FIRMWARE 0x7ff00000u
#define FOUR_GIB (1ull << 32)

static const uint8_t *bytes;
static size_t count;
static uint8_t elsewhere;

static void read_memory(uint64_t pa, void *to, uint32_t n)
{
    uint8_t *out = to;

    if (pa > FOUR_GIB || n > FOUR_GIB - pa)
        fuzz_wrong("reads %u bytes at 0x%llx, above 4 GiB", n, (unsigned long long)pa);
    for (; n--; pa++) {
        if (pa >= INFO && pa - INFO < count)
            *out++ = bytes[pa - INFO];
        else if (pa >= FIRMWARE && pa - FIRMWARE < count)
            *out++ = bytes[pa - FIRMWARE];
        else if (FOUR_GIB - pa <= count)
            *out++ = bytes[count - (FOUR_GIB - pa)];
        else
            *out++ = elsewhere;
    }
}

/* A string that ends, within the struct or static. */
static void judge_string(const struct boot_info *info, const char *string)
{
    if (!string)
        fuzz_wrong("a string is NULL");
    if (string >= info->text && string < info->text + BOOT_TEXT) {
        if (!memchr(string, 0, (size_t)(info->text + BOOT_TEXT - string)))
            fuzz_wrong("a string does not end");
    } else if (*string) {
        fuzz_wrong("a string lies outside the struct");
    }
}

static void judge(const struct boot_info *info)
{
    static struct baton_memory out[2 * BOOT_MEMORY];
    struct memmap_mended mended;

    if (info->modules > BOOT_MODULES || info->given_count > BOOT_MEMORY ||
        info->text_used > BOOT_TEXT)
        fuzz_wrong("a count is too large");
    for (uint32_t i = 0; i < info->modules; i++) {
        judge_string(info, info->module[i].string);
        if (info->module[i].file.pa + info->module[i].file.size > FOUR_GIB)
            fuzz_wrong("module %u ends above 4 GiB", i);
    }
    if (info->acpi_rsdp > FOUR_GIB - 20)
        fuzz_wrong("the root pointer lies above 4 GiB");
    if (info->efi.map.size &&
        (info->efi.map.pa + info->efi.map.size > FOUR_GIB || !info->efi.bits ||
         info->efi.descriptor_size < 40 || info->efi.map.size % info->efi.descriptor_size))
        fuzz_wrong("an EFI memory map that cannot be read");
    for (uint32_t i = 0; i < info->efi_kept_count; i++)
        if (i >= BOOT_EFI_KEPT || info->efi_kept[i].start >= info->efi_kept[i].end)
            fuzz_wrong("a range of the firmware's tables is wrong");
    for (uint32_t i = 0; i < info->notes && i < BOOT_NOTES; i++)
        if (!info->note[i].why || !*info->note[i].why)
            fuzz_wrong("a note without a sentence");
    for (uint32_t i = 0; i < info->given_count; i++)
        if (info->given[i].end < info->given[i].start)
            fuzz_wrong("memory entry %u wraps around", i);
    memmap_normalise(info->given, info->given_count, out, 2 * BOOT_MEMORY, &mended);
}

void fuzz_loader(uint32_t magic, const uint8_t *data, size_t size)
{
    if (size < 2)
        return;
    struct boot_info *info = calloc(1, sizeof(*info)); /* as static data is */
    elsewhere = data[0];
    bytes = data + 1;
    count = size - 1;

    const char *wrong = boot_read(magic, INFO, read_memory, info);
    judge_string(info, info->command_line);
    if (!memchr(info->loader, 0, sizeof(info->loader)))
        fuzz_wrong("the loader's name does not end");
    if (wrong && !*wrong)
        fuzz_wrong("a refusal without a sentence");
    if (!wrong)
        judge(info);
    free(info);
}
