/*
 * What Linux reads at its 32-bit entry: the boot_params page, the command line, and setup_data
 * nodes for what boot_params has no room for. Only the setup header is copied from the file; all
 * else starts from zero, as the protocol asks. [LBP 32-bit]
 */
#include "payload/bootparams.h"

#include "lib/text.h"
#include "baton/control.h"
#include "payload/efi.h"

/* Low memory that firmware and BIOS leave alone: above their data, below 640 KiB. */
#define LOW_START 0x10000u
#define LOW_END 0xa0000u
#define MAPPED_END 0x400000u /* what Linux 2.2 maps at first; 2.4 maps twice as much */

#define NAME_END 64 /* of what is taken of a version, with "Linux " */

void bootparams_name(const struct baton_host *host, const struct baton_file *file, uint64_t at,
                     uint64_t end, struct baton_payload *payload)
{
    struct text name = {payload->name, sizeof(payload->name), 0};
    char c;

    text_add(&name, "Linux ");
    for (; at < end && name.length < NAME_END; at++) {
        if (!baton_file_read(host, file, at, &c, 1) || c <= ' ' || c > '~')
            break;
        text_char(&name, c);
    }
}

void bootparams_low(struct baton_payload *payload)
{
    payload->reach[0] = (struct baton_range){LOW_START, LOW_END};
    payload->reach[1] = (struct baton_range){KERNEL_ADDRESS_DEFAULT, MAPPED_END};
}

static struct e820_entry e820_of(const struct baton_memory *m)
{
    return (struct e820_entry){m->start, m->end - m->start, m->type};
}

int bootparams_add(const struct baton_host *host, const struct baton_request *request,
                   uint32_t protocol, struct baton_payload *payload, struct baton_refusal *why)
{
    struct payload_map map = map_of(host, request);
    uint64_t more = map.count > BP_E820_MAX ? map.count - BP_E820_MAX : 0;
    int error =
        baton_area_add(payload, BATON_ROLE_BOOT_PARAMS, "boot_params", BATON_PAGE_SIZE, why);

    if (!error)
        error =
            baton_area_add(payload, BATON_ROLE_COMMAND_LINE, "command line", BATON_PAGE_SIZE, why);
    if (protocol < 0x0209) {
        if (!error && more)
            return refuse(why, BATON_E_SEGMENTS, "memory map entries", map.count, BP_E820_MAX);
        return error;
    }
    if (!error)
        error = baton_area_add(payload, BATON_ROLE_RECORD, "record", linux_record_size(map), why);
    if (!error && more)
        error = baton_area_add(payload, BATON_ROLE_MEMORY_MAP, "memory map",
                               sizeof(struct setup_data) + more * sizeof(struct e820_entry), why);
    if (!error)
        error = efi_add(request, payload, why);
    return error;
}

static void put(uint8_t *page, unsigned offset, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        page[offset + i] = (uint8_t)(value >> 8 * i);
}

static void write_screen(uint8_t *page, const struct baton_screen *screen, bool efi)
{
    uint64_t size = (uint64_t)screen->pitch * screen->height;
    uint8_t *info = page + BP_SCREEN_INFO;

    if (screen->kind == BATON_SCREEN_TEXT) {
        put(info, SCREEN_X, 1, screen->cursor_x);
        put(info, SCREEN_Y, 1, screen->cursor_y);
        put(info, SCREEN_MODE, 1, SCREEN_MODE_TEXT_80X25);
        put(info, SCREEN_COLUMNS, 1, screen->columns);
        put(info, SCREEN_ROWS, 1, screen->rows);
        put(info, SCREEN_IS_VGA, 1, SCREEN_KIND_VGA_TEXT);
        put(info, SCREEN_POINTS, 2, 16);
    } else if (screen->kind == BATON_SCREEN_LINEAR) {
        const uint8_t colours[] = {screen->red_size, screen->red_at,    screen->green_size,
                                   screen->green_at, screen->blue_size, screen->blue_at};

        put(info, SCREEN_IS_VGA, 1, efi ? SCREEN_KIND_EFI : SCREEN_KIND_LINEAR);
        put(info, SCREEN_WIDTH, 2, screen->width);
        put(info, SCREEN_HEIGHT, 2, screen->height);
        put(info, SCREEN_DEPTH, 2, screen->bits);
        put(info, SCREEN_BASE, 4, screen->pa);
        put(info, SCREEN_SIZE, 4,
            efi ? baton_page_up(size) : (size + SCREEN_SIZE_UNIT - 1) / SCREEN_SIZE_UNIT);
        put(info, SCREEN_PAGES, 2, efi);
        put(info, SCREEN_PITCH, 2, screen->pitch);
        __builtin_memcpy(info + SCREEN_COLOURS, colours, sizeof(colours));
        if (screen->pa >> 32) {
            put(info, SCREEN_CAPABILITIES, 4, SCREEN_CAP_64BIT_BASE);
            put(info, SCREEN_BASE_HIGH, 4, screen->pa >> 32);
        }
    }
}

/* KiB of usable memory from 1 MiB on: for kernels that look at nothing else. */
static uint64_t memory_above_1m(struct payload_map map)
{
    for (uint32_t i = 0; i < map.count; i++) {
        const struct baton_memory *m = &map.entry[i];

        if (m->type == BATON_MEM_USABLE && m->start <= 0x100000 && m->end > 0x100000)
            return (m->end - 0x100000) >> 10;
    }
    return 0;
}

static void write_memory(uint8_t *page, struct payload_map map)
{
    uint64_t above = memory_above_1m(map);
    uint32_t n = map.count < BP_E820_MAX ? map.count : BP_E820_MAX;

    put(page, BP_ALT_MEM_K, 4, above > UINT32_MAX ? UINT32_MAX : above);
    put(page, BP_SCREEN_INFO + SCREEN_EXT_MEM_K, 2, above > UINT16_MAX ? UINT16_MAX : above);
    put(page, BP_E820_ENTRIES, 1, n);
    for (uint32_t i = 0; i < n; i++) {
        struct e820_entry entry = e820_of(&map.entry[i]);

        __builtin_memcpy(page + BP_E820_TABLE + i * sizeof(entry), &entry, sizeof(entry));
    }
}

/* What boot_params' table cannot hold, in one node. Returns its pa, or `next` if there is none. */
static uint64_t write_more_memory(const struct baton_host *host, struct payload_map map,
                                  const struct baton_payload *payload, uint64_t next)
{
    const struct baton_segment *area = baton_segment_find(payload, BATON_ROLE_MEMORY_MAP, 0);
    struct setup_data node = {next, SETUP_E820_EXT, 0};

    if (!area)
        return next;
    for (uint32_t i = BP_E820_MAX; i < map.count; i++) {
        struct e820_entry entry = e820_of(&map.entry[i]);

        baton_area_write(host, payload, area, sizeof(node) + node.length, &entry, sizeof(entry));
        node.length += sizeof(entry);
    }
    baton_area_write(host, payload, area, 0, &node, sizeof(node));
    return area->dest;
}

void bootparams_finish(const struct baton_image *image, const struct baton_request *request,
                       struct baton_payload *payload, uint32_t entry)
{
    const struct baton_host *host = image->host;
    const struct baton_segment *kernel = baton_segment_find(payload, BATON_ROLE_KERNEL, 0);
    const struct baton_range initrd = segment_initrd_range(payload);
    const struct baton_segment *params = baton_segment_find(payload, BATON_ROLE_BOOT_PARAMS, 0);
    const struct baton_segment *line = baton_segment_find(payload, BATON_ROLE_COMMAND_LINE, 0);
    const struct baton_segment *record = baton_segment_find(payload, BATON_ROLE_RECORD, 0);
    uint64_t nodes = 0;

    __builtin_memcpy(host->map(host->ctx, BATON_WINDOW_PAGE, line->dest), request->command_line,
                     string_length(request->command_line) + 1);
    if (record) {
        linux_record_write(image, request, payload, image->control + CONTROL_TRACE);
        nodes = write_more_memory(host, map_of(host, request), payload,
                                  efi_write_node(host, payload, record->dest));
    }

    uint8_t *page = host->map(host->ctx, BATON_WINDOW_PAGE, params->dest);
    __builtin_memcpy(page + HDR_FIRST, payload->header, payload->header_size);
    put(page, HDR_TYPE_OF_LOADER, 1, LOADER_UNDEFINED);
    put(page, HDR_LOADFLAGS, 1, page[HDR_LOADFLAGS] & ~LOADFLAG_CAN_USE_HEAP);
    put(page, HDR_CODE32_START, 4, entry);
    if (kernel && kernel->align_best)
        put(page, HDR_KERNEL_ALIGNMENT, 4, kernel->align);
    put(page, HDR_CMD_LINE_PTR, 4, line->dest);
    put(page, HDR_RAMDISK_IMAGE, 4, initrd.start);
    put(page, HDR_RAMDISK_SIZE, 4, initrd.end - initrd.start);
    if (record)
        put(page, HDR_SETUP_DATA, 8, nodes);
    put(page, BP_ACPI_RSDP, 8, request->acpi_rsdp);
    efi_write_info(page, &request->efi, payload);
    write_screen(page, &request->screen, request->efi.bits);
    write_memory(page, map_of(host, request));

    /* ebx, ebp and edi zero, esi at boot_params. [LBP 32-bit] */
    payload->entry =
        (struct baton_entry){BATON_ENTRY_FLAT32, {.eip = entry, .esi = (uint32_t)params->dest}};
}
