/*
 * The section headers of an ELF kernel. Sections that are no part of the running image, such as the
 * symbol table, lie in one piece of the file, which goes along as a segment; the copies of their
 * headers say where it then lies. [MB1 3.3 syms, MB2 3.6.7, ELF]
 *
 * The bytes of the headers are content of the file: only copied, in finish(), and no decision
 * depends on them. An address in them never leaves the piece.
 */
#include "payload/multiboot/multiboot.h"

#define TABLE_MOST 8192u    /* bytes; a kernel has less than half of that */
#define PIECE_MIN 0x100000u /* low memory is the firmware's */

enum { TYPE_NULL = 0, TYPE_NOBITS = 8, FLAG_ALLOC = 2 };

/* The fields of a section header by their offset, for ELF32 and ELF64. */
struct layout {
    unsigned size, flags, address, offset, length, word;
};

static const struct layout narrow = {40, 8, 12, 16, 20, 4}, wide = {64, 8, 16, 24, 32, 8};

static uint64_t field(const uint8_t *header, unsigned at, unsigned size)
{
    uint64_t value = 0;

    while (size--)
        value = value << 8 | header[at + size];
    return value;
}

/* Is it a section with bytes in the file that no PT_LOAD has loaded? Then [*start, *end) of the
 * file. */
static bool is_apart(const struct layout *layout, const uint8_t *header, uint64_t *start,
                     uint64_t *end)
{
    uint64_t type = field(header, 4, 4);

    *start = field(header, layout->offset, layout->word);
    *end = *start + field(header, layout->length, layout->word);
    return type != TYPE_NULL && type != TYPE_NOBITS && *end != *start &&
           !(field(header, layout->flags, layout->word) & FLAG_ALLOC);
}

/* The part of the file that holds all of them. false: a header is not as it should be. */
static bool find_piece(const struct baton_host *host, const struct baton_file *file,
                       const struct multiboot_kept *kept, struct baton_range *piece)
{
    const struct layout *layout = kept->wide ? &wide : &narrow;
    uint8_t header[64];

    *piece = (struct baton_range){UINT64_MAX, 0};
    if (kept->section_size != layout->size || kept->section_names >= kept->section_count ||
        (uint32_t)kept->section_count * kept->section_size > TABLE_MOST)
        return false;
    for (uint32_t i = 0; i < kept->section_count; i++) {
        uint64_t start, end;

        if (!baton_file_read(host, file, kept->sections + (uint64_t)i * kept->section_size, header,
                             layout->size))
            return false;
        if (!is_apart(layout, header, &start, &end))
            continue;
        if (end < start || end > file->size)
            return false;
        piece->start = start < piece->start ? start : piece->start;
        piece->end = end > piece->end ? end : piece->end;
    }
    return true;
}

int multiboot_add_sections(const struct baton_host *host, const struct baton_request *request,
                           struct baton_payload *payload, struct multiboot_kept *kept,
                           struct baton_refusal *why)
{
    const struct baton_file *file = &request->kernel;
    struct baton_range piece;

    if (!kept->section_count)
        return 0;
    if (kept->sections > file->size || !find_piece(host, file, kept, &piece)) {
        kept->section_count = 0;
        return 0;
    }
    if (piece.start >= piece.end)
        return 0;
    uint64_t before = (file->pa + piece.start) & BATON_PAGE_MASK; /* so that it can stay */
    kept->piece = before <= piece.start ? piece.start - before : 0;

    struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_SECTIONS, "ELF sections");
    if (!s)
        return refuse(why, BATON_E_SEGMENTS, "segments", BATON_SEGMENTS + 1, BATON_SEGMENTS);
    /* As low as can be, though it could stay: a kernel takes its first memory around the piece, and
     * must find a large part of it undivided. */
    s->flags = BATON_SEG_INPLACE;
    s->source = file->pa + kept->piece;
    s->file_size = s->mem_size = piece.end - kept->piece;
    s->prefer = s->min = PIECE_MIN;
    s->max = 1ull << 32;
    s->align = BATON_PAGE_SIZE;
    return 0;
}

void multiboot_put_sections(struct multiboot_block *block, const struct baton_request *request,
                            const struct multiboot_kept *kept)
{
    const struct layout *layout = kept->wide ? &wide : &narrow;
    const struct baton_segment *piece = baton_segment_find(block->payload, BATON_ROLE_SECTIONS, 0);
    uint8_t header[64];

    for (uint32_t i = 0; i < kept->section_count; i++) {
        uint64_t start, end, at = kept->sections + (uint64_t)i * kept->section_size;

        baton_file_read(block->host, &request->kernel, at, header, layout->size);
        if (piece && is_apart(layout, header, &start, &end) && start >= kept->piece &&
            start - kept->piece < piece->mem_size) {
            uint64_t address = piece->dest + (start - kept->piece);

            for (unsigned k = 0; k < layout->word; k++)
                header[layout->address + k] = (uint8_t)(address >> 8 * k);
        }
        multiboot_put(block, header, layout->size);
    }
}
