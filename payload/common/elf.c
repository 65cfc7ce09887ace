/* The headers of an ELF file of either class, and its PT_LOAD segments at their physical addresses.
 * [ELF] */
#include "payload/common/elf.h"

#include "lib/text.h"
#include "payload/common/identify.h"
#include "payload/common/record.h"

#define FOUR_GIB (1ull << 32)

struct elf32_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf64_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf32_segment {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct elf64_segment {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

_Static_assert(sizeof(struct elf32_header) == 52 && sizeof(struct elf64_header) == 64, "headers");
_Static_assert(sizeof(struct elf32_segment) == 32 && sizeof(struct elf64_segment) == 56,
               "segments");

/* What is used of a header, and the class that tells how the segments are stored. */
struct elf {
    bool wide;
    uint64_t phoff;
    uint16_t phentsize, phnum;
    struct elf_entry entry;
};

enum { ELF_CLASS = 4, ELF_CLASS_64 = 2 };
enum { ELF_PT_LOAD = 1, ELF_PT_DYNAMIC = 2, ELF_PT_INTERP = 3 };

bool elf_is(const struct baton_host *host, const struct baton_file *file)
{
    static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
    uint8_t first[4];

    return baton_file_read(host, file, 0, first, 4) && !__builtin_memcmp(first, magic, 4);
}

bool elf_is_wide(const struct baton_host *host, const struct baton_file *file)
{
    uint8_t class;

    return elf_is(host, file) && baton_file_read(host, file, ELF_CLASS, &class, 1) &&
           class == ELF_CLASS_64;
}

static size_t header_size(bool wide)
{
    return wide ? sizeof(struct elf64_header) : sizeof(struct elf32_header);
}

static size_t segment_size(bool wide)
{
    return wide ? sizeof(struct elf64_segment) : sizeof(struct elf32_segment);
}

/* The fields of a header of either class. */
#define ELF_OF(h, is_wide)                                                                         \
    (struct elf)                                                                                   \
    {                                                                                              \
        .wide = (is_wide), .phoff = (h).phoff, .phentsize = (h).phentsize, .phnum = (h).phnum,     \
        .entry = {.e_entry = (h).entry,                                                            \
                  .sections = (h).shoff,                                                           \
                  .section_size = (h).shentsize,                                                   \
                  .section_count = (h).shnum,                                                      \
                  .section_names = (h).shstrndx},                                                  \
    }

static bool read_header(const struct baton_host *host, const struct baton_file *file,
                        struct elf *elf)
{
    union {
        struct elf32_header narrow;
        struct elf64_header wide;
    } h;
    bool wide = elf_is_wide(host, file);

    if (!baton_file_read(host, file, 0, &h, header_size(wide)))
        return false;
    *elf = wide ? ELF_OF(h.wide, true) : ELF_OF(h.narrow, false);
    return true;
}

/* Reads program header number i, of either class; *end: where it ends in the file, or would. */
static bool read_segment(const struct baton_host *host, const struct baton_file *file,
                         const struct elf *elf, unsigned i, struct elf64_segment *e, uint64_t *end)
{
    uint64_t at = (uint64_t)i * elf->phentsize;
    struct elf32_segment n;

    *end = UINT64_MAX;
    if (elf->phoff > file->size) /* so that the sum does not wrap around (H10) */
        return false;
    at += elf->phoff;
    *end = at + segment_size(elf->wide);
    if (elf->wide)
        return baton_file_read(host, file, at, e, sizeof(*e));
    if (!baton_file_read(host, file, at, &n, sizeof(n)))
        return false;
    *e = (struct elf64_segment){n.type,  n.flags,  n.offset, n.vaddr,
                                n.paddr, n.filesz, n.memsz,  n.align};
    return true;
}

static bool is_loaded(const struct elf64_segment *e)
{
    return e->type == ELF_PT_LOAD && (e->memsz || e->filesz);
}

static void look_for_entry(struct elf_entry *entry, const struct elf64_segment *e)
{
    entry->is_physical |= entry->e_entry >= e->paddr && entry->e_entry - e->paddr < e->memsz;
    if (!entry->is_virtual && entry->e_entry >= e->vaddr && entry->e_entry - e->vaddr < e->memsz) {
        entry->is_virtual = true;
        entry->physical = e->paddr + (entry->e_entry - e->vaddr);
    }
}

bool elf_enters_physical(const struct baton_host *host, const struct baton_file *file)
{
    struct identify_elf first;
    struct elf elf;
    uint64_t end;

    if (!elf_is(host, file) || !read_header(host, file, &elf) || elf.wide ||
        !baton_file_read(host, file, 0, &first, sizeof(first)) || identify_elf(&first) ||
        elf.phentsize < segment_size(elf.wide))
        return false;
    for (unsigned i = 0; i < elf.phnum; i++) {
        struct elf64_segment e;

        if (!read_segment(host, file, &elf, i, &e, &end))
            return false;
        if (is_loaded(&e))
            look_for_entry(&elf.entry, &e);
    }
    return elf.entry.is_physical && !elf.entry.is_virtual;
}

/* Sums of 64-bit fields are taken only where they cannot wrap around (H10). */
static int check_segment(const struct baton_file *file, const struct elf64_segment *e,
                         struct baton_refusal *why)
{
    /* If no byte is in the file, the offset has no meaning; linkers let it point anywhere. */
    if (e->filesz && (e->offset > file->size || e->filesz > file->size - e->offset))
        return refuse(why, BATON_E_TRUNCATED, "PT_LOAD segments", file->size,
                      e->offset > UINT64_MAX - e->filesz ? UINT64_MAX : e->offset + e->filesz);
    if (e->filesz > e->memsz)
        return refuse(why, BATON_E_MOST, "p_filesz (p_memsz is the limit)", e->filesz, e->memsz);
    if (e->memsz > FOUR_GIB || e->paddr > FOUR_GIB) /* what is below, baton_place() compares */
        return refuse(why, BATON_E_TOO_HIGH, "PT_LOAD", e->paddr,
                      e->paddr > UINT64_MAX - e->memsz ? UINT64_MAX : e->paddr + e->memsz);
    return 0;
}

static int add_segment(const struct baton_request *request, const struct elf64_segment *e,
                       unsigned number, struct baton_payload *payload, struct baton_refusal *why)
{
    char what[20];
    struct text text = {what, sizeof(what), 0};
    int error = check_segment(&request->kernel, e, why);

    if (error)
        return error;
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
    s->max = FOUR_GIB;
    s->align = 1;
    return 0;
}

int elf_add_segments(const struct baton_host *host, const struct baton_request *request,
                     struct baton_payload *payload, struct elf_entry *entry,
                     struct baton_refusal *why)
{
    const struct baton_file *file = &request->kernel;
    const char *other = identify(host, file); /* another machine's, of another type */
    struct elf elf;
    int error = 0;

    if (other)
        return refuse(why, BATON_E_KIND, other, 0, 0);
    if (!read_header(host, file, &elf))
        return refuse(why, BATON_E_TRUNCATED, "ELF header", file->size,
                      header_size(elf_is_wide(host, file)));
    if (elf.phentsize < segment_size(elf.wide))
        return refuse(why, BATON_E_LEAST, "e_phentsize", elf.phentsize, segment_size(elf.wide));
    *entry = elf.entry;
    for (unsigned i = 0; i < elf.phnum && !error; i++) {
        struct elf64_segment e;
        uint64_t end;

        if (!read_segment(host, file, &elf, i, &e, &end))
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

int elf_read(const struct baton_host *host, const struct baton_request *request, const char *kind,
             struct baton_payload *payload, struct baton_refusal *why)
{
    struct text name = {payload->name, sizeof(payload->name), 0};
    struct text text = {payload->kind, sizeof(payload->kind), 0};
    struct elf_entry entry;
    int error = elf_add_segments(host, request, payload, &entry, why);

    if (error)
        return error;
    if (!entry.is_virtual)
        return refuse(why, BATON_E_FIELD, "e_entry (it lies in no PT_LOAD segment)", entry.e_entry,
                      0);
    payload->entry.registers.eip = (uint32_t)entry.physical; /* segments end below 4 GiB */
    text_add(&name, "a kernel");
    text_add(&text, kind);
    return record_add(host, request, payload, why);
}
