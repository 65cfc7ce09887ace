/* The headers of an ELF32 file, and its PT_LOAD segments at their physical addresses. [ELF] */
#include "payload/elf.h"

#include "lib/text.h"
#include "payload/identify.h"

struct elf_segment {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

enum { ELF_PT_LOAD = 1, ELF_PT_DYNAMIC = 2, ELF_PT_INTERP = 3 };

bool elf_is(const struct baton_host *host, const struct baton_file *file)
{
    static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
    uint8_t first[4];

    return baton_file_read(host, file, 0, first, 4) && !__builtin_memcmp(first, magic, 4);
}

/* Reads program header number i; *end: where it ends in the file, or would. */
static bool read_segment(const struct baton_host *host, const struct baton_file *file,
                         const struct elf_header *h, unsigned i, struct elf_segment *e,
                         uint64_t *end)
{
    uint64_t at = h->phoff + (uint64_t)i * h->phentsize;

    *end = at + sizeof(*e);
    return baton_file_read(host, file, at, e, sizeof(*e));
}

static bool is_loaded(const struct elf_segment *e)
{
    return e->type == ELF_PT_LOAD && (e->memsz || e->filesz);
}

static void look_for_entry(struct elf_entry *entry, const struct elf_segment *e)
{
    entry->is_physical |= entry->e_entry >= e->paddr && entry->e_entry - e->paddr < e->memsz;
    if (!entry->is_virtual && entry->e_entry >= e->vaddr && entry->e_entry - e->vaddr < e->memsz) {
        entry->is_virtual = true;
        entry->physical = e->paddr + (entry->e_entry - e->vaddr);
    }
}

bool elf_enters_physical(const struct baton_host *host, const struct baton_file *file)
{
    struct elf_header h;
    uint64_t end;

    if (!elf_is(host, file) || !baton_file_read(host, file, 0, &h, sizeof(h)) ||
        identify_elf((const struct identify_elf *)&h) || h.phentsize < sizeof(struct elf_segment))
        return false;
    struct elf_entry entry = {.e_entry = h.entry};
    for (unsigned i = 0; i < h.phnum; i++) {
        struct elf_segment e;

        if (!read_segment(host, file, &h, i, &e, &end))
            return false;
        if (is_loaded(&e))
            look_for_entry(&entry, &e);
    }
    return entry.is_physical && !entry.is_virtual;
}

static int add_segment(const struct baton_request *request, const struct elf_segment *e,
                       unsigned number, struct baton_payload *payload, struct baton_refusal *why)
{
    char what[20];
    struct text text = {what, sizeof(what), 0};

    /* If no byte is in the file, the offset has no meaning; linkers let it point anywhere. */
    if (e->filesz && (uint64_t)e->offset + e->filesz > request->kernel.size)
        return refuse(why, BATON_E_TRUNCATED, "PT_LOAD segments", request->kernel.size,
                      (uint64_t)e->offset + e->filesz);
    if (e->filesz > e->memsz)
        return refuse(why, BATON_E_MOST, "p_filesz (p_memsz is the limit)", e->filesz, e->memsz);
    text_add(&text, "PT_LOAD ");
    text_decimal(&text, number);
    struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_LOAD, what);
    if (!s)
        return refuse(why, BATON_E_SEGMENTS, "PT_LOAD segments", BATON_SEGMENTS + 1,
                      BATON_SEGMENTS);
    s->flags = BATON_SEG_FIXED;
    s->source = request->kernel.pa + (e->filesz ? e->offset : 0);
    s->file_size = e->filesz;
    s->mem_size = e->memsz;
    s->prefer = e->paddr;
    s->max = 1ull << 32;
    s->align = 1;
    return 0;
}

int elf_add_segments(const struct baton_host *host, const struct baton_request *request,
                     struct baton_payload *payload, struct elf_entry *entry,
                     struct baton_refusal *why)
{
    const struct baton_file *file = &request->kernel;
    const char *other = identify(host, file); /* another machine's, of another type */
    struct elf_header h;
    int error = 0;

    if (other)
        return refuse(why, BATON_E_KIND, other, 0, 0);
    if (!baton_file_read(host, file, 0, &h, sizeof(h)))
        return refuse(why, BATON_E_TRUNCATED, "ELF header", file->size, sizeof(h));
    if (h.phentsize < sizeof(struct elf_segment))
        return refuse(why, BATON_E_LEAST, "e_phentsize", h.phentsize, sizeof(struct elf_segment));
    *entry = (struct elf_entry){.e_entry = h.entry};
    for (unsigned i = 0; i < h.phnum && !error; i++) {
        struct elf_segment e;
        uint64_t end;

        if (!read_segment(host, file, &h, i, &e, &end))
            return refuse(why, BATON_E_TRUNCATED, "program headers", file->size, end);
        if (e.type == ELF_PT_DYNAMIC || e.type == ELF_PT_INTERP)
            return refuse(why, BATON_E_KIND,
                          "a dynamically linked ELF program; Baton starts static executables", 0,
                          0);
        if (!is_loaded(&e))
            continue;
        error = add_segment(request, &e, i, payload, why);
        look_for_entry(entry, &e);
    }
    return error;
}
