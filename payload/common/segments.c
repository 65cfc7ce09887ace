/* What every format does with files and segments: bounded reads, the initrd. */
#include "payload/common/payload.h"

#include "lib/text.h"

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

struct baton_segment *baton_segment_add(struct baton_payload *payload, enum baton_role role,
                                        const char *what)
{
    if (payload->segments == BATON_SEGMENTS)
        return NULL;
    struct baton_segment *s = &payload->segment[payload->segments++];
    *s = (struct baton_segment){.role = role};
    for (size_t i = 0; what[i] && i < sizeof(s->what) - 1; i++)
        s->what[i] = what[i];
    return s;
}

/* `number` of them are there already. The next one begins at a multiple of 4 bytes from the
 * first one's start: zeros that the one before has at its end. [early-userspace] */
static int add_initrd(struct baton_payload *payload, const struct baton_file *initrd,
                      uint32_t number, uint64_t last, struct baton_refusal *why)
{
    char what[20];
    struct text text = {what, sizeof(what), 0};

    text_add(&text, "initrd");
    if (number) {
        struct baton_segment *before = &payload->segment[payload->segments - 1];

        before->mem_size = (before->file_size + 3) & ~3ull;
        text_char(&text, ' ');
        text_decimal(&text, number + 1);
    }
    struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_MODULE, what);
    if (!s)
        return refuse(why, BATON_E_SEGMENTS, "segments", BATON_SEGMENTS + 1, BATON_SEGMENTS);
    s->flags = number ? BATON_SEG_FOLLOWS : BATON_SEG_ANYWHERE;
    s->source = initrd->pa;
    s->file_size = s->mem_size = initrd->size;
    s->min = 0x100000; /* low memory is the firmware's, and Linux wants a piece of it */
    s->max = last + 1;
    s->align = BATON_PAGE_SIZE;
    return 0;
}

int segment_add_initrds(struct baton_payload *payload, const struct baton_request *request,
                        uint64_t last, struct baton_refusal *why)
{
    uint32_t number = 0;
    int error = 0;

    for (uint32_t i = 0; i < BATON_MODULES && !error; i++)
        if (request->module[i].file.size)
            error = add_initrd(payload, &request->module[i].file, number++, last, why);
    return error;
}

uint32_t baton_segment_modules(const struct baton_payload *payload, uint32_t *first)
{
    uint32_t end;

    for (*first = 0; *first < payload->segments; ++*first)
        if (payload->segment[*first].role == BATON_ROLE_MODULE)
            break;
    for (end = *first; end < payload->segments; end++)
        if (payload->segment[end].role != BATON_ROLE_MODULE)
            break;
    return end - *first;
}

struct baton_range segment_initrd_range(const struct baton_payload *payload)
{
    uint32_t first, count = baton_segment_modules(payload, &first);
    const struct baton_segment *s = &payload->segment[first];

    if (!count)
        return (struct baton_range){0, 0};
    return (struct baton_range){s->dest, s[count - 1].dest + s[count - 1].mem_size};
}

const struct baton_segment *baton_segment_find(const struct baton_payload *payload,
                                               enum baton_role role, uint32_t n)
{
    for (uint32_t i = 0; i < payload->segments; i++)
        if (payload->segment[i].role == role && n-- == 0)
            return &payload->segment[i];
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
