/*
 * Multiboot 2: the information is a list of tags, in any order. This copies everything that Baton
 * needs. It checks every length, and does not trust that a string ends. [MB2 3.6]
 */
#include "lib/multiboot2.h"
#include "boot/bootinfo.h"
#include "boot/copy.h"
#include "boot/efi.h"
#include "boot/names.h"
#include "boot/rsdp.h"
#include "boot/smbios.h"
#include "boot/tags.h"

#define FRAMEBUFFER_PALETTE 0
#define FRAMEBUFFER_RGB 1
#define FRAMEBUFFER_TEXT 2

struct reading {
    struct boot_info *info;
    boot_reader *read;
    struct tag_place tag[MULTIBOOT2_TAGS]; /* the first of each type; size 0: none */
};

/* The smallest size of each tag that Baton reads; 0: it does not read it. */
static const uint8_t size_min[MULTIBOOT2_TAGS] = {
    [MULTIBOOT2_COMMAND_LINE] = sizeof(struct multiboot2_tag),
    [MULTIBOOT2_LOADER_NAME] = sizeof(struct multiboot2_tag),
    [MULTIBOOT2_MODULE] = sizeof(struct multiboot2_module),
    [MULTIBOOT2_MEMORY_SIZES] = sizeof(struct multiboot2_memory_sizes),
    [MULTIBOOT2_BOOT_DEVICE] = sizeof(struct multiboot2_boot_device),
    [MULTIBOOT2_MEMORY_MAP] = sizeof(struct multiboot2_memory_map),
    [MULTIBOOT2_FRAMEBUFFER] = __builtin_offsetof(struct multiboot2_framebuffer, colour),
    [MULTIBOOT2_EFI32] = sizeof(struct multiboot2_tag) + 4,
    [MULTIBOOT2_EFI64] = sizeof(struct multiboot2_tag) + 8,
    [MULTIBOOT2_SMBIOS] = sizeof(struct multiboot2_smbios),
    [MULTIBOOT2_ACPI_OLD] = sizeof(struct multiboot2_tag) + RSDP_OLD_SIZE,
    [MULTIBOOT2_ACPI_NEW] = sizeof(struct multiboot2_tag) + RSDP_SIZE,
    [MULTIBOOT2_EFI_MAP] = sizeof(struct multiboot2_efi_map),
    [MULTIBOOT2_EFI_SERVICES] = sizeof(struct multiboot2_tag),
    [MULTIBOOT2_LOAD_BASE] = sizeof(struct multiboot2_load_base),
};

/* Reads a tag's fields, n bytes at most. false: there is no such tag. */
static bool get(const struct reading *r, uint32_t type, void *to, uint32_t n)
{
    const struct tag_place *tag = &r->tag[type];

    if (!tag->size)
        return false;
    r->read(tag->pa, to, n < tag->size ? n : tag->size);
    return true;
}

static const char *take_module(struct reading *r, struct tag_place tag)
{
    struct boot_info *info = r->info;
    struct multiboot2_module m;
    char *string;

    if (info->modules == BOOT_MODULES)
        return "the loader gives more than 32 modules (tag 3)";
    r->read(tag.pa, &m, sizeof(m));
    if (m.end < m.start)
        return "a module ends before it starts (tag 3: mod_start, mod_end)";
    string = copy_string(info, r->read, tag.pa + sizeof(m), tag.pa + tag.size);
    if (!string)
        return "a module's string does not end in its tag, or the strings are longer than 16 KiB "
               "together (tag 3)";
    info->module[info->modules++] =
        (struct boot_module){{m.start, m.end - m.start}, copy_arguments(info, string)};
    return NULL;
}

/* The first walk: remembers where each tag is. The order of tags does not matter then. */
static const char *see_tag(void *ctx, uint32_t type, struct tag_place tag)
{
    struct reading *r = ctx;

    if (type >= MULTIBOOT2_TAGS || !size_min[type])
        return NULL;
    if (tag.size < size_min[type]) {
        if (type == MULTIBOOT2_MODULE)
            return "a tag of the loader's information is too short for a module (tag 3: size)";
        if (type == MULTIBOOT2_MEMORY_MAP)
            return "a tag of the loader's information is too short for a memory map (tag 6: size)";
        copy_note(r->info, "it is too short", type);
    } else if (!r->tag[type].size) {
        r->tag[type] = tag;
    } else if (type != MULTIBOOT2_MODULE) {
        copy_note(r->info, "there is another one before it", type);
    }
    return NULL;
}

/* The second walk: modules, all of them. Their strings depend on other tags. */
static const char *see_module(void *ctx, uint32_t type, struct tag_place tag)
{
    return type == MULTIBOOT2_MODULE ? take_module(ctx, tag) : NULL;
}

static const char *take_strings(struct reading *r)
{
    const struct tag_place *name = &r->tag[MULTIBOOT2_LOADER_NAME];
    const struct tag_place *line = &r->tag[MULTIBOOT2_COMMAND_LINE];
    const uint32_t skip = sizeof(struct multiboot2_tag);
    char *string;

    if (name->size) {
        string = copy_string(r->info, r->read, name->pa + skip, name->pa + name->size);
        if (!string)
            return "the loader's name does not end in its tag (tag 2)";
        copy_loader(r->info, string);
    }
    if (line->size) {
        string = copy_string(r->info, r->read, line->pa + skip, line->pa + line->size);
        if (!string)
            return "Baton's command line does not end in its tag, or is longer than 16 KiB (tag 1)";
        r->info->names_first = names_come_first(string);
        r->info->command_line = copy_arguments(r->info, string);
    }
    return NULL;
}

/* A type that is not of [MB2 3.6.8] may mean anything, also memory that is in use: GRUB gives 20 for
 * the firmware's code. */
static uint32_t known_type(uint32_t type)
{
    return type >= BATON_MEM_USABLE && type <= BATON_MEM_BAD ? type : BATON_MEM_RESERVED;
}

static const char *take_memory(struct reading *r)
{
    const struct tag_place *tag = &r->tag[MULTIBOOT2_MEMORY_MAP];
    struct multiboot2_memory_sizes sizes;
    struct multiboot2_memory_map map;
    struct multiboot2_memory m;

    if (get(r, MULTIBOOT2_MEMORY_MAP, &map, sizeof(map)) && tag->size > sizeof(map)) {
        r->info->has_map = true;
        if (map.entry_size < __builtin_offsetof(struct multiboot2_memory, reserved))
            return "an entry of the loader's memory map is too short (tag 6: entry_size)";
        for (uint32_t at = sizeof(map); at < tag->size; at += map.entry_size) {
            if (map.entry_size > tag->size - at)
                return "the loader's memory map ends within an entry (tag 6: size, entry_size)";
            if (r->info->given_count == BOOT_MEMORY)
                return "the loader's memory map has more than 512 entries (tag 6)";
            r->read(tag->pa + at, &m, __builtin_offsetof(struct multiboot2_memory, reserved));
            copy_memory(r->info, m.base, m.length, known_type(m.type));
        }
        return NULL;
    }
    if (!get(r, MULTIBOOT2_MEMORY_SIZES, &sizes, sizeof(sizes)))
        return "the loader gives neither a memory map nor the memory's size (tags 6 and 4)";
    copy_memory_sizes(r->info, sizes.lower, sizes.upper);
    return NULL;
}

static void take_screen(struct reading *r)
{
    struct multiboot2_framebuffer tag;
    struct boot_framebuffer given;

    if (!get(r, MULTIBOOT2_FRAMEBUFFER, &tag, sizeof(tag))) {
        /* A BIOS loader leaves VGA text mode if it says nothing. UEFI has no text mode. */
        if (!r->info->efi.bits)
            r->info->screen =
                (struct baton_screen){.kind = BATON_SCREEN_TEXT, .columns = 80, .rows = 25};
    } else if (tag.type == FRAMEBUFFER_TEXT) {
        r->info->screen =
            (struct baton_screen){.kind = BATON_SCREEN_TEXT, .columns = 80, .rows = 25};
    } else if (tag.type == FRAMEBUFFER_PALETTE) {
        copy_note(r->info, "the framebuffer has a palette", MULTIBOOT2_FRAMEBUFFER);
    } else if (tag.type != FRAMEBUFFER_RGB || r->tag[MULTIBOOT2_FRAMEBUFFER].size < sizeof(tag)) {
        copy_note(r->info, "the framebuffer's colours are not described", MULTIBOOT2_FRAMEBUFFER);
    } else {
        given =
            (struct boot_framebuffer){tag.address, tag.pitch, tag.width, tag.height, tag.bits, {0}};
        __builtin_memcpy(given.colour, tag.colour, sizeof(given.colour));
        copy_framebuffer(r->info, &given, MULTIBOOT2_FRAMEBUFFER);
    }
}

/* The boot device in multiboot 1's format: a byte for the drive, and one for each partition. */
static void take_boot_device(struct reading *r)
{
    struct multiboot2_boot_device d;

    if (get(r, MULTIBOOT2_BOOT_DEVICE, &d, sizeof(d)))
        r->info->boot_device =
            d.bios_device << 24 | (d.partition & 0xff) << 16 | (d.sub_partition & 0xff) << 8 | 0xff;
}

static void take_firmware(struct reading *r)
{
    struct multiboot2_smbios smbios;
    struct multiboot2_load_base base;
    struct __attribute__((packed)) {
        struct multiboot2_tag tag;
        uint64_t system_table;
    } efi = {0};

    if (get(r, MULTIBOOT2_SMBIOS, &smbios, sizeof(smbios))) {
        r->info->smbios.major = smbios.major;
        r->info->smbios.minor = smbios.minor;
    }
    if (get(r, MULTIBOOT2_LOAD_BASE, &base, sizeof(base)))
        r->info->load_base = base.address;
    if (get(r, MULTIBOOT2_EFI64, &efi, sizeof(efi)))
        r->info->efi.bits = 64;
    else if (get(r, MULTIBOOT2_EFI32, &efi, sizeof(efi) - 4))
        r->info->efi.bits = 32;
    r->info->efi.system_table = efi.system_table;
}

/* A tag 18 says that the boot services still run. Their memory changes then, and the map with it. */
static void take_efi_map(struct reading *r)
{
    const struct tag_place *tag = &r->tag[MULTIBOOT2_EFI_MAP];
    struct multiboot2_efi_map map;

    if (!get(r, MULTIBOOT2_EFI_MAP, &map, sizeof(map)))
        return;
    if (r->tag[MULTIBOOT2_EFI_SERVICES].size)
        copy_note(r->info, "the EFI boot services still run", MULTIBOOT2_EFI_MAP);
    else
        efi_take_map(r->info, tag->pa + sizeof(map), tag->size - sizeof(map), map.descriptor_size,
                     map.descriptor_version);
}

/* The tags hold copies of the root pointer, in memory that is not reserved. The next kernel needs the
 * firmware's own. */
static void take_acpi(struct reading *r)
{
    static const struct {
        uint32_t tag;
        uint8_t size;
    } kinds[] = {{MULTIBOOT2_ACPI_NEW, RSDP_SIZE}, {MULTIBOOT2_ACPI_OLD, RSDP_OLD_SIZE}};

    r->info->acpi_rsdp = rsdp_from_efi(r->info, r->read);
    for (unsigned i = 0; i < 2 && !r->info->acpi_rsdp; i++) {
        const struct tag_place *tag = &r->tag[kinds[i].tag];

        if (!tag->size)
            continue;
        if (!rsdp_is_good(r->read, tag->pa + sizeof(struct multiboot2_tag), kinds[i].size))
            copy_note(r->info, "the ACPI root pointer has a wrong checksum", kinds[i].tag);
        else
            r->info->acpi_rsdp = rsdp_search(
                r->info, r->read, tag->pa + sizeof(struct multiboot2_tag), kinds[i].size);
    }
}

const char *boot_read_multiboot2(uint64_t pa, boot_reader *read, struct boot_info *info)
{
    struct reading r = {.info = info, .read = read};
    const char *wrong = tags_walk(read, pa, see_tag, &r), *wrong_string;

    /* whatever is wrong, the screen and Baton's own words help to report it */
    take_firmware(&r);
    take_efi_map(&r);
    take_screen(&r);
    take_boot_device(&r);
    wrong_string = take_strings(&r);
    if (!wrong)
        wrong = wrong_string;
    if (!wrong)
        wrong = take_memory(&r);
    if (!wrong)
        wrong = tags_walk(read, pa, see_module, &r);
    if (!wrong) {
        take_acpi(&r);
        if (info->efi.bits)
            smbios_find(info, read);
        efi_find_kept(info, read);
    }
    return wrong;
}
