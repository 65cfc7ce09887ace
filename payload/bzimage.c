/*
 * Linux bzImage, by the 32-bit boot protocol, 2.02 and later: says what the kernel wants, by
 * its setup header. What it is told at its entry is written in bootparams.c. [LBP]
 *
 *   file   | boot sector + setup, (setup_sects + 1) * 512 | protected-mode kernel, syssize * 16 |
 *            header at 0x1f1                                goes to pref_address, runs in a
 *                                                           window of init_size from there on
 */
#include "payload/bzimage.h"

#include "lib/text.h"
#include "payload/width.h"

#define ALIGNMENT_LOG_MAX 31

/* Where a bzImage that is not made to be relocated unpacks into, before it moves itself up: from
 * its mover on, to the start of the traditional boot sector or to boot_params if that lies
 * lower. */
#define UNPACK_LOW_START 0x1000u
#define UNPACK_LOW_END 0x90000u

/* Before 2.12 a kernel does not say whether it is a 64-bit one; if its code does not, either,
 * that is reported. */
static void read_width(const struct baton_host *host, const struct bzimage *image,
                       struct baton_payload *payload)
{
    if (image->protocol >= 0x020c)
        payload->long_mode = bzimage_field(image, HDR_XLOADFLAGS, 2) & XLOADFLAG_KERNEL_64;
    else
        payload->long_mode = width_enters_long_mode(host, image->file, image->setup_size);
    payload->width_unknown = image->protocol < 0x020c && !payload->long_mode;
}

/* The version string's first word, if there is one. */
static void read_name(const struct baton_host *host, const struct bzimage *image,
                      struct baton_payload *payload)
{
    struct text kind = {payload->kind, sizeof(payload->kind), 0};
    uint64_t at = bzimage_field(image, HDR_KERNEL_VERSION, 2);

    bootparams_name(host, image->file, at + 0x200, at ? image->setup_size : 0, payload);
    text_add(&kind, "bzImage, boot protocol ");
    text_version(&kind, image->protocol);
}

/*
 * Up to 2.6.13 (protocol 2.04 came with 2.6.14) a kernel loads SS by the loader's GDT, and reads
 * boot_params and command line, after it has switched paging on. Boot loaders have always put them
 * into low memory, which it maps.
 */
static void add_reach(const struct bzimage *image, struct baton_payload *payload)
{
    if (image->protocol < 0x0204)
        bootparams_low(payload);
    if (image->protocol < 0x0205)
        payload->scratch = (struct baton_range){UNPACK_LOW_START, UNPACK_LOW_END};
}

/* The loader may lower kernel_alignment to 1 << min_alignment, and then writes what it took into
 * the header. A larger value lowers nothing. [LBP min_alignment] */
static void add_min_alignment(const struct bzimage *image, struct baton_segment *s)
{
    uint32_t log = bzimage_field(image, HDR_MIN_ALIGNMENT, 1);

    if (image->protocol < 0x020a || !log || log > ALIGNMENT_LOG_MAX || 1ull << log >= s->align)
        return;
    s->align_best = s->align;
    s->align_least = 1ull << log < BATON_PAGE_SIZE ? BATON_PAGE_SIZE : 1ull << log;
}

/* Where the kernel needs and prefers to be, by its header. */
static int add_kernel(const struct bzimage *image, struct baton_payload *payload,
                      struct baton_refusal *why)
{
    struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_KERNEL, "kernel");
    bool relocatable = image->protocol >= 0x0205 && bzimage_field(image, HDR_RELOCATABLE, 1);

    s->source = image->file->pa + image->setup_size;
    s->file_size = s->mem_size = image->kernel_size;
    s->prefer = KERNEL_ADDRESS_DEFAULT;
    s->window = s->guess = image->kernel_size * GROWTH_GUESS;
    s->min = KERNEL_ADDRESS_DEFAULT;
    s->max = 1ull << 32;
    s->align = BATON_PAGE_SIZE;
    if (image->protocol >= 0x020a) {
        uint64_t high = bzimage_field(image, HDR_PREF_ADDRESS + 4, 4);

        s->prefer = high << 32 | bzimage_field(image, HDR_PREF_ADDRESS, 4);
        s->window = bzimage_field(image, HDR_INIT_SIZE, 4);
        s->guess = 0;
        if (s->window < s->mem_size)
            return refuse(why, BATON_E_LEAST, "init_size (it holds the kernel itself)", s->window,
                          s->mem_size);
        if (s->prefer & BATON_PAGE_MASK || !s->prefer)
            return refuse(why, BATON_E_FIELD, "pref_address (a page's address, not 0)", s->prefer,
                          0);
        if (s->prefer >= 1ull << 32)
            return refuse(why, BATON_E_MOST, "pref_address", s->prefer, 0xfffff000u);
    }
    if (!relocatable) {
        s->flags = BATON_SEG_FIXED;
        return 0;
    }
    s->flags = BATON_SEG_SKEW | BATON_SEG_INPLACE;
    /* A 64-bit kernel has its first stack in its bss, behind the file, before it moves to its
     * runtime address; a 32-bit one has it in boot_params. init_size is the bound that is given.
     * Where there is none, the kernel does not start where it lies, but at an aligned address, from
     * which on its window is kept free. */
    if (payload->long_mode || payload->width_unknown) {
        if (image->protocol >= 0x020a)
            s->room = s->window;
        else
            s->flags = BATON_SEG_SKEW;
    }
    s->align = bzimage_field(image, HDR_KERNEL_ALIGNMENT, 4);
    if (s->align & (s->align - 1))
        return refuse(why, BATON_E_FIELD, "kernel_alignment (a power of two)", s->align, 0);
    if (s->align < BATON_PAGE_SIZE)
        return refuse(why, BATON_E_LEAST, "kernel_alignment", s->align, BATON_PAGE_SIZE);
    if (s->prefer & (s->align - 1))
        s->prefer = (s->prefer + s->align - 1) & ~(s->align - 1);
    add_min_alignment(image, s);
    return 0;
}

/* initrd_addr_max is the address of an initrd's last byte, at most. */
static int add_initrds(const struct bzimage *image, const struct baton_request *request,
                       struct baton_payload *payload, struct baton_refusal *why)
{
    uint64_t last = bzimage_initrd_last(image);

    for (uint32_t i = 0; i < BATON_MODULES; i++) {
        uint64_t size = request->module[i].file.size;

        if (size && last < size)
            return refuse(why, BATON_E_LEAST, "initrd_addr_max (the initrd lies below it)", last,
                          size);
    }
    return segment_add_initrds(payload, request, last, why);
}

static int bzimage_read(const struct baton_host *host, const struct baton_request *request,
                        struct baton_payload *payload, struct baton_refusal *why)
{
    struct bzimage image;
    int error = bzimage_open(host, &request->kernel, &image, why);

    if (!error && bzimage_real_only(&image))
        error = refuse(why, BATON_E_REALMODE, bzimage_real_only(&image), 0, 0);
    if (error)
        return error;
    read_width(host, &image, payload);
    if (payload->long_mode && !request->long_mode)
        return refuse(why, BATON_E_CPU, "long mode (it is a 64-bit kernel)", 0, 0);
    read_name(host, &image, payload);
    payload->header_size = image.header_end - HDR_FIRST;
    __builtin_memcpy(payload->header, image.header, payload->header_size);

    error =
        command_line_check(request->command_line, bzimage_line_most(&image), "this kernel", why);
    if (!error)
        error = add_kernel(&image, payload, why);
    add_reach(&image, payload);
    if (!error)
        error = add_initrds(&image, request, payload, why);
    if (!error)
        error = bootparams_add(host, request, image.protocol, payload, why);
    return error;
}

static void bzimage_finish(const struct baton_image *image, const struct baton_request *request,
                           struct baton_payload *payload)
{
    bootparams_finish(image, request, payload,
                      (uint32_t)baton_segment_find(payload, BATON_ROLE_KERNEL, 0)->dest);
}

const struct baton_format payload_bzimage = {
    .name = "bzimage", .is = bzimage_is, .read = bzimage_read, .finish = bzimage_finish};
