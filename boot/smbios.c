/* Reads the two kinds of entry points: that of 2.1, and that of 3.0. See smbios.h. */
#include "boot/smbios.h"

#include "boot/efi.h"
#include "boot/firmware.h"

#define SEGMENT 0xf0000u /* of the BIOS, up to FIRMWARE_BIOS_END */
#define STEP 16u
#define CHUNK 256u

/* Offsets in an entry point. [SMBIOS 5.2.1, 5.2.2] */
#define OLD_LENGTH 0x05
#define OLD_VERSION 0x06
#define OLD_DMI 0x10 /* a structure of its own, with a checksum */
#define OLD_DMI_SIZE 0x0fu
#define OLD_SIZE 0x16
#define OLD_TABLES 0x18
#define OLD_LEAST 0x1eu /* 2.1 says so by mistake; it is 0x1f */
#define NEW_LENGTH 0x06
#define NEW_VERSION 0x07
#define NEW_SIZE 0x0c
#define NEW_TABLES 0x10
#define NEW_LEAST 0x18u
#define ENTRY_MOST 0x20u

static const uint8_t guid_old[16] = {0x31, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11,
                                     0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d};
static const uint8_t guid_new[16] = {0x44, 0x15, 0xfd, 0xf2, 0x94, 0x97, 0x2c, 0x4a,
                                     0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94};

static bool has(const uint8_t *bytes, const char *anchor)
{
    while (*anchor && *bytes == (uint8_t)*anchor) {
        bytes++;
        anchor++;
    }
    return !*anchor;
}

static uint64_t number(const uint8_t *bytes, unsigned size)
{
    uint64_t value = 0;

    while (size--)
        value = value << 8 | bytes[size];
    return value;
}

/* An entry point of `length` bytes, at least `least`. */
static bool is_whole(const uint8_t *entry, uint32_t length, uint32_t least)
{
    return length >= least && length <= ENTRY_MOST && firmware_is_whole(entry, length);
}

/* Takes the entry point at pa. false: there is none that can be used. */
static bool take(struct boot_info *info, boot_reader *read, uint64_t pa)
{
    struct baton_smbios found;
    uint8_t entry[ENTRY_MOST];

    if (!firmware_has(info, pa, ENTRY_MOST))
        return false;
    read(pa, entry, sizeof(entry));
    if (has(entry, "_SM3_") && is_whole(entry, entry[NEW_LENGTH], NEW_LEAST))
        found = (struct baton_smbios){{number(entry + NEW_TABLES, 8), number(entry + NEW_SIZE, 4)},
                                      entry[NEW_VERSION],
                                      entry[NEW_VERSION + 1]};
    else if (has(entry, "_SM_") && is_whole(entry, entry[OLD_LENGTH], OLD_LEAST) &&
             has(entry + OLD_DMI, "_DMI_") && firmware_is_whole(entry + OLD_DMI, OLD_DMI_SIZE))
        found = (struct baton_smbios){{number(entry + OLD_TABLES, 4), number(entry + OLD_SIZE, 2)},
                                      entry[OLD_VERSION],
                                      entry[OLD_VERSION + 1]};
    else
        return false;
    if (!found.tables.size || found.tables.size > SMBIOS_MOST ||
        !firmware_has(info, found.tables.pa, found.tables.size))
        return false;
    info->smbios = found;
    return true;
}

/* The first entry point with that anchor. A PC may have one of each kind. */
static bool search(struct boot_info *info, boot_reader *read, const char *anchor)
{
    uint8_t chunk[CHUNK];

    for (uint32_t pa = SEGMENT; pa < FIRMWARE_BIOS_END; pa += CHUNK) {
        read(pa, chunk, sizeof(chunk));
        for (uint32_t at = 0; at < CHUNK; at += STEP)
            if (has(chunk + at, anchor) && take(info, read, pa + at))
                return true;
    }
    return false;
}

void smbios_find(struct boot_info *info, boot_reader *read)
{
    if (info->efi.bits) {
        if (!take(info, read, efi_find(info, read, guid_new)))
            take(info, read, efi_find(info, read, guid_old));
    } else if (firmware_has(info, SEGMENT, FIRMWARE_BIOS_END - SEGMENT)) {
        if (!search(info, read, "_SM3_"))
            search(info, read, "_SM_");
    }
}
