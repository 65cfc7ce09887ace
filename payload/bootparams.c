/*
 * What Linux reads at its 32-bit entry: the boot_params page, the command line, and setup_data
 * nodes for what boot_params has no room for. Only the setup header is copied from the file; all
 * else starts from zero, as the protocol asks. [LBP 32-bit]
 */
#include "payload/bootparams.h"

#include "lib/text.h"
#include "pagetable/format.h"
#include "payload/efi.h"
#include "relocate/trampoline/control.h"

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

int bootparams_add(const struct baton_host *host, const struct baton_request *request,
                   uint32_t protocol, struct baton_payload *payload, struct baton_refusal *why)
{
    struct payload_map told = map_of(host, request);
    int error = segment_add_generated(payload, BATON_ROLE_BOOT_PARAMS, "boot_params", why);

    if (!error)
        error = segment_add_generated(payload, BATON_ROLE_COMMAND_LINE, "command line", why);
    if (protocol < 0x0209) {
        if (!error && told.count > BP_E820_MAX)
            return refuse(why, BATON_E_SEGMENTS, "memory map entries", told.count, BP_E820_MAX);
        return error;
    }
    if (!error)
        error = segment_add_generated(payload, BATON_ROLE_RECORD, "record", why);
    for (uint32_t i = BP_E820_MAX; i < told.count && !error; i += SETUP_E820_PER_PAGE)
        error = segment_add_generated(payload, BATON_ROLE_MEMORY_MAP, "memory map", why);
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

static struct e820_entry e820_of(const struct baton_memory *m)
{
    return (struct e820_entry){m->start, m->end - m->start, m->type};
}

/* KiB of usable memory from 1 MiB on: for kernels that look at nothing else. */
static uint64_t memory_above_1m(struct payload_map told)
{
    for (uint32_t i = 0; i < told.count; i++) {
        const struct baton_memory *m = &told.memory[i];

        if (m->type == BATON_MEM_USABLE && m->start <= 0x100000 && m->end > 0x100000)
            return (m->end - 0x100000) >> 10;
    }
    return 0;
}

static void write_memory(uint8_t *page, struct payload_map told)
{
    uint64_t above = memory_above_1m(told);
    uint32_t n = told.count < BP_E820_MAX ? told.count : BP_E820_MAX;

    put(page, BP_ALT_MEM_K, 4, above > UINT32_MAX ? UINT32_MAX : above);
    put(page, BP_SCREEN_INFO + SCREEN_EXT_MEM_K, 2, above > UINT16_MAX ? UINT16_MAX : above);
    put(page, BP_E820_ENTRIES, 1, n);
    for (uint32_t i = 0; i < n; i++) {
        struct e820_entry entry = e820_of(&told.memory[i]);

        __builtin_memcpy(page + BP_E820_TABLE + i * sizeof(entry), &entry, sizeof(entry));
    }
}

/* What boot_params' table cannot hold, a page a node. Returns the pa of the first node, or next. */
static uint64_t write_more_memory(const struct baton_host *host, struct payload_map told,
                                  struct baton_payload *payload, uint64_t next)
{
    for (uint32_t i = BP_E820_MAX, n = 0; i < told.count; n++) {
        const struct baton_segment *s = baton_segment_find(payload, BATON_ROLE_MEMORY_MAP, n);
        struct setup_data *node = host->map(host->ctx, BATON_WINDOW_PAGE, s->dest);
        uint8_t *at = (uint8_t *)(node + 1);

        node->next = next;
        node->type = SETUP_E820_EXT;
        node->length = 0;
        for (; i < told.count && node->length + sizeof(struct e820_entry) <= SETUP_ROOM; i++) {
            struct e820_entry entry = e820_of(&told.memory[i]);

            __builtin_memcpy(at + node->length, &entry, sizeof(entry));
            node->length += sizeof(entry);
        }
        next = s->dest;
    }
    return next;
}

/*
 * Who handed the machine over, as text, a line a fact. Linux shows it at
 * /sys/kernel/boot_params/setup_data/. It is setup_data rather than words on the command line, for
 * the command line is the user's.
 */
static void write_record(const struct baton_image *image, const struct baton_request *request,
                         uint64_t at, uint64_t next)
{
    const struct baton_host *host = image->host;
    struct setup_data *node = host->map(host->ctx, BATON_WINDOW_PAGE, at);
    struct text text = {(char *)(node + 1), SETUP_ROOM - EFI_NODE_SIZE, 0};
    struct payload_map told = map_of(host, request);

    text_add(&text, "baton " BATON_VERSION "\nloader ");
    text_add(&text, request->loader);
    text_add(&text, "\ntables ");
    text_add(&text, pt_format_of(request->live.kind)->name);
    text_add(&text, " root ");
    text_address(&text, request->live.root);
    text_add(&text, " pages ");
    text_decimal(&text, request->live.tables);
    text_add(&text, " checksum ");
    text_address(&text, request->live.checksum);
    text_add(&text, "\ntrampoline ");
    text_address(&text, image->trampoline_va);
    text_char(&text, ' ');
    text_address(&text, image->control);
    for (uint32_t i = 0; i < told.count; i++) {
        if (text.length + 80 > text.size) {
            text_add(&text, "\nmap-left-out ");
            text_decimal(&text, told.count - i);
            break;
        }
        text_add(&text, "\nmap ");
        text_address(&text, told.memory[i].start);
        text_char(&text, ' ');
        text_address(&text, told.memory[i].end);
        text_char(&text, ' ');
        text_decimal(&text, told.memory[i].type);
    }
    text_char(&text, '\n');
    node->next = next;
    node->type = BATON_RECORD_MAGIC;
    node->length = (uint32_t)text.length;
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
        write_record(image, request, record->dest, image->control + CONTROL_TRACE);
        nodes = efi_write_node(host, payload, record->dest + BATON_PAGE_SIZE - EFI_NODE_SIZE,
                               record->dest);
        nodes = write_more_memory(host, map_of(host, request), payload, nodes);
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
