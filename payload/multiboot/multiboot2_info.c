/*
 * What a multiboot 2 kernel is told: a list of tags in one area. [MB2 3.6]
 *
 * Not there, because the hand-off knows nothing of them: boot device, VBE, APM, network, image handles
 * of UEFI. Boot services have ended, so their tag is not there, either.
 */
#include "lib/multiboot1.h"
#include "lib/multiboot2.h"

#include "payload/multiboot/multiboot2.h"

/* A tag of one struct, and n bytes behind it. */
static void put_tag(struct multiboot_block *block, uint32_t type, const void *fields, size_t size,
                    const void *behind, size_t n)
{
    struct multiboot2_tag tag = {type, (uint32_t)(sizeof(tag) + size + n)};

    multiboot_put_padding(block, 8);
    multiboot_put(block, &tag, sizeof(tag));
    multiboot_put(block, fields, size);
    multiboot_put(block, behind, n);
}

static void put_string(struct multiboot_block *block, uint32_t type, const char *string)
{
    put_tag(block, type, string, string_length(string) + 1, NULL, 0);
}

static void put_modules(struct multiboot_block *block, const struct baton_request *request)
{
    const struct baton_module *module;

    for (uint32_t n = 0; (module = multiboot_module(request, n)); n++) {
        const struct baton_segment *s = baton_segment_find(block->payload, BATON_ROLE_MODULE, n);
        const char *string = module->string ? module->string : "";
        uint32_t range[] = {(uint32_t)s->dest, (uint32_t)(s->dest + s->mem_size)};

        put_tag(block, MULTIBOOT2_MODULE, range, sizeof(range), string, string_length(string) + 1);
    }
}

/* How many entries the map has; before the payload has its place, how many it can have. */
static uint32_t count_memory(const struct multiboot_block *block,
                             const struct baton_request *request)
{
    struct map_walk walk = map_walk(block->host, request, block->payload);
    struct baton_memory m;
    uint32_t count = 0;

    if (!block->area)
        return map_most(block->host, request);
    while (map_next(&walk, &m))
        count++;
    return count;
}

static void put_memory(struct multiboot_block *block, const struct baton_request *request)
{
    struct map_walk walk = map_walk(block->host, request, block->payload);
    uint32_t kib[] = {multiboot_lower(walk), multiboot_upper(walk)};
    uint32_t size = count_memory(block, request) * (uint32_t)sizeof(struct multiboot2_memory);
    struct multiboot2_memory_map head = {{MULTIBOOT2_MEMORY_MAP, (uint32_t)sizeof(head) + size},
                                         sizeof(struct multiboot2_memory),
                                         0};

    put_tag(block, MULTIBOOT2_MEMORY_SIZES, kib, sizeof(kib), NULL, 0);
    multiboot_put_padding(block, 8);
    multiboot_put(block, &head, sizeof(head));
    if (!block->area)
        multiboot_put(block, NULL, size);
    for (struct baton_memory m; block->area && map_next(&walk, &m);) {
        struct multiboot2_memory entry = {m.start, m.end - m.start, multiboot_memory_type(m.type),
                                          0};

        multiboot_put(block, &entry, sizeof(entry));
    }
}

/* Without the bytes for colours if it is text. Counted even if there is none yet. */
static void put_screen(struct multiboot_block *block, const struct baton_request *request)
{
    struct multiboot_screen s = multiboot_screen(&request->screen);
    struct multiboot2_framebuffer tag = {{MULTIBOOT2_FRAMEBUFFER, sizeof(tag)},
                                         s.pa,
                                         s.pitch,
                                         s.width,
                                         s.height,
                                         s.bits,
                                         s.type,
                                         0,
                                         {0}};

    if (!s.type && block->area)
        return;
    if (s.type == MULTIBOOT_FRAMEBUFFER_TEXT)
        tag.tag.size = offsetof(struct multiboot2_framebuffer, colour);
    __builtin_memcpy(tag.colour, s.colour, sizeof(tag.colour));
    multiboot_put_padding(block, 8);
    multiboot_put(block, &tag, tag.tag.size);
}

/* Both are counted. */
static void put_root_pointer(struct multiboot_block *block)
{
    const struct baton_host *host = block->host;
    uint8_t rsdp[BATON_RSDP_SIZE] = {0};

    if (block->area && host->root_pointer)
        host->root_pointer(host->ctx, rsdp);
    if (!rsdp[0] && block->area)
        return;
    put_tag(block, MULTIBOOT2_ACPI_OLD, rsdp, BATON_RSDP_OLD, NULL, 0);
    if (rsdp[BATON_RSDP_REVISION] >= 2 || !block->area)
        put_tag(block, MULTIBOOT2_ACPI_NEW, rsdp, sizeof(rsdp), NULL, 0);
}

/* A file's bytes, unread. */
static void put_file(struct multiboot_block *block, const struct baton_file *file)
{
    uint8_t bytes[128];

    for (uint64_t at = 0, n; at < file->size; at += n) {
        n = file->size - at < sizeof(bytes) ? file->size - at : sizeof(bytes);
        baton_file_read(block->host, file, at, bytes, (size_t)n);
        multiboot_put(block, bytes, (size_t)n);
    }
}

static void put_smbios(struct multiboot_block *block)
{
    const struct baton_host *host = block->host;
    struct baton_smbios smbios = {0};

    if (host->smbios)
        host->smbios(host->ctx, &smbios);
    if (!smbios.tables.size)
        return;
    struct multiboot2_smbios head = {
        .tag = {MULTIBOOT2_SMBIOS, (uint32_t)(sizeof(head) + smbios.tables.size)},
        .major = smbios.major,
        .minor = smbios.minor};
    multiboot_put_padding(block, 8);
    multiboot_put(block, &head, sizeof(head));
    put_file(block, &smbios.tables);
}

/* The system table, and the memory map as it was when boot services ended, copied unread. A payload
 * that is called gets no such map: the memory that is free in it is the old kernel's. */
static void put_efi(struct multiboot_block *block, const struct baton_request *request)
{
    const struct baton_efi *efi = &request->efi;
    struct multiboot2_efi_map head = {
        {MULTIBOOT2_EFI_MAP, (uint32_t)(sizeof(head) + efi->map.size)},
        efi->descriptor_size,
        efi->descriptor_version};

    if (efi->bits)
        put_tag(block, efi->bits == 64 ? MULTIBOOT2_EFI64 : MULTIBOOT2_EFI32, &efi->system_table,
                efi->bits / 8, NULL, 0);
    if (!efi->map.size || request->call)
        return;
    multiboot_put_padding(block, 8);
    multiboot_put(block, &head, sizeof(head));
    put_file(block, &efi->map);
}

static void put_sections(struct multiboot_block *block, const struct baton_request *request,
                         const struct multiboot_kept *kept)
{
    struct multiboot2_sections head = {{MULTIBOOT2_SECTIONS, sizeof(head)},
                                       kept->section_count,
                                       kept->section_size,
                                       kept->section_names};

    if (!kept->section_count)
        return;
    head.tag.size += (uint32_t)kept->section_count * kept->section_size;
    multiboot_put_padding(block, 8);
    multiboot_put(block, &head, sizeof(head));
    multiboot_put_sections(block, request, kept);
}

uint32_t multiboot2_write(const struct baton_host *host, const struct baton_request *request,
                          const struct baton_payload *payload, const struct baton_segment *area)
{
    struct multiboot_block block = {host, payload, area, sizeof(struct multiboot2_start)};
    struct multiboot_kept kept = multiboot_kept(payload);

    put_string(&block, MULTIBOOT2_COMMAND_LINE, request->command_line);
    put_string(&block, MULTIBOOT2_LOADER_NAME, MULTIBOOT_LOADER);
    put_modules(&block, request);
    put_memory(&block, request);
    put_screen(&block, request);
    put_root_pointer(&block);
    put_smbios(&block);
    put_efi(&block, request);
    put_sections(&block, request, &kept);
    if (kept.relocatable) {
        uint32_t base = (uint32_t)payload->segment[0].dest;

        put_tag(&block, MULTIBOOT2_LOAD_BASE, &base, sizeof(base), NULL, 0);
    }
    put_tag(&block, MULTIBOOT2_END, NULL, 0, NULL, 0);
    if (area) {
        struct multiboot2_start start = {block.length, 0};

        baton_area_write(host, payload, area, 0, &start, sizeof(start));
    }
    return block.length;
}
