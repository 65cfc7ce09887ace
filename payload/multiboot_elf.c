/*
 * The ELF files that multiboot loads: ELF32 for i386, and ELF64 for x86-64 with an entry below 4
 * GiB, which is entered in 32-bit mode all the same. [ELF; MB1 3.1.2]
 */
#include "lib/text.h"
#include "payload/elf.h"
#include "payload/identify.h"
#include "payload/multiboot.h"

enum { CLASS = 4, CLASS_64 = 2, DATA = 5, DATA_LITTLE = 1 };
enum { TYPE_EXEC = 2, MACHINE_X86_64 = 62, LOAD = 1 };

struct wide_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct narrow_program {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct wide_program {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

static int read_header(const struct baton_host *host, const struct baton_file *file,
                       struct wide_header *h, struct baton_refusal *why)
{
    struct elf_header narrow;
    const char *other;

    if (!baton_file_read(host, file, 0, &narrow, sizeof(narrow)))
        return refuse(why, BATON_E_TRUNCATED, "ELF header", file->size, sizeof(narrow));
    if (narrow.ident[CLASS] == CLASS_64 && narrow.ident[DATA] == DATA_LITTLE &&
        narrow.type == TYPE_EXEC && narrow.machine == MACHINE_X86_64)
        return baton_file_read(host, file, 0, h, sizeof(*h))
                   ? 0
                   : refuse(why, BATON_E_TRUNCATED, "ELF header", file->size, sizeof(*h));
    other = identify_elf((const struct identify_elf *)&narrow);
    if (other)
        return refuse(why, BATON_E_KIND, other, 0, 0);
    *h = (struct wide_header){
        .entry = narrow.entry,
        .phoff = narrow.phoff,
        .shoff = narrow.shoff,
        .phentsize = narrow.phentsize,
        .phnum = narrow.phnum,
        .shentsize = narrow.shentsize,
        .shnum = narrow.shnum,
        .shstrndx = narrow.shstrndx,
    };
    return 0;
}

/* Reads program header number i. false: the file ends before; *end is where it would end. */
static bool read_program(const struct baton_host *host, const struct baton_file *file,
                         const struct wide_header *h, unsigned i, struct wide_program *p,
                         uint64_t *end)
{
    uint64_t at = (uint64_t)i * h->phentsize;
    struct narrow_program narrow;
    bool wide = h->ident[CLASS] == CLASS_64;

    *end = h->phoff > file->size ? h->phoff : h->phoff + at + (wide ? sizeof(*p) : sizeof(narrow));
    if (h->phoff > file->size)
        return false;
    if (wide)
        return baton_file_read(host, file, h->phoff + at, p, sizeof(*p));
    if (!baton_file_read(host, file, h->phoff + at, &narrow, sizeof(narrow)))
        return false;
    *p = (struct wide_program){narrow.type,  narrow.flags,  narrow.offset, narrow.vaddr,
                               narrow.paddr, narrow.filesz, narrow.memsz,  narrow.align};
    return true;
}

static int add_program(const struct baton_request *request, const struct wide_program *p,
                       unsigned number, struct baton_payload *payload, struct baton_refusal *why)
{
    uint64_t size = request->kernel.size;
    char what[20];
    struct text text = {what, sizeof(what), 0};

    if (p->filesz > p->memsz)
        return refuse(why, BATON_E_MOST, "p_filesz (p_memsz is the limit)", p->filesz, p->memsz);
    /* If no byte is in the file, the offset has no meaning; linkers let it point anywhere. */
    if (p->filesz && (p->offset > size || p->filesz > size - p->offset))
        return refuse(why, BATON_E_TRUNCATED, "PT_LOAD segments", size,
                      p->offset > size ? p->offset : p->offset + p->filesz);
    text_add(&text, "PT_LOAD ");
    text_decimal(&text, number);
    struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_LOAD, what);
    if (!s)
        return refuse(why, BATON_E_SEGMENTS, "PT_LOAD segments", BATON_SEGMENTS + 1,
                      BATON_SEGMENTS);
    if (p->paddr >= 1ull << 32 || p->memsz > (1ull << 32) - p->paddr)
        return refuse(why, BATON_E_TOO_HIGH, s->what, p->paddr, p->paddr + p->memsz);
    s->flags = BATON_SEG_FIXED;
    s->source = request->kernel.pa + (p->filesz ? p->offset : 0);
    s->file_size = p->filesz;
    s->mem_size = p->memsz;
    s->prefer = p->paddr;
    s->max = 1ull << 32;
    s->align = 1;
    return 0;
}

/* Where e_entry lies: in a segment's virtual range, as ELF has it, or else in a physical one. */
struct entry {
    uint64_t given, physical;
    bool is_virtual, is_physical;
};

static void look_for_entry(struct entry *entry, const struct wide_program *p)
{
    if (!entry->is_virtual && entry->given - p->vaddr < p->memsz) {
        entry->is_virtual = true;
        entry->physical = p->paddr + (entry->given - p->vaddr);
    }
    entry->is_physical |= entry->given - p->paddr < p->memsz;
}

int multiboot_add_elf(const struct baton_host *host, const struct baton_request *request,
                      struct baton_payload *payload, uint64_t *entry, struct multiboot_kept *kept,
                      struct baton_refusal *why)
{
    const struct baton_file *file = &request->kernel;
    struct wide_header h;
    int error = read_header(host, file, &h, why);

    if (error)
        return error;
    payload->long_mode = h.ident[CLASS] == CLASS_64;
    if (payload->long_mode && !request->long_mode)
        return refuse(why, BATON_E_CPU, "long mode (it is a 64-bit kernel)", 0, 0);
    size_t least = payload->long_mode ? sizeof(struct wide_program) : sizeof(struct narrow_program);
    if (h.phentsize < least)
        return refuse(why, BATON_E_LEAST, "e_phentsize", h.phentsize, least);
    struct entry found = {.given = h.entry};
    for (unsigned i = 0; i < h.phnum; i++) {
        struct wide_program p;
        uint64_t end;

        if (!read_program(host, file, &h, i, &p, &end))
            return refuse(why, BATON_E_TRUNCATED, "program headers", file->size, end);
        if (p.type != LOAD || (!p.memsz && !p.filesz))
            continue;
        error = add_program(request, &p, i, payload, why);
        if (error)
            return error;
        look_for_entry(&found, &p);
    }
    if (!found.is_virtual && !found.is_physical)
        return refuse(why, BATON_E_FIELD, "e_entry (it lies in no PT_LOAD segment)", h.entry, 0);
    kept->wide = payload->long_mode;
    kept->sections = h.shoff;
    kept->section_count = h.shnum;
    kept->section_size = h.shentsize;
    kept->section_names = h.shstrndx;
    *entry = found.is_virtual ? found.physical : found.given;
    return 0;
}
