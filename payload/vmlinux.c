/*
 * Linux's vmlinux for i386: the kernel as it is linked, not packed into a bzImage. An ELF32 file
 * whose e_entry is a physical address, startup_32, and whose PT_LOAD segments lie where it runs.
 * It has no setup header, so what it is told at that entry (bootparams.c) begins with one that is
 * made here. [LBP 32-bit; ELF]
 */
#include "payload/common/elf.h"

#include "lib/text.h"
#include "payload/bootparams.h"
#include "payload/vmlinux.h"

#define BANNER "Linux version " /* then the version: the first line of every kernel's log */
#define BANNER_LENGTH (sizeof(BANNER) - 1)
#define READ 128 /* bytes of the file at a time */

/* The last version that adds a field which a boot loader writes, setup_data. Later fields say what
 * a bzImage wants of its loader. */
#define PROTOCOL 0x0209
#define HEADER_END (HDR_SETUP_DATA + 8)

#define CMDLINE_SIZE 2047 /* of kernels since 2.6.22 (2.06); an older one cuts it off at 255 */

_Static_assert(HEADER_END - HDR_FIRST <= BATON_HEADER, "a payload keeps the setup header");

bool vmlinux_find_banner(const struct baton_host *host, const struct baton_file *file, uint64_t *at)
{
    uint8_t bytes[READ + BANNER_LENGTH]; /* the last bytes are read again */
    size_t n;

    for (uint64_t from = 0; from < file->size; from += READ) {
        n = file->size - from < sizeof(bytes) ? (size_t)(file->size - from) : sizeof(bytes);
        baton_file_read(host, file, from, bytes, n);
        for (size_t i = 0; i + BANNER_LENGTH < n; i++)
            if (bytes[i] == BANNER[0] && !__builtin_memcmp(bytes + i, BANNER, BANNER_LENGTH) &&
                bytes[i + BANNER_LENGTH] >= '0' && bytes[i + BANNER_LENGTH] <= '9') {
                *at = from + i + BANNER_LENGTH;
                return true;
            }
    }
    return false;
}

static void put(struct baton_payload *payload, unsigned field, unsigned size, uint32_t value)
{
    for (unsigned i = 0; i < size; i++)
        payload->header[field - HDR_FIRST + i] = (uint8_t)(value >> 8 * i);
}

/* The fields that a kernel reads, or that a reader of boot_params expects. */
static void make_header(struct baton_payload *payload)
{
    payload->header_size = HEADER_END - HDR_FIRST;
    put(payload, HDR_BOOT_FLAG, 2, HDR_BOOT_FLAG_VALUE);
    put(payload, HDR_JUMP, 1, HEADER_END - HDR_MAGIC);
    put(payload, HDR_MAGIC, 4, HDR_MAGIC_VALUE);
    put(payload, HDR_VERSION, 2, PROTOCOL);
    put(payload, HDR_LOADFLAGS, 1, LOADFLAG_LOADED_HIGH);
    put(payload, HDR_INITRD_ADDR_MAX, 4, INITRD_ADDR_MAX_DEFAULT);
    put(payload, HDR_CMDLINE_SIZE, 4, CMDLINE_SIZE);
}

static int vmlinux_read(const struct baton_host *host, const struct baton_request *request,
                        struct baton_payload *payload, struct baton_refusal *why)
{
    struct elf_entry entry;
    struct text kind = {payload->kind, sizeof(payload->kind), 0};
    uint64_t at;
    int error = elf_add_segments(host, request, payload, &entry, why);

    if (error)
        return error;
    if (!vmlinux_find_banner(host, &request->kernel, &at))
        return refuse(why, BATON_E_KIND,
                      "an ELF kernel whose e_entry is a physical address, as Linux's vmlinux has "
                      "it, but no \"Linux version\" is in it; link it with a virtual e_entry",
                      0, 0);
    bootparams_name(host, &request->kernel, at, request->kernel.size, payload);
    text_add(&kind, "vmlinux, ELF32");
    payload->entry.registers.eip = (uint32_t)entry.e_entry; /* a word in an ELF32 */
    bootparams_low(payload); /* that suits every age */
    make_header(payload);
    error = command_line_check(request->command_line, CMDLINE_SIZE, "a vmlinux", why);
    if (!error)
        error = segment_add_initrds(payload, request, INITRD_ADDR_MAX_DEFAULT, why);
    return error ? error : bootparams_add(host, request, PROTOCOL, payload, why);
}

static void vmlinux_finish(const struct baton_image *image, const struct baton_request *request,
                           struct baton_payload *payload)
{
    bootparams_finish(image, request, payload, payload->entry.registers.eip);
}

const struct baton_format payload_vmlinux = {
    .name = "vmlinux", .is = elf_enters_physical, .read = vmlinux_read, .finish = vmlinux_finish};
