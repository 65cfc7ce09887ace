/*
 * Loads a capture kernel: it is copied to where it will run, and all that the trampoline reads is
 * made in the region. At the crash nothing is allocated and nothing is moved but the low memory.
 */
#include "lib/refuse.h"
#include "lib/text.h"
#include "relocate/crash/headers.h"

size_t baton_crash_line(const struct baton_crash *crash, const char *words, char *line, size_t room)
{
    char option[32];
    struct text text = {option, sizeof(option), 0};
    size_t n = 0;

    text_add(&text, "elfcorehdr=");
    text_hex(&text, crash->headers);
    while (words[n])
        n++;
    if (n)
        text_char(&text, ' ');
    if (text.length + n >= room)
        return text.length + n;
    for (size_t i = n + 1; i-- > 0;) /* backwards, because both may be the same buffer */
        line[text.length + i] = words[i];
    __builtin_memcpy(line, option, text.length);
    return text.length + n;
}

/* ---- the plan: the region stays as it is */

/* A file that runs at one address only cannot be placed in the region. */
static int check_relocatable(const struct baton_payload *payload, struct baton_refusal *why)
{
    for (uint32_t i = 0; i < payload->segments; i++)
        if (payload->segment[i].flags & BATON_SEG_FIXED)
            return refuse(why, BATON_E_FIXED, payload->segment[i].what, payload->segment[i].prefer,
                          0);
    if (!baton_segment_find(payload, BATON_ROLE_KERNEL, 0))
        return refuse(why, BATON_E_KIND, "no Linux; give a relocatable bzImage as a capture kernel",
                      0, 0);
    return 0;
}

/* Adds a segment at a fixed place in the region's tail. false: there are too many. */
static bool add_fixed(struct baton_payload *payload, const char *what, uint32_t flags, uint64_t at,
                      uint64_t source, uint64_t size)
{
    struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_OTHER, what);

    if (!s)
        return false;
    s->flags = flags | BATON_SEG_FIXED;
    s->source = source;
    s->file_size = s->mem_size = size;
    s->prefer = at;
    s->align = BATON_PAGE_SIZE;
    return true;
}

/* The capture kernel lies below the tail; the backup region and the headers lie in the tail. */
static int bound_segments(const struct baton_crash *crash, const struct baton_crash_dump *dump,
                          struct baton_payload *payload, struct baton_refusal *why)
{
    for (uint32_t i = 0; i < payload->segments; i++) {
        struct baton_segment *s = &payload->segment[i];

        if (s->flags & BATON_SEG_GENERATED)
            continue;
        s->min = crash->range.start;
        s->max = crash->tail < s->max ? crash->tail : s->max;
    }
    if (add_fixed(payload, "low memory", BATON_SEG_LIVE, crash->low, 0, BATON_CRASH_LOW) &&
        add_fixed(payload, "core headers", 0, crash->headers, crash->headers, dump->registers))
        return 0;
    return refuse(why, BATON_E_SEGMENTS, "segments", BATON_SEGMENTS + 1, BATON_SEGMENTS);
}

int baton_crash_plan(const struct baton_crash *crash, struct baton_request *request,
                     struct baton_crash_dump *dump, struct baton_payload *payload,
                     struct baton_refusal *why)
{
    int error;

    if (!crash->usual)
        return refuse_host(why, "baton_crash_host() was not called for the region", 0, 0);
    request->place = BATON_PLACE_AUTO;
    request->efi = (struct baton_efi){0}; /* nobody calls the firmware of a machine that crashed */
    request->map = crash->payload_map;
    request->map_count = crash->payload_map_count;
    error = baton_payload_read(&crash->host, request, payload, why);
    if (!error)
        error = check_relocatable(payload, why);
    if (!error) /* a 64-bit Linux makes no /proc/vmcore of headers that say i386 */
        error =
            headers_plan(crash, payload->long_mode ? BATON_DUMP_X86_64 : BATON_DUMP_386, dump, why);
    if (!error)
        error = bound_segments(crash, dump, payload, why);
    return error ? error : baton_place(&crash->host, request, payload, why);
}

/* ---- the load: from here on, what the region held before is lost */

static uint64_t to_page_end(uint64_t pa, uint64_t size)
{
    uint64_t left = BATON_PAGE_SIZE - (pa & BATON_PAGE_MASK);

    return left < size ? left : size;
}

static void *page_of(const struct baton_crash *crash, uint64_t pa)
{
    return crash->host.map(crash->host.ctx, BATON_WINDOW_PAGE, pa);
}

static void copy(struct baton_crash *crash, uint64_t to, uint64_t from, uint64_t size)
{
    for (uint64_t part; size; to += part, from += part, size -= part) {
        part = to_page_end(from, to_page_end(to, size));
        __builtin_memcpy(page_of(crash, to),
                         crash->host.map(crash->host.ctx, BATON_WINDOW_SOURCE, from), (size_t)part);
    }
}

static void clear(struct baton_crash *crash, uint64_t at, uint64_t size)
{
    for (uint64_t part; size; at += part, size -= part) {
        part = to_page_end(at, size);
        __builtin_memset(page_of(crash, at), 0, (size_t)part);
    }
}

/* Does now what the list would do at the hand-off: copies the bytes to their destination. */
static void stage_segments(struct baton_crash *crash, struct baton_payload *payload)
{
    for (uint32_t i = 0; i < payload->segments; i++) {
        struct baton_segment *s = &payload->segment[i];

        if (baton_is_generated(s) || s->flags & BATON_SEG_FIXED)
            continue;
        copy(crash, s->dest, s->source, s->file_size);
        clear(crash, s->dest + s->file_size, s->mem_size - s->file_size);
        s->source = s->dest;
        s->file_size = s->mem_size;
    }
}

static void write_headers(struct baton_crash *crash, const struct baton_crash_dump *dump)
{
    for (uint32_t at = 0; at < BATON_CRASH_HEADERS; at += BATON_PAGE_SIZE)
        __builtin_memcpy(page_of(crash, crash->headers + at), (const char *)dump->headers + at,
                         BATON_PAGE_SIZE);
}

int baton_crash_stage(struct baton_crash *crash, const struct baton_request *request,
                      const struct baton_crash_dump *dump, const struct baton_machine *machine,
                      struct baton_payload *payload, struct baton_image *image,
                      struct baton_refusal *why)
{
    stage_segments(crash, payload);
    write_headers(crash, dump);
    return baton_image_make(&crash->host, request, machine, payload, image, why);
}

int baton_crash_load(struct baton_crash *crash, struct baton_request *request,
                     struct baton_crash_dump *dump, const struct baton_machine *machine,
                     struct baton_payload *payload, struct baton_image *image,
                     struct baton_vault *vault, struct baton_refusal *why)
{
    size_t length;
    int error;

    if (!request->command_line)
        return refuse_host(why, "command_line of the request is NULL; \"\" is allowed", 0, 0);
    length = baton_crash_line(crash, request->command_line, dump->line, dump->line_room);
    if (length >= dump->line_room)
        return refuse(why, BATON_E_COMMAND_LINE, "with elfcorehdr=, which dump->line", length,
                      dump->line_room ? dump->line_room - 1 : 0);
    request->command_line = dump->line;
    error = baton_crash_plan(crash, request, dump, payload, why);
    if (error)
        return error;
    baton_vault_disarm(vault);
    baton_image_free(image);
    error = baton_crash_stage(crash, request, dump, machine, payload, image, why);
    if (!error)
        baton_vault_arm(crash, dump, image, vault);
    return error;
}
