/*
 * What a capture kernel needs. An initrd is one or more cpio archives, of which the last may be
 * compressed: [Linux, Documentation/driver-api/early-userspace/buffer-format.rst]
 *
 *     | header, name, file | header, name, file | ... zeros | gzip: ... its length unpacked |
 */
#include "kernel/crash/room.h"

#include "kernel/options/crashkernel.h"

#define MIB (1ull << 20)

/* Debian's kernels took 13 to 19 MiB besides, up to a saved dump. A small kernel takes less: no
 * more than it is large itself, and a quarter. */
#define WORK_MOST (20 * MIB)

/* A Linux unpacks into a tmpfs, which takes up to half of the memory that is left: there must be as
 * much again, and some for what is taken before. */
#define HALF_MORE (4 * MIB)

#define RATIO 4 /* unpacked to packed, where it is not said: zstd and xz come to 3 or 4 */

enum { CPIO_HEADER = 110, CPIO_FILE_SIZE = 54, CPIO_NAME_SIZE = 94, CPIO_DIGITS = 8 };
enum { GZIP_LEAST = 18, GZIP_LENGTH = 4 }; /* header and trailer; its last bytes [RFC 1952] */

static uint64_t up_to(uint64_t align, uint64_t x)
{
    return (x + align - 1) & ~(align - 1);
}

/* Eight hexadecimal digits; false: it is no number. */
static bool read_hex(const char *at, uint64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < CPIO_DIGITS; i++) {
        char c = at[i] >= 'a' && at[i] <= 'f' ? (char)(at[i] - 'a' + 'A') : at[i];

        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'F'))
            return false;
        *value = *value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'A' + 10);
    }
    return true;
}

/* Where the archives end that begin the file and are not compressed; 0: it begins with none. */
static uint64_t plain_end(const struct baton_host *host, const struct baton_file *file)
{
    char header[CPIO_HEADER];
    uint64_t at = 0, name, size;
    bool found = false;

    while (baton_file_read(host, file, at, header, 4)) {
        if (!header[0] && !header[1] && !header[2] && !header[3]) { /* between archives */
            at += 4;
            continue;
        }
        if (!baton_file_read(host, file, at, header, CPIO_HEADER) ||
            __builtin_memcmp(header, "07070", 5) || (header[5] != '1' && header[5] != '2') ||
            !read_hex(header + CPIO_NAME_SIZE, &name) || !read_hex(header + CPIO_FILE_SIZE, &size))
            break;
        at = up_to(4, up_to(4, at + CPIO_HEADER + name) + size);
        found = true;
    }
    if (!found)
        return 0;
    return at < file->size ? at : file->size;
}

static bool begins(const struct baton_host *host, const struct baton_file *file, uint64_t at,
                   const char *magic, size_t n)
{
    char found[6];

    return baton_file_read(host, file, at, found, n) && !__builtin_memcmp(found, magic, n);
}

static bool is_packed(const struct baton_host *host, const struct baton_file *file, uint64_t at)
{
    return begins(host, file, at, "\x1f\x8b", 2) ||         /* gzip */
           begins(host, file, at, "\xfd\x37zXZ", 5) ||      /* xz */
           begins(host, file, at, "\x28\xb5\x2f\xfd", 4) || /* zstd */
           begins(host, file, at, "\x02\x21\x4c\x18", 4) || /* lz4 */
           begins(host, file, at, "BZh", 3) ||              /* bzip2 */
           begins(host, file, at, "\x5d\0\0", 3) ||         /* lzma */
           begins(host, file, at, "\x89LZO", 4);
}

uint64_t room_unpacked(const struct baton_host *host, const struct baton_file *initrd)
{
    uint64_t plain = plain_end(host, initrd), packed = initrd->size - plain;
    uint32_t length;

    if (!is_packed(host, initrd, plain))
        return initrd->size;
    /* deflate makes nothing longer by more than a thousandth: a smaller length is none */
    if (begins(host, initrd, plain, "\x1f\x8b", 2) && packed >= GZIP_LEAST &&
        baton_file_read(host, initrd, initrd->size - GZIP_LENGTH, &length, GZIP_LENGTH) &&
        length + (length >> 9) + 1024ull >= packed)
        return plain + length;
    return plain + packed * RATIO;
}

struct room room_needed(const struct baton_host *host, struct baton_payload *payload,
                        uint64_t start, uint64_t own)
{
    const struct baton_segment *kernel = baton_segment_find(payload, BATON_ROLE_KERNEL, 0);
    uint64_t window = kernel->window > kernel->mem_size ? kernel->window : kernel->mem_size;
    struct room room = {.kernel = window, .work = window + window / 4};
    uint64_t placed; /* the least size in which it has a place at all */
    /* so far it may start below its aligned address */
    uint64_t skew = kernel->flags & BATON_SEG_SKEW ? (0 - kernel->source) & BATON_PAGE_MASK : 0;

    uint32_t first, count = baton_segment_modules(payload, &first);

    for (uint32_t i = first; i < first + count; i++) {
        const struct baton_file file = {payload->segment[i].source, payload->segment[i].file_size};

        room.initrd += file.size;
        room.unpacked += room_unpacked(host, &file);
    }
    if (room.work > WORK_MOST)
        room.work = WORK_MOST;
    if (room.unpacked && room.work < room.unpacked + HALF_MORE)
        room.work = room.unpacked + HALF_MORE;
    room.all = room.kernel + room.initrd + room.unpacked + room.work + own;
    placed = up_to(kernel->align, start + skew) - start + window + own;
    room.take = ((room.all > placed ? room.all : placed) + CRASHKERNEL_ALIGN - 1) &
                ~(CRASHKERNEL_ALIGN - 1);
    room.take /= MIB;
    return room;
}
