/*
 * Multiboot 1 kernels: what the header in their file asks for. What they are told at their entry is
 * written in multiboot1_info.c. [MB1 3.1]
 */
#include "lib/multiboot1.h"

#include "payload/common/elf.h"
#include "payload/multiboot/multiboot1.h"

#define KNOWN (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO | MULTIBOOT_VIDEO)

static const struct multiboot_kind version = {
    "multiboot 1",          MULTIBOOT_HEADER_MAGIC, MULTIBOOT_HEADER_WITHIN, 4, 3,
    MULTIBOOT_LOADED_MAGIC, multiboot1_write};

static bool multiboot1_is(const struct baton_host *host, const struct baton_file *file)
{
    uint32_t at;

    return multiboot_find(host, file, &version, &at);
}

/* A loader that does not know one of the low bits must not start the kernel. */
static int check_flags(uint32_t flags, struct baton_refusal *why)
{
    uint32_t unknown = flags & MULTIBOOT_REQUIRED & ~KNOWN;

    return unknown ? refuse(why, BATON_E_REQUIRES, "multiboot header flag, bit",
                            (uint64_t)__builtin_ctz(unknown), 0)
                   : 0;
}

/* Reads the fields that the flags say are there. */
static int read_header(const struct baton_host *host, const struct baton_file *file, uint32_t at,
                       struct multiboot_header *h, struct baton_refusal *why)
{
    size_t size = offsetof(struct multiboot_header, header_addr);
    int error;

    *h = (struct multiboot_header){0};
    baton_file_read(host, file, at, h, size); /* multiboot_find has read it */
    error = check_flags(h->flags, why);
    if (error)
        return error;
    if (h->flags & MULTIBOOT_ADDRESSES)
        size = offsetof(struct multiboot_header, mode_type);
    if (h->flags & MULTIBOOT_VIDEO)
        size = sizeof(*h);
    if (!baton_file_read(host, file, at, h, size))
        return refuse(why, BATON_E_TRUNCATED, "multiboot header", file->size, at + size);
    if (at + size > MULTIBOOT_HEADER_WITHIN)
        return refuse(why, BATON_E_MOST, "end of the multiboot header", at + size,
                      MULTIBOOT_HEADER_WITHIN);
    return 0;
}

static int add_image(const struct baton_host *host, const struct baton_request *request,
                     const struct multiboot_header *h, uint32_t at, struct baton_payload *payload,
                     struct multiboot_kept *kept, struct baton_refusal *why)
{
    struct multiboot_addresses addresses = {at,    h->header_addr,   h->load_addr,
                                            false, h->load_end_addr, h->bss_end_addr};
    uint64_t entry;
    int error;

    if (!(h->flags & MULTIBOOT_ADDRESSES)) {
        if (!elf_is(host, &request->kernel))
            return refuse(why, BATON_E_KIND,
                          "a multiboot kernel that is no ELF file and has no address fields (flag "
                          "16); link it as an ELF file",
                          0, 0);
        error = multiboot_add_elf(host, request, payload, &entry, kept, why);
        kept->entry = (uint32_t)entry;
        return error;
    }
    error = multiboot_add_addressed(request, &addresses, payload, why);
    if (error)
        return error;
    kept->entry = h->entry_addr;
    if (!multiboot_is_loaded(payload, h->entry_addr))
        return refuse(why, BATON_E_FIELD, "entry_addr (it lies in nothing that is loaded)",
                      h->entry_addr, 0);
    return 0;
}

static int multiboot1_read(const struct baton_host *host, const struct baton_request *request,
                           struct baton_payload *payload, struct baton_refusal *why)
{
    struct multiboot_header header;
    struct multiboot_kept kept = {0};
    uint32_t at = 0;
    int error;

    multiboot_find(host, &request->kernel, &version, &at); /* multiboot1_is has found it */
    error = read_header(host, &request->kernel, at, &header, why);
    if (!error)
        error = add_image(host, request, &header, at, payload, &kept, why);
    if (error)
        return error;
    return multiboot_complete(host, request, &version, header.flags & MULTIBOOT_ADDRESSES, payload,
                              &kept, why);
}

static void multiboot1_finish(const struct baton_image *image, const struct baton_request *request,
                              struct baton_payload *payload)
{
    multiboot_finish(image, request, &version, payload);
}

const struct baton_format payload_multiboot1 = {
    .name = "multiboot1", .is = multiboot1_is, .read = multiboot1_read,
    .finish = multiboot1_finish};
