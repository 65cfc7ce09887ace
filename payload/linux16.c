/*
 * What has Linux's setup header, and an entry in real mode only: iPXE's ipxe.lkrn, SYSLINUX's
 * memdisk, other loaders, and a zImage. By its name (type=linux16) also a bzImage with a 32-bit entry:
 * its own setup code then asks the BIOS. [LBP: Loading The Rest of The Kernel, Running the Kernel]
 *
 *     X            X + 0x200            X + 0x8000 at most       stack's end
 *     | boot sector | setup, entered here | ..  heap .. stack  < | command line |
 *
 * That is one generated area, since its header tells what was loaded where. X is 0x90000, or lower
 * where the BIOS keeps that memory. The rest of the file goes to 1 MiB, a zImage's to 64 KiB.
 */
#include "lib/text.h"
#include "payload/bzimage.h"
#include "payload/real16.h"

#define SETUP_PREFER 0x90000u
#define SETUP_MOST 0x8000u
#define SETUP_ENTRY 0x20u /* paragraphs: behind the boot sector */
#define LOW_KERNEL 0x10000u
#define STACK_HIGH 0xe000u /* with LOADED_HIGH, else: */
#define STACK_LOW 0x9800u
#define HEAP_END_LESS 0x200u /* heap_end_ptr is that much lower than what it means */
#define PARAGRAPH 16u
#define COPY 128     /* bytes at a time */
#define NAME_MOST 40 /* characters of a version string */

static bool linux16_is(const struct baton_host *host, const struct baton_file *file)
{
    struct bzimage image;
    struct baton_refusal why;

    return bzimage_is(host, file) && !bzimage_open(host, file, &image, &why) &&
           bzimage_real_only(&image);
}

static uint32_t stack_end(const uint8_t *header)
{
    return header[HDR_LOADFLAGS - HDR_FIRST] & LOADFLAG_LOADED_HIGH ? STACK_HIGH : STACK_LOW;
}

/* Its own version string, such as "MEMDISK 6.04"; of a kernel the first word. */
static void read_name(const struct baton_host *host, const struct bzimage *image,
                      struct baton_payload *payload)
{
    struct text name = {payload->name, sizeof(payload->name), 0};
    struct text kind = {payload->kind, sizeof(payload->kind), 0};
    uint64_t at = bzimage_field(image, HDR_KERNEL_VERSION, 2);
    char c;

    text_add(&kind, "linux16, boot protocol ");
    text_version(&kind, image->protocol);
    if (!bzimage_real_only(image)) {
        bootparams_name(host, image->file, at + HDR_SECTOR, at ? image->setup_size : 0, payload);
        return;
    }
    for (at = at ? at + HDR_SECTOR : image->setup_size;
         at < image->setup_size && name.length < NAME_MOST; at++) {
        if (!baton_file_read(host, image->file, at, &c, 1) || c < ' ' || c > '~')
            break;
        text_char(&name, c);
    }
    if (!name.length)
        text_add(&name, "real-mode code");
}

/*
 * The window of a kernel that unpacks itself: all from its file up to the end of init_size, which
 * begins at pref_address or at the aligned address above its file. What lies between them is not
 * used; it is left alone because a segment has one window.
 */
static void add_window(const struct bzimage *image, struct baton_segment *s)
{
    uint64_t start = s->prefer, align = bzimage_field(image, HDR_KERNEL_ALIGNMENT, 4);
    uint64_t prefer = bzimage_field(image, HDR_PREF_ADDRESS, 4);

    if (image->protocol < 0x020a) {
        s->window = s->guess = image->kernel_size * GROWTH_GUESS;
        return;
    }
    if (bzimage_field(image, HDR_RELOCATABLE, 1) && start < align)
        start = align;
    if (start < prefer)
        start = prefer;
    s->window = start + bzimage_field(image, HDR_INIT_SIZE, 4) - s->prefer;
    if (s->window < s->mem_size)
        s->window = s->mem_size;
}

/* Everything that does not depend on where the setup lies. */
static void add_kernel(const struct bzimage *image, struct baton_payload *payload)
{
    struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_KERNEL, "kernel");
    bool high = bzimage_field(image, HDR_LOADFLAGS, 1) & LOADFLAG_LOADED_HIGH;

    s->source = image->file->pa + image->setup_size;
    s->file_size = s->mem_size = image->kernel_size;
    s->flags = BATON_SEG_FIXED;
    s->prefer = high ? KERNEL_ADDRESS_DEFAULT : LOW_KERNEL;
    s->align = BATON_PAGE_SIZE;
    if (!bzimage_real_only(image))
        add_window(image, s);
}

/* Where the area that begins with segment `first` may lie. */
static void limit_setup(struct baton_payload *payload, uint32_t first, uint64_t bytes)
{
    struct baton_segment *s = &payload->segment[first];

    s->flags &= ~(uint32_t)BATON_SEG_ANYWHERE;
    s->prefer = SETUP_PREFER;
    s->min = REAL16_FREE;
    s->max = payload->reach[0].end;
    if (stack_end(payload->header) == STACK_LOW) { /* a zImage expects it there, nowhere else */
        s->min = SETUP_PREFER;
        if (s->max > SETUP_PREFER + baton_page_up(bytes))
            s->max = SETUP_PREFER + baton_page_up(bytes);
    }
}

static int check(const struct bzimage *image, const struct baton_request *request,
                 const struct baton_payload *payload, struct baton_refusal *why)
{
    static const char memdisk[] = "MEMDISK";

    if (image->setup_size > SETUP_MOST)
        return refuse(why, BATON_E_MOST, "setup_sects (with the boot sector 32 KiB)",
                      image->setup_size / HDR_SECTOR - 1, SETUP_MOST / HDR_SECTOR - 1);
    if (!__builtin_memcmp(payload->name, memdisk, sizeof(memdisk) - 1) &&
        !request->module[0].file.size)
        return refuse(why, BATON_E_EMPTY, "memdisk's disk image, the module after it", 0, 0);
    return command_line_check(request->command_line, bzimage_line_most(image), "this payload", why);
}

static int linux16_read(const struct baton_host *host, const struct baton_request *request,
                        struct baton_payload *payload, struct baton_refusal *why)
{
    struct bzimage image;
    int error = bzimage_open(host, &request->kernel, &image, why);
    const char *reason = error ? NULL : bzimage_real_only(&image);

    if (!error)
        error = real16_begin(request, payload, reason ? reason : "type=linux16", why);
    if (!error) {
        read_name(host, &image, payload);
        payload->header_size = image.header_end - HDR_FIRST;
        __builtin_memcpy(payload->header, image.header, payload->header_size);
        error = check(&image, request, payload, why);
    }
    if (error)
        return error;
    add_kernel(&image, payload);
    error = segment_add_initrds(payload, request, bzimage_initrd_last(&image), why);
    uint32_t first = payload->segments;
    uint64_t bytes = stack_end(payload->header) + string_length(request->command_line) + 1;
    if (!error)
        error = baton_area_add(payload, BATON_ROLE_SETUP, "setup", bytes, why);
    if (!error)
        limit_setup(payload, first, bytes);
    return error;
}

static void put(uint8_t *header, unsigned field, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        header[field - HDR_FIRST + i] = (uint8_t)(value >> 8 * i);
}

/* The boot sector and the setup, as they are in the file. */
static void copy_setup(const struct baton_host *host, const struct baton_request *request,
                       const struct baton_payload *payload, const struct baton_segment *area)
{
    uint32_t sects = payload->header[HDR_SETUP_SECTS - HDR_FIRST];
    uint32_t size = ((sects ? sects : HDR_SETUP_SECTS_DEFAULT) + 1) * HDR_SECTOR;
    uint8_t part[COPY];

    for (uint32_t at = 0; at < size; at += COPY) {
        baton_file_read(host, &request->kernel, at, part, COPY);
        baton_area_write(host, payload, area, at, part, COPY);
    }
}

static void linux16_finish(const struct baton_image *image, const struct baton_request *request,
                           struct baton_payload *payload)
{
    const struct baton_host *host = image->host;
    const struct baton_segment *area = baton_segment_find(payload, BATON_ROLE_SETUP, 0);
    const struct baton_range initrd = segment_initrd_range(payload);
    uint32_t segment = (uint32_t)area->dest / PARAGRAPH, stack = stack_end(payload->header);
    uint8_t header[BATON_HEADER];

    __builtin_memcpy(header, payload->header, payload->header_size);
    put(header, HDR_TYPE_OF_LOADER, 1, LOADER_UNDEFINED);
    put(header, HDR_LOADFLAGS, 1, header[HDR_LOADFLAGS - HDR_FIRST] | LOADFLAG_CAN_USE_HEAP);
    put(header, HDR_RAMDISK_IMAGE, 4, initrd.start);
    put(header, HDR_RAMDISK_SIZE, 4, initrd.end - initrd.start);
    put(header, HDR_HEAP_END_PTR, 2, stack - HEAP_END_LESS);
    put(header, HDR_CMD_LINE_PTR, 4, area->dest + stack);
    copy_setup(host, request, payload, area);
    baton_area_write(host, payload, area, HDR_FIRST, header, payload->header_size);
    baton_area_write(host, payload, area, stack, request->command_line,
                     string_length(request->command_line) + 1);
    payload->entry = real16_entry(request, segment, stack, segment + SETUP_ENTRY, 0);
}

const struct baton_format payload_linux16 = {
    .name = "linux16", .is = linux16_is, .named = bzimage_is, .read = linux16_read,
    .finish = linux16_finish};
