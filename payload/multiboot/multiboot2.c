/*
 * Multiboot 2 kernels: what the tags of the header in their file ask for. What they are told at their
 * entry is written in multiboot2_info.c. [MB2 3.1]
 */
#include "lib/multiboot2.h"

#include "payload/common/elf.h"
#include "payload/multiboot/multiboot2.h"

static const struct multiboot_kind version = {
    "multiboot 2",           MULTIBOOT2_HEADER_MAGIC, MULTIBOOT2_HEADER_WITHIN, 8, 4,
    MULTIBOOT2_LOADED_MAGIC, multiboot2_write};

#define WORDS_MOST 4 /* that a tag has, except for a list of requests */

/* What the tags say. */
struct asked {
    uint32_t seen; /* bit n: a tag of type n */
    struct multiboot_addresses addresses;
    uint32_t entry;
    uint32_t console; /* flags */
    struct multiboot_limits limits;
};

/* The least size of a tag of each type. */
static const uint8_t sizes[] = {
    [MULTIBOOT2_HEADER_END] = 8,           [MULTIBOOT2_HEADER_REQUEST] = 8,
    [MULTIBOOT2_HEADER_ADDRESSES] = 24,    [MULTIBOOT2_HEADER_ENTRY] = 12,
    [MULTIBOOT2_HEADER_CONSOLE] = 12,      [MULTIBOOT2_HEADER_FRAMEBUFFER] = 20,
    [MULTIBOOT2_HEADER_ALIGN_MODULES] = 8, [MULTIBOOT2_HEADER_EFI_SERVICES] = 8,
    [MULTIBOOT2_HEADER_EFI32_ENTRY] = 12,  [MULTIBOOT2_HEADER_EFI64_ENTRY] = 12,
    [MULTIBOOT2_HEADER_RELOCATABLE] = 24,
};

static bool has(const struct asked *w, unsigned type)
{
    return w->seen >> type & 1;
}

static bool multiboot2_is(const struct baton_host *host, const struct baton_file *file)
{
    uint32_t at;

    return multiboot_find(host, file, &version, &at);
}

/* A requested type that this file does not know, of a tag that is not optional. What is known and
 * not there on this machine is left out. [MB2 3.1.4] */
static int check_requests(const struct baton_host *host, const struct baton_file *file, uint64_t at,
                          uint32_t size, struct baton_refusal *why)
{
    uint32_t type;

    for (uint32_t i = sizeof(struct multiboot2_header_tag); i + 4 <= size; i += 4) {
        baton_file_read(host, file, at + i, &type, sizeof(type));
        if (type >= MULTIBOOT2_TAGS)
            return refuse(why, BATON_E_REQUIRES, "multiboot 2 information of type", type, 0);
    }
    return 0;
}

static int take_limits(const uint32_t *word, struct multiboot_limits *limits,
                       struct baton_refusal *why)
{
    *limits = (struct multiboot_limits){word[0], word[1], word[2]};
    if (limits->align & (limits->align - 1))
        return refuse(why, BATON_E_FIELD, "align of the relocatable tag (a power of two)",
                      limits->align, 0);
    if (limits->max < limits->min)
        return refuse(why, BATON_E_LEAST, "max_addr of the relocatable tag", limits->max,
                      limits->min);
    return 0;
}

/* One tag that is complete in the file. */
static int take_tag(const struct baton_host *host, const struct baton_file *file, uint64_t at,
                    const struct multiboot2_header_tag *tag, struct asked *w,
                    struct baton_refusal *why)
{
    bool optional = tag->flags & MULTIBOOT2_OPTIONAL;
    uint32_t word[WORDS_MOST] = {0};

    if (tag->type >= sizeof(sizes))
        return optional
                   ? 0
                   : refuse(why, BATON_E_REQUIRES, "multiboot 2 header tag of type", tag->type, 0);
    if (tag->size < sizes[tag->type])
        return refuse(why, BATON_E_LEAST, "size of a multiboot 2 header tag", tag->size,
                      sizes[tag->type]);
    baton_file_read(host, file, at + sizeof(*tag), word, sizes[tag->type] - sizeof(*tag));
    if (has(w, tag->type) && tag->type != MULTIBOOT2_HEADER_REQUEST)
        return refuse(why, BATON_E_FIELD, "type of a multiboot 2 header tag (it is there twice)",
                      tag->type, 0);
    w->seen |= 1u << tag->type;
    switch (tag->type) {
    case MULTIBOOT2_HEADER_REQUEST:
        return optional ? 0 : check_requests(host, file, at, tag->size, why);
    case MULTIBOOT2_HEADER_ADDRESSES:
        w->addresses.header = word[0];
        w->addresses.load = word[1];
        w->addresses.whole = word[1] == MULTIBOOT2_WHOLE_FILE;
        w->addresses.end = word[2];
        w->addresses.bss_end = word[3];
        return 0;
    case MULTIBOOT2_HEADER_ENTRY:
        w->entry = word[0];
        return 0;
    case MULTIBOOT2_HEADER_CONSOLE:
        w->console = optional ? 0 : word[0];
        return 0;
    case MULTIBOOT2_HEADER_EFI_SERVICES:
        return optional ? 0
                        : refuse(why, BATON_E_REQUIRES,
                                 "UEFI's boot services, which have ended before Baton runs, by "
                                 "multiboot 2 header tag",
                                 tag->type, 0);
    case MULTIBOOT2_HEADER_RELOCATABLE:
        return take_limits(word, &w->limits, why);
    }
    return 0; /* a preferred mode; the alignment that all modules have; entries of boot services */
}

static int read_tags(const struct baton_host *host, const struct baton_file *file, uint32_t at,
                     struct asked *w, struct baton_refusal *why)
{
    struct multiboot2_header header;
    struct multiboot2_header_tag tag;

    baton_file_read(host, file, at, &header, sizeof(header));
    w->addresses.at = at;
    if (header.architecture != MULTIBOOT2_I386)
        return refuse(why, BATON_E_FIELD, "architecture of its multiboot 2 header (0 is i386)",
                      header.architecture, 0);
    uint64_t end = (uint64_t)at + header.header_length;
    if (end > MULTIBOOT2_HEADER_WITHIN)
        return refuse(why, BATON_E_MOST, "end of the multiboot 2 header", end,
                      MULTIBOOT2_HEADER_WITHIN);
    if (end > file->size)
        return refuse(why, BATON_E_TRUNCATED, "multiboot 2 header", file->size, end);
    for (uint64_t next = at + sizeof(header);; next += (tag.size + 7) & ~7u) {
        if (next + sizeof(tag) > end)
            return refuse(why, BATON_E_FIELD,
                          "header_length of its multiboot 2 header (no end tag is in it)",
                          header.header_length, 0);
        baton_file_read(host, file, next, &tag, sizeof(tag));
        if (tag.type == MULTIBOOT2_HEADER_END)
            return 0;
        if (tag.size < sizeof(tag))
            return refuse(why, BATON_E_LEAST, "size of a multiboot 2 header tag", tag.size,
                          sizeof(tag));
        if (tag.size > end - next)
            return refuse(why, BATON_E_MOST, "size of a multiboot 2 header tag", tag.size,
                          end - next);
        int error = take_tag(host, file, next, &tag, w, why);
        if (error)
            return error;
    }
}

/* A kernel that needs a console: is the one that is there of a kind that it supports? */
static int check_console(const struct asked *w, const struct baton_screen *screen,
                         struct baton_refusal *why)
{
    bool text = screen->kind == BATON_SCREEN_TEXT && w->console & MULTIBOOT2_CONSOLE_EGA_TEXT;
    bool pixels = screen->kind == BATON_SCREEN_LINEAR && has(w, MULTIBOOT2_HEADER_FRAMEBUFFER);

    if (!(w->console & MULTIBOOT2_CONSOLE_NEEDED) || text || pixels)
        return 0;
    return refuse(why, BATON_E_REQUIRES,
                  "another console than there is (GRUB's gfxpayload chooses it), by multiboot 2 "
                  "header tag",
                  MULTIBOOT2_HEADER_CONSOLE, 0);
}

static int add_image(const struct baton_host *host, const struct baton_request *request,
                     const struct asked *w, struct baton_payload *payload,
                     struct multiboot_kept *kept, struct baton_refusal *why)
{
    uint64_t entry = 0;
    int error;

    if (has(w, MULTIBOOT2_HEADER_ADDRESSES) && !has(w, MULTIBOOT2_HEADER_ENTRY))
        return refuse(why, BATON_E_KIND,
                      "a multiboot 2 kernel with an address tag but no entry address tag; add one",
                      0, 0);
    if (has(w, MULTIBOOT2_HEADER_ADDRESSES))
        error = multiboot_add_addressed(request, &w->addresses, payload, why);
    else if (elf_is(host, &request->kernel))
        error = multiboot_add_elf(host, request, payload, &entry, kept, why);
    else
        return refuse(why, BATON_E_KIND,
                      "a multiboot 2 kernel that is no ELF file and has no address tag; link it as "
                      "an ELF file",
                      0, 0);
    if (error)
        return error;
    if (has(w, MULTIBOOT2_HEADER_ENTRY))
        entry = w->entry;
    kept->entry = (uint32_t)entry;
    if (!multiboot_is_loaded(payload, entry))
        return refuse(why, BATON_E_FIELD, "entry_addr (it lies in nothing that is loaded)", entry,
                      0);
    return has(w, MULTIBOOT2_HEADER_RELOCATABLE)
               ? multiboot_make_relocatable(&w->limits, payload, kept, why)
               : 0;
}

static int multiboot2_read(const struct baton_host *host, const struct baton_request *request,
                           struct baton_payload *payload, struct baton_refusal *why)
{
    struct multiboot_kept kept = {0};
    struct asked w = {0};
    uint32_t at = 0;
    int error;

    multiboot_find(host, &request->kernel, &version, &at); /* multiboot2_is has found it */
    error = read_tags(host, &request->kernel, at, &w, why);
    if (!error)
        error = check_console(&w, &request->screen, why);
    if (!error)
        error = add_image(host, request, &w, payload, &kept, why);
    if (error)
        return error;
    return multiboot_complete(host, request, &version, has(&w, MULTIBOOT2_HEADER_ADDRESSES),
                              payload, &kept, why);
}

static void multiboot2_finish(const struct baton_image *image, const struct baton_request *request,
                              struct baton_payload *payload)
{
    multiboot_finish(image, request, &version, payload);
}

const struct baton_format payload_multiboot2 = {
    .name = "multiboot2", .is = multiboot2_is, .read = multiboot2_read,
    .finish = multiboot2_finish};
