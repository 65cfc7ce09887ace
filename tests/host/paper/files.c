/* The headers, field by field. [LBP: The real-mode kernel header; ELF: figure 1-3, 2-1] */
#include "tests/host/paper/files.h"

#include <string.h>

static void put(uint64_t at, unsigned size, uint64_t value)
{
    uint8_t bytes[8];

    for (unsigned i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    machine_write(at, bytes, size);
}

const struct bzimage_fields bzimage_usual = {
    .setup_sects = 27,
    .kernel_size = 0x21230,
    .boot_flag = 0xaa55,
    .magic = 0x53726448,
    .jump = 0x6a,
    .protocol = 0x020f,
    .loadflags = 0x81, /* loaded high; a heap, which Baton has not */
    .initrd_addr_max = 0x37ffffff,
    .alignment = 0x1000000,
    .relocatable = 1,
    .cmdline_size = 2047,
    .pref_address = 0x1000000,
    .init_size = 0x400000,
    .version = "6.1.0-50-686-pae (somebody@somewhere) #1 SMP",
};

struct baton_file bzimage_make(struct machine *m, uint64_t pa, const struct bzimage_fields *f)
{
    uint64_t setup = ((f->setup_sects ? f->setup_sects : 4) + 1) * 512;
    struct baton_file file = machine_file(m, pa, setup + f->kernel_size);

    put(pa + 0x1f1, 1, f->setup_sects);
    put(pa + 0x1f4, 4, f->syssize ? f->syssize : (f->kernel_size + 15) / 16);
    put(pa + 0x1fe, 2, f->boot_flag);
    put(pa + 0x200, 1, 0xeb);
    put(pa + 0x201, 1, f->jump);
    put(pa + 0x202, 4, f->magic);
    put(pa + 0x206, 2, f->protocol);
    put(pa + 0x20e, 2, f->version ? 0x300 : 0);
    if (f->version)
        machine_write(pa + 0x500, f->version, strlen(f->version) + 1);
    put(pa + 0x211, 1, f->loadflags);
    put(pa + 0x22c, 4, f->initrd_addr_max);
    put(pa + 0x230, 4, f->alignment);
    put(pa + 0x234, 1, f->relocatable);
    put(pa + 0x235, 1, f->min_alignment);
    put(pa + 0x236, 2, f->xloadflags);
    put(pa + 0x238, 4, f->cmdline_size);
    put(pa + 0x258, 8, f->pref_address);
    put(pa + 0x260, 4, f->init_size);
    return file;
}

const struct elf_fields elf_usual = {
    .class = 1,
    .data = 1,
    .type = 2,
    .machine = 3,
    .entry = 0xc0200010,
    .phoff = 52,
    .phentsize = 32,
    .loads = 2,
    .load = {{1, 0x1000, 0xc0200000, 0x200000, 0x3000, 0x3000},
             {1, 0x4000, 0xc0203000, 0x203000, 0x1234, 0x9000}},
};

struct baton_file elf_make(struct machine *m, uint64_t pa, uint64_t size,
                           const struct elf_fields *f)
{
    static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};
    struct baton_file file = machine_file(m, pa, size);

    machine_write(pa, magic, 4);
    put(pa + 4, 1, f->class);
    put(pa + 5, 1, f->data);
    put(pa + 16, 2, f->type);
    put(pa + 18, 2, f->machine);
    put(pa + 24, 4, f->entry);
    put(pa + 28, 4, f->phoff);
    put(pa + 42, 2, f->phentsize);
    put(pa + 44, 2, f->loads);
    for (uint32_t i = 0; i < f->loads && i < 100; i++) {
        uint64_t at = pa + f->phoff + (uint64_t)i * f->phentsize;
        const struct elf_load *l = &f->load[i];
        const uint32_t words[] = {l->type,   l->offset, l->vaddr, l->paddr,
                                  l->filesz, l->memsz,  7,        0x1000};

        if (at + 32 <= pa + size)
            for (unsigned k = 0; k < 8; k++)
                put(at + 4 * k, 4, words[k]);
    }
    return file;
}

const struct elf64_fields elf64_usual = {
    .type = 2,
    .machine = 62,
    .entry = 0xffffffff80200010,
    .phoff = 64,
    .phentsize = 56,
    .loads = 2,
    .load = {{1, 0x1000, 0xffffffff80200000, 0x200000, 0x3000, 0x3000},
             {1, 0x4000, 0xffffffff80203000, 0x203000, 0x1234, 0x9000}},
};

struct baton_file elf64_make(struct machine *m, uint64_t pa, uint64_t size,
                             const struct elf64_fields *f)
{
    static const uint8_t ident[6] = {0x7f, 'E', 'L', 'F', 2, 1};
    struct baton_file file = machine_file(m, pa, size);

    machine_write(pa, ident, sizeof(ident));
    put(pa + 16, 2, f->type);
    put(pa + 18, 2, f->machine);
    put(pa + 24, 8, f->entry);
    put(pa + 32, 8, f->phoff);
    put(pa + 54, 2, f->phentsize);
    put(pa + 56, 2, f->loads);
    for (uint32_t i = 0; i < f->loads && i < 100; i++) {
        uint64_t offset = f->phoff + (uint64_t)i * f->phentsize, at = pa + offset;
        const struct elf64_load *l = &f->load[i];
        const uint64_t words[] = {l->offset, l->vaddr, l->paddr, l->filesz, l->memsz, 0x1000};

        if (f->phoff > size || offset + 56 > size)
            continue;
        put(at, 4, l->type);
        put(at + 4, 4, 7);
        for (unsigned k = 0; k < 6; k++)
            put(at + 8 + 8 * k, 8, words[k]);
    }
    return file;
}
