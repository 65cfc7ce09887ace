/*
 * Who handed the machine over, as text, one fact per line, in a node of setup_data. Linux shows it
 * at /sys/kernel/boot_params/setup_data/. It is not added to the command line, because the command
 * line is the user's.
 */
#include "payload/bootparams.h"

#include "lib/text.h"
#include "pagetable/format.h"

#define LOADER_MOST 255 /* characters of the boot loader's name */
#define HEAD_MOST 512   /* bytes of the node and of all lines before the memory map */
#define LINE 80         /* bytes of a line, without the boot loader's name */

struct writer {
    const struct baton_host *host;
    const struct baton_payload *payload;
    const struct baton_segment *area; /* NULL: only count */
    uint32_t length;                  /* of the text so far */
};

static void write(struct writer *w, const char *text, size_t n)
{
    if (w->area)
        baton_area_write(w->host, w->payload, w->area, sizeof(struct setup_data) + w->length, text,
                         n);
    w->length += (uint32_t)n;
}

static void write_loader(struct writer *w, const char *loader)
{
    size_t n = string_length(loader);

    write(w, "loader ", 7);
    write(w, loader, n < LOADER_MOST ? n : LOADER_MOST);
    write(w, "\n", 1);
}

static void write_tables(struct writer *w, const struct baton_live *live)
{
    char line[LINE];
    struct text text = {line, sizeof(line), 0};

    text_add(&text, "tables ");
    text_add(&text, pt_format_of(live->kind)->name);
    text_add(&text, " root ");
    text_address(&text, live->root);
    text_add(&text, " pages ");
    text_decimal(&text, live->tables);
    text_add(&text, " checksum ");
    text_address(&text, live->checksum);
    text_char(&text, '\n');
    write(w, line, text.length);
}

static void write_trampoline(struct writer *w, const struct baton_image *image)
{
    char line[LINE];
    struct text text = {line, sizeof(line), 0};

    text_add(&text, "trampoline ");
    text_address(&text, image->trampoline_va);
    text_char(&text, ' ');
    text_address(&text, image->control);
    text_char(&text, '\n');
    write(w, line, text.length);
}

static void write_map(struct writer *w, struct payload_map map)
{
    for (uint32_t i = 0; i < map.count; i++) {
        char line[LINE];
        struct text text = {line, sizeof(line), 0};

        text_add(&text, "map ");
        text_address(&text, map.entry[i].start);
        text_char(&text, ' ');
        text_address(&text, map.entry[i].end);
        text_char(&text, ' ');
        text_decimal(&text, map.entry[i].type);
        text_char(&text, '\n');
        write(w, line, text.length);
    }
}

uint64_t linux_record_size(struct payload_map map)
{
    struct writer counts = {.length = HEAD_MOST};

    write_map(&counts, map);
    return counts.length;
}

void linux_record_write(const struct baton_image *image, const struct baton_request *request,
                        const struct baton_payload *payload, uint64_t next)
{
    const struct baton_segment *area = baton_segment_find(payload, BATON_ROLE_RECORD, 0);
    struct writer w = {image->host, payload, area, 0};
    static const char version[] = "baton " BATON_VERSION "\n";

    write(&w, version, sizeof(version) - 1);
    write_loader(&w, request->loader);
    write_tables(&w, &request->live);
    write_trampoline(&w, image);
    write_map(&w, map_of(image->host, request));

    struct setup_data node = {next, BATON_RECORD_MAGIC, w.length};
    baton_area_write(image->host, payload, area, 0, &node, sizeof(node));
}
