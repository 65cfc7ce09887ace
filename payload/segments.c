/* What every format does with files and segments: bounded reads, the initrd, pages to be made. */
#include "payload/payload.h"

bool baton_file_read(const struct baton_host *host, const struct baton_file *file, uint64_t offset,
                     void *to, size_t n)
{
    uint8_t *out = to;

    if (offset > file->size || n > file->size - offset)
        return false;
    while (n) {
        uint64_t pa = file->pa + offset;
        size_t part = BATON_PAGE_SIZE - (size_t)(pa & BATON_PAGE_MASK);

        if (part > n)
            part = n;
        __builtin_memcpy(out, host->map(host->ctx, BATON_WINDOW_SOURCE, pa), part);
        out += part;
        offset += part;
        n -= part;
    }
    return true;
}

size_t string_length(const char *string)
{
    size_t n = 0;

    while (string[n])
        n++;
    return n;
}

struct baton_segment *segment_add(struct baton_payload *payload, const char *what)
{
    if (payload->segments == BATON_SEGMENTS)
        return NULL;
    struct baton_segment *s = &payload->segment[payload->segments++];
    *s = (struct baton_segment){0};
    for (size_t i = 0; what[i] && i < sizeof(s->what) - 1; i++)
        s->what[i] = what[i];
    return s;
}

int segment_add_initrd(struct baton_payload *payload, const struct baton_file *initrd,
                       uint64_t last, struct baton_refusal *why)
{
    struct baton_segment *s;

    if (!initrd->size)
        return 0;
    s = segment_add(payload, "initrd");
    if (!s)
        return refuse(why, BATON_E_SEGMENTS, "segments", BATON_SEGMENTS + 1, BATON_SEGMENTS);
    s->flags = BATON_SEG_SKEW;
    s->source = initrd->pa;
    s->file_size = s->mem_size = initrd->size;
    s->prefer = UINT64_MAX;
    s->min = 0x100000; /* low memory is the firmware's, and Linux wants a piece of it */
    s->max = last + 1;
    s->align = BATON_PAGE_SIZE;
    return 0;
}

int segment_add_made(struct baton_payload *payload, const char *what, struct baton_refusal *why)
{
    struct baton_segment *s = segment_add(payload, what);

    if (!s)
        return refuse(why, BATON_E_SEGMENTS, "segments", BATON_SEGMENTS + 1, BATON_SEGMENTS);
    s->flags = BATON_SEG_MADE;
    s->mem_size = BATON_PAGE_SIZE;
    return 0;
}

struct baton_segment *segment_find(struct baton_payload *payload, const char *what, unsigned n)
{
    for (uint32_t i = 0; i < payload->segments; i++) {
        const char *name = payload->segment[i].what;
        size_t k = 0;

        while (what[k] && what[k] == name[k])
            k++;
        if (what[k] == name[k] && n-- == 0)
            return &payload->segment[i];
    }
    return NULL;
}

int command_line_check(const char *line, uint64_t most, const char *who, struct baton_refusal *why)
{
    size_t length = string_length(line);

    if (most > BATON_PAGE_SIZE - 1)
        most = BATON_PAGE_SIZE - 1;
    if (length > most)
        return refuse(why, BATON_E_COMMAND_LINE, who, length, most);
    return 0;
}
