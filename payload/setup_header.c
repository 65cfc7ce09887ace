/* The setup header of a bzImage: read once, and checked against the file that it describes.
 * [LBP] */
#include "payload/bzimage.h"

#define PROTOCOL_OLDEST 0x0202
#define CMDLINE_SIZE_DEFAULT 255 /* before 2.06 */

bool bzimage_is(const struct baton_host *host, const struct baton_file *file)
{
    uint32_t magic;

    return baton_file_read(host, file, HDR_MAGIC, &magic, sizeof(magic)) &&
           magic == HDR_MAGIC_VALUE;
}

uint32_t bzimage_field(const struct bzimage *image, unsigned offset, unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size && offset + i < image->header_end; i++)
        value |= (uint32_t)image->header[offset - HDR_FIRST + i] << 8 * i;
    return value;
}

/* Reads the setup header, whole. 0 or an error. */
static int read_header(const struct baton_host *host, const struct baton_file *file,
                       struct bzimage *image, struct baton_refusal *why)
{
    uint8_t jump = 0;

    *image = (struct bzimage){.file = file};
    baton_file_read(host, file, HDR_JUMP, &jump, 1); /* bzimage_is has read what lies behind it */
    image->header_end = HDR_MAGIC + jump;
    if (image->header_end > HDR_END_MAX)
        return refuse(why, BATON_E_MOST, "setup header's length", jump, HDR_END_MAX - HDR_MAGIC);
    if (image->header_end < HDR_CMD_LINE_PTR + 4)
        return refuse(why, BATON_E_LEAST, "setup header's length", jump,
                      HDR_CMD_LINE_PTR + 4 - HDR_MAGIC);
    if (!baton_file_read(host, file, HDR_FIRST, image->header, image->header_end - HDR_FIRST))
        return refuse(why, BATON_E_TRUNCATED, "setup header", file->size, image->header_end);
    image->protocol = bzimage_field(image, HDR_VERSION, 2);
    return 0;
}

/*
 * Boot loaders of other kinds, such as iPXE and memdisk, have Linux's header to be started by its
 * real-mode entry, and nothing at the 32-bit one. They say LOADED_HIGH, but leave fields empty that
 * every kernel fills. [LBP]
 */
const char *bzimage_real_only(const struct bzimage *image)
{
    /* Before 2.04 it has 16 bits: 0 is then also the number of a kernel of some MiB. */
    uint32_t size = (uint32_t)((image->kernel_size + 15) / 16);
    bool short_size = image->protocol < 0x0204;

    if (!(bzimage_field(image, HDR_LOADFLAGS, 1) & LOADFLAG_LOADED_HIGH))
        return "its loadflags do not say LOADED_HIGH";
    if (!bzimage_field(image, HDR_CODE32_START, 4))
        return "its code32_start is 0";
    if (!bzimage_field(image, HDR_SYSSIZE, short_size ? 2 : 4) &&
        (!short_size || size & UINT16_MAX))
        return "its syssize is 0";
    if (image->protocol >= 0x0205 && bzimage_field(image, HDR_RELOCATABLE, 1) &&
        !bzimage_field(image, HDR_KERNEL_ALIGNMENT, 4))
        return "it is relocatable, and its kernel_alignment is 0";
    return NULL;
}

uint64_t bzimage_line_most(const struct bzimage *image)
{
    return image->protocol >= 0x0206 ? bzimage_field(image, HDR_CMDLINE_SIZE, 4)
                                     : CMDLINE_SIZE_DEFAULT;
}

uint64_t bzimage_initrd_last(const struct bzimage *image)
{
    return image->protocol >= 0x0203 ? bzimage_field(image, HDR_INITRD_ADDR_MAX, 4)
                                     : INITRD_ADDR_MAX_DEFAULT;
}

/* Compares the sizes in the header with the size of the file. */
static int check_sizes(struct bzimage *image, struct baton_refusal *why)
{
    uint64_t sects = bzimage_field(image, HDR_SETUP_SECTS, 1);
    uint64_t size = image->file->size;

    if (bzimage_field(image, HDR_BOOT_FLAG, 2) != HDR_BOOT_FLAG_VALUE)
        return refuse(why, BATON_E_FIELD, "boot_flag (0xaa55 in every kernel)",
                      bzimage_field(image, HDR_BOOT_FLAG, 2), HDR_BOOT_FLAG_VALUE);
    image->setup_size = ((sects ? sects : HDR_SETUP_SECTS_DEFAULT) + 1) * HDR_SECTOR;
    if (image->setup_size >= size)
        return refuse(why, BATON_E_TRUNCATED, "setup sectors", size, image->setup_size + 1);
    image->kernel_size = size - image->setup_size;
    if (image->protocol >= 0x0204) { /* before 2.04 syssize has 16 bits, which may be too few */
        uint64_t syssize = (uint64_t)bzimage_field(image, HDR_SYSSIZE, 4) * 16;

        if (syssize > image->kernel_size + 15)
            return refuse(why, BATON_E_TRUNCATED, "protected-mode kernel", size,
                          image->setup_size + syssize);
        /* what follows is a signature, no part of the kernel; 0: it does not say */
        if (syssize && syssize < image->kernel_size)
            image->kernel_size = syssize;
    }
    return 0;
}

int bzimage_open(const struct baton_host *host, const struct baton_file *file,
                 struct bzimage *image, struct baton_refusal *why)
{
    int error = read_header(host, file, image, why);

    if (!error && image->protocol < PROTOCOL_OLDEST)
        error = refuse(why, BATON_E_PROTOCOL, NULL, image->protocol, PROTOCOL_OLDEST);
    return error ? error : check_sizes(image, why);
}
