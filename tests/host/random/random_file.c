/* See random_file.h. */
#include "tests/host/random/random_file.h"

#include "tests/host/paper/files.h"

#include <string.h>

#define PAGE ((uint64_t)BATON_PAGE_SIZE)
#define MIB 0x100000ull
#define HEADER 0x400u /* of a multiboot kernel: behind the program headers */

static void stage_bzimage(struct dice *d, struct journey *j, uint64_t at)
{
    static const uint8_t jumps[16] = {
        [2] = 0x2a, [3] = 0x2e,  [4] = 0x2e,  [5] = 0x36,  [6] = 0x3a,  [7] = 0x46,  [8] = 0x4e,
        [9] = 0x56, [10] = 0x62, [11] = 0x66, [12] = 0x66, [13] = 0x66, [14] = 0x66, [15] = 0x6a};
    uint32_t minor = 2 + (uint32_t)dice_roll(d, 14);
    struct bzimage_fields f = bzimage_usual;

    f.protocol = 0x0200 + minor;
    f.jump = jumps[minor];
    f.setup_sects = (uint32_t)dice_roll(d, 40);
    f.kernel_size = 1 + dice_roll(d, dice_once(d, 4) ? 2 * MIB : 64 * PAGE);
    f.relocatable = (uint32_t)dice_roll(d, 3);
    f.alignment = 0x1000u << dice_roll(d, 12);
    f.pref_address =
        (1 + dice_roll(d, 24)) * (dice_once(d, 2) ? MIB : 0x1000 * (1 + dice_roll(d, 99)));
    f.init_size = (uint32_t)(f.kernel_size + dice_roll(d, 3 * MIB));
    f.xloadflags = dice_once(d, 4);
    f.min_alignment = dice_once(d, 2) ? (uint32_t)dice_roll(d, 28) : 0;
    f.initrd_addr_max = dice_once(d, 4) ? (uint32_t)dice_roll(d, 32 * MIB) : 0x37ffffff;
    f.version = dice_once(d, 2) ? bzimage_usual.version : NULL;
    if (f.setup_sects < 2 && f.setup_sects)
        f.version = NULL; /* it would lie in the kernel */
    j->request.long_mode = !dice_once(d, 8);
    j->request.kernel = bzimage_make(&j->machine, at, &f);
}

/* The segments of an ELF file of `size` bytes at `at`. */
static void draw_loads(struct dice *d, uint64_t at, uint64_t size, struct elf_fields *f)
{
    uint64_t paddr = dice_once(d, 2) ? MIB * (1 + dice_roll(d, 8)) : baton_page_down(at);

    f->loads = 1 + (uint32_t)dice_roll(d, 9);
    for (uint32_t i = 0; i < f->loads; i++) {
        struct elf_load *l = &f->load[i];

        l->type = dice_once(d, 12) ? 4 : 1;
        l->offset = (uint32_t)dice_roll(d, size);
        l->filesz = (uint32_t)dice_roll(d, size - l->offset + 1);
        if (dice_once(d, 2))
            l->filesz %= 0x6000;
        l->memsz = l->filesz + (uint32_t)(dice_once(d, 2) ? dice_roll(d, 0x5000) : 0);
        if (!dice_once(d, 4)) /* as linkers do it: congruent */
            paddr += (l->offset - paddr) & 0xfff;
        l->paddr = (uint32_t)paddr;
        l->vaddr = 0xc0000000u + l->paddr;
        paddr += l->memsz + dice_roll(d, 3) * dice_roll(d, 0x3000);
        if (dice_once(d, 8))
            paddr = MIB * (1 + dice_roll(d, 20));
    }
    f->entry = f->load[0].vaddr;
}

static uint64_t draw_size(struct dice *d)
{
    return PAGE + dice_roll(d, 100 * PAGE);
}

static void stage_elf(struct dice *d, struct journey *j, uint64_t at)
{
    uint64_t size = draw_size(d);
    struct elf_fields f = elf_usual;

    draw_loads(d, at, size, &f);
    j->request.kernel = elf_make(&j->machine, at, size, &f);
}

static void stage_elf64(struct dice *d, struct journey *j, uint64_t at)
{
    uint64_t size = draw_size(d), high = dice_once(d, 2) ? 0xffffffff00000000ull : 0;
    struct elf_fields narrow = elf_usual;
    struct elf64_fields f = elf64_usual;

    draw_loads(d, at, size, &narrow);
    f.loads = narrow.loads;
    for (uint32_t i = 0; i < f.loads; i++) {
        const struct elf_load *l = &narrow.load[i];

        f.load[i] = (struct elf64_load){l->type,  l->offset, high + l->vaddr,
                                        l->paddr, l->filesz, l->memsz};
    }
    f.entry = high + narrow.entry;
    j->request.long_mode = !dice_once(d, 8);
    j->request.kernel = elf64_make(&j->machine, at, size, &f);
}

static void stage_flat(struct dice *d, struct journey *j, uint64_t at)
{
    uint64_t size = draw_size(d);

    j->request.type = "flat";
    j->request.flat.load = dice_once(d, 2) ? at + dice_roll(d, 9) * PAGE : dice_roll(d, 8 * MIB);
    j->request.flat.entry =
        dice_once(d, 2) ? 0 : j->request.flat.load + dice_roll(d, size + size / 8);
    j->request.kernel = machine_file(&j->machine, at, size);
}

/* Words at HEADER, the third of them with a sum of 0. */
static void put_header(uint64_t at, uint32_t *words, unsigned n, unsigned sum)
{
    for (unsigned i = 0; i < sum; i++)
        words[sum] -= words[i];
    machine_write(at + HEADER, words, n * sizeof(*words));
}

/* Without an executable format, by the address fields. */
static void stage_addresses(struct dice *d, struct journey *j, uint64_t at)
{
    uint64_t size = draw_size(d);
    uint32_t start = (uint32_t)dice_roll(d, HEADER + 1), load = (uint32_t)dice_roll(d, 9 * MIB);
    uint32_t end = load + (uint32_t)(size - start);
    uint32_t words[] = {0x1badb002,
                        1u << 16,
                        0,
                        load + HEADER - start,
                        load,
                        dice_once(d, 3) ? 0 : end,
                        dice_once(d, 3) ? 0 : end + (uint32_t)dice_roll(d, 9 * PAGE),
                        load + (uint32_t)dice_roll(d, size)};

    j->request.kernel = machine_file(&j->machine, at, size);
    put_header(at, words, 8, 2);
}

/* An ELF file of either class, or no ELF file at all, with a header of multiboot 1. */
static void stage_multiboot1(struct dice *d, struct journey *j, uint64_t at)
{
    uint32_t words[] = {0x1badb002, (uint32_t)dice_roll(d, 4), 0};

    if (dice_once(d, 3)) {
        stage_addresses(d, j, at);
        return;
    }
    dice_once(d, 4) ? stage_elf64(d, j, at) : stage_elf(d, j, at);
    put_header(at, words, 3, 2);
}

/* One in two relocatable. [MB2 3.1.12] */
static void stage_multiboot2(struct dice *d, struct journey *j, uint64_t at)
{
    uint32_t tail[] = {10,  24, (uint32_t)dice_roll(d, 4 * MIB),    (uint32_t)dice_roll(d, 32 * MIB),
                       0x1000u << dice_roll(d, 9), (uint32_t)dice_roll(d, 3), 0, 8};
    unsigned skip = dice_once(d, 2) ? 6 : 0;
    uint32_t words[12] = {0xe85250d6, 0, 16 + (8 - skip) * 4, 0};

    memcpy(words + 4, tail + skip, (8 - skip) * sizeof(*tail));
    dice_once(d, 4) ? stage_elf64(d, j, at) : stage_elf(d, j, at);
    put_header(at, words, 12 - skip, 3);
}

enum random_told random_file(struct dice *d, struct journey *j, uint64_t at)
{
    if (dice_once(d, 2)) {
        stage_bzimage(d, j, at);
        return TOLD_OTHERWISE;
    }
    switch (dice_roll(d, 6)) {
    case 0:
        stage_elf64(d, j, at);
        return TOLD_OTHERWISE;
    case 1:
        stage_flat(d, j, at);
        return TOLD_OTHERWISE;
    case 2:
        stage_multiboot1(d, j, at);
        return TOLD_MULTIBOOT1;
    case 3:
        stage_multiboot2(d, j, at);
        return TOLD_MULTIBOOT2;
    default:
        stage_elf(d, j, at);
        return TOLD_OTHERWISE;
    }
}
