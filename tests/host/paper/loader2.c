/* A multiboot 2 loader on paper: three pieces of memory, and what the specification says to put into
 * them. [MB2 3.6, ACPI 5.2.5.3, UEFI 4.3] */
#include "boot/smbios.h"
#include "tests/host/paper/loader2.h"
#include "tests/host/paper/cm.h"

static uint8_t low[0x1000], information[LOADER2_ROOM], bios[0x20000],
    firmware[LOADER2_FIRMWARE_ROOM];

static const struct {
    uint64_t base;
    uint8_t *bytes;
    uint32_t size;
} pieces[] = {
    {0, low, sizeof(low)},
    {LOADER2_INFO, information, sizeof(information)},
    {LOADER2_BIOS, bios, sizeof(bios)},
    {LOADER2_FIRMWARE, firmware, sizeof(firmware)},
};

struct boot_info loader2_info;
uint64_t loader2_reads;
uint8_t loader2_elsewhere;
static uint32_t next;
static bool read_beyond_4_gib;

uint8_t *loader2_byte(uint64_t pa)
{
    for (size_t i = 0; i < COUNT(pieces); i++)
        if (pa >= pieces[i].base && pa - pieces[i].base < pieces[i].size)
            return &pieces[i].bytes[pa - pieces[i].base];
    return NULL;
}

static void fake_read(uint64_t pa, void *to, uint32_t n)
{
    uint8_t *out = to;

    loader2_reads++;
    for (; n--; pa++) {
        const uint8_t *byte = loader2_byte(pa);

        if (pa >= 1ull << 32)
            read_beyond_4_gib = true;
        *out++ = byte ? *byte : loader2_elsewhere;
    }
}

void loader2_put(uint64_t pa, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++) {
        uint8_t *byte = loader2_byte(pa + i);

        assert_non_null(byte);
        *byte = (uint8_t)(value >> 8 * i);
    }
}

void loader2_copy(uint64_t pa, const void *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        loader2_put(pa + i, 1, ((const uint8_t *)bytes)[i]);
}

void loader2_begin(void)
{
    for (size_t i = 0; i < COUNT(pieces); i++)
        memset(pieces[i].bytes, 0xaa, pieces[i].size);
    loader2_elsewhere = 0xcc;
    loader2_restart();
}

void loader2_restart(void)
{
    next = LOADER2_INFO + 8;
}

uint32_t loader2_tag(uint32_t type, const void *body, uint32_t size)
{
    uint32_t at = next;

    loader2_put(at, 4, type);
    loader2_put(at + 4, 4, 8 + size);
    loader2_copy(at + 8, body, size);
    next = (at + 8 + size + 7) & ~7u;
    return at;
}

uint32_t loader2_string(uint32_t type, const char *string)
{
    return loader2_tag(type, string, (uint32_t)strlen(string) + 1);
}

uint32_t loader2_module(uint32_t start, uint32_t end, const char *string)
{
    uint8_t body[8 + BOOT_TEXT + 16];
    uint32_t length = (uint32_t)strlen(string) + 1;

    memcpy(body, &start, 4);
    memcpy(body + 4, &end, 4);
    memcpy(body + 8, string, length);
    return loader2_tag(3, body, 8 + length);
}

void loader2_end(void)
{
    loader2_tag(0, "", 0);
    loader2_put(LOADER2_INFO, 4, next - LOADER2_INFO);
    loader2_put(LOADER2_INFO + 4, 4, 0);
}

void loader2_reopen(void)
{
    next -= 8;
}

uint32_t loader2_find(uint32_t type)
{
    uint32_t at = LOADER2_INFO + 8, found = ~type, size;

    for (;; at += (size + 7) & ~7u) {
        fake_read(at, &found, 4);
        fake_read(at + 4, &size, 4);
        if (found == type)
            return at;
        assert_int_not_equal(found, 0);
    }
}

static uint8_t complement(uint64_t pa, unsigned size)
{
    uint8_t sum = 0;

    for (unsigned i = 0; i < size; i++)
        sum = (uint8_t)(sum + *loader2_byte(pa + i));
    return (uint8_t)-sum;
}

void loader2_sum(uint64_t pa)
{
    loader2_put(pa + 8, 1, 0);
    loader2_put(pa + 8, 1, complement(pa, 20));
    loader2_put(pa + 32, 1, 0);
    loader2_put(pa + 32, 1, complement(pa, 36));
}

void loader2_rsdp(uint64_t pa, unsigned size, uint32_t rsdt)
{
    loader2_copy(pa, "RSD PTR \0BATON ", 15);
    loader2_put(pa + 15, 1, size > 20 ? 2 : 0);
    loader2_put(pa + 16, 4, rsdt);
    loader2_put(pa + 8, 1, complement(pa, 20));
    if (size > 20) {
        loader2_put(pa + 20, 4, size);
        loader2_put(pa + 24, 8, 0);
        loader2_put(pa + 32, 4, 0);
        loader2_sum(pa);
    }
}

void loader2_efi(unsigned bits, unsigned count, uint64_t acpi_new, uint64_t acpi_old)
{
    static const uint8_t guid_new[] = {0x71, 0xe8, 0x68, 0x88, 0xf1, 0xe4, 0xd3, 0x11,
                                       0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81};
    static const uint8_t guid_old[] = {0x30, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11,
                                       0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d};
    const unsigned pointer = bits / 8;
    const uint64_t table = LOADER2_FIRMWARE, list = table + 0x200;
    uint64_t at = list + count * (16 + pointer);

    memset(&firmware[0x200], 0xaa, 0x400);
    loader2_copy(table, "IBI SYST", 8);
    if (acpi_new) {
        loader2_copy(at, guid_new, 16);
        loader2_put(at + 16, pointer, acpi_new);
        at += 16 + pointer;
        count++;
    }
    if (acpi_old) {
        loader2_copy(at, guid_old, 16);
        loader2_put(at + 16, pointer, acpi_old);
        count++;
    }
    loader2_put(table + (bits == 64 ? 104 : 64), pointer, count);
    loader2_put(table + (bits == 64 ? 112 : 68), pointer, list);
}

void loader2_grub(void)
{
    static const struct {
        uint64_t base, length;
        uint32_t type, reserved;
    } map[] = {{0, 0xa0000, 1, 0},
               {0x100000, 0x7fe00000, 1, 0},
               {LOADER2_FIRMWARE, LOADER2_FIRMWARE_ROOM, 3, 0},
               {0x7ff10000, 0xf0000, 20, 0}};
    uint8_t body[16 + sizeof(map)],
        efi_map[8 + 2 * LOADER2_DESCRIPTOR] = {LOADER2_DESCRIPTOR, 0, 0, 0, 1};
    /* address, pitch, width, height, bits, type, two reserved bytes, colours */
    static const uint8_t screen[] = "\0\0\0\xc0\0\0\0\0"
                                    "\0\x10\0\0"
                                    "\0\4\0\0"
                                    "\0\3\0\0"
                                    "\x20\1\0\0"
                                    "\x10\x08\x08\x07\x00\x06";
    uint64_t system_table = LOADER2_FIRMWARE;
    uint32_t device[] = {0xe0, 0xffffffff, 0xffffffff}, sizes[] = {640, 0x1f8000};
    uint32_t base = 0x100000, old, new;

    loader2_begin();
    loader2_string(1, "paging=pae");
    loader2_string(2, "GRUB 2.06");
    loader2_module(0x200000, 0x280000, "console=ttyS0");
    loader2_module(0x280000, 0x280001, "");
    loader2_tag(21, &base, 4);
    loader2_tag(4, sizes, 8);
    loader2_tag(5, device, 12);
    memcpy(body, (uint32_t[]){sizeof(*map), 0}, 8);
    memcpy(body + 8, map, sizeof(map));
    loader2_tag(6, body, 8 + sizeof(map));
    loader2_tag(8, screen, sizeof(screen) - 1);
    loader2_tag(12, &system_table, 8);
    loader2_tag(17, efi_map, sizeof(efi_map));
    loader2_tag(13, "\3\1\0\0\0\0\0\0_SM_", 12);
    old = loader2_tag(14, body, 20);
    new = loader2_tag(15, body, 36);
    loader2_rsdp(old + 8, 20, 0x7ff01000);
    loader2_rsdp(new + 8, 36, 0x7ff02000);
    loader2_rsdp(LOADER2_FIRMWARE + 0x1014, 20, 0x7ff01000);
    loader2_rsdp(LOADER2_FIRMWARE + 0x2024, 36, 0x7ff02000);
    loader2_efi(64, 3, LOADER2_FIRMWARE + 0x2024, LOADER2_FIRMWARE + 0x1014);
    loader2_end();
}

const char *loader2_read_at(uint64_t pa)
{
    const char *wrong;

    memset(&loader2_info, 0, sizeof(loader2_info)); /* it is in .bss */
    loader2_reads = 0;
    read_beyond_4_gib = false;
    wrong = boot_read(LOADER2_MAGIC, pa, fake_read, &loader2_info);
    assert_false(read_beyond_4_gib);
    assert_true(loader2_reads < 600000);
    return wrong;
}

void loader2_find_smbios(void)
{
    smbios_find(&loader2_info, fake_read);
    assert_false(read_beyond_4_gib);
}

const char *loader2_read(void)
{
    return loader2_read_at(LOADER2_INFO);
}
