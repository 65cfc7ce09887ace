/*
 * planner: how long Baton's load takes on this machine, the dry run included, beside a copy of the pages
 * that it plans to move. A 32-bit program with libbaton.a as a kernel has it; RAM is a mapping whose
 * addresses are the physical ones. Prints lines "name<tab>value".
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "baton.h"
#include "native.h"

#define RAM 0x10000000u
#define RAM_END 0x20000000u
#define FILE_AT (RAM + 0x01000000u)
#define FAR (RAM + 0x04000000u)
#define POOL (RAM + 0x08000000u) /* pages to allocate, from here on */
#define PAGES 8192u              /* 32 MiB that move */
#define TRAMPOLINE ((uint32_t)baton_trampoline_page)

static struct baton_memory memory = {RAM, RAM_END, BATON_MEM_USABLE};
static struct baton_host host;
static struct baton_request request;
static struct baton_payload payload;
static struct baton_image image;
static struct baton_machine machine;
static uint32_t directory[1024] __attribute__((aligned(4096)));
static uint32_t pool[(RAM_END - POOL) / PAGE], pooled;

static int alloc_page(void *ctx, uint64_t below, uint64_t *pa)
{
    (void)ctx, (void)below; /* all of RAM lies below 3 GiB */
    if (!pooled)
        return -1;
    *pa = pool[--pooled];
    return 0;
}

static void free_page(void *ctx, uint64_t pa)
{
    (void)ctx;
    pool[pooled++] = (uint32_t)pa;
}

static void *map(void *ctx, enum baton_window window, uint64_t pa)
{
    (void)ctx, (void)window;
    return (void *)(uint32_t)pa;
}

static void refused(const struct baton_refusal *why)
{
    char sentence[BATON_SENTENCE];

    baton_explain(why, sentence, sizeof(sentence));
    fprintf(stderr, "planner: %s\n", sentence);
    exit(1);
}

static void load(uint32_t expected_list)
{
    struct baton_refusal why;

    if (baton_load(&host, &request, &machine, &payload, &image, &why))
        refused(&why);
    if (image.counts.move < PAGES || image.counts.list_pages < expected_list) {
        fprintf(stderr, "planner: %llu pages move, by a list of %u pages\n",
                (unsigned long long)image.counts.move, image.counts.list_pages);
        exit(1);
    }
    baton_image_free(&image);
}

/* A file whose one segment goes to `dest`. */
static void write_file(uint32_t dest)
{
    Elf32_Ehdr *elf = (void *)FILE_AT;
    Elf32_Phdr *segment = (void *)(elf + 1);

    *elf = (Elf32_Ehdr){.e_ident = ELFMAG "\1\1\1",
                        .e_type = ET_EXEC,
                        .e_machine = EM_386,
                        .e_version = EV_CURRENT,
                        .e_entry = dest,
                        .e_phoff = sizeof(*elf),
                        .e_ehsize = sizeof(*elf),
                        .e_phentsize = sizeof(*segment),
                        .e_phnum = 1};
    *segment = (Elf32_Phdr){.p_type = PT_LOAD,
                            .p_offset = PAGE,
                            .p_vaddr = dest,
                            .p_paddr = dest,
                            .p_filesz = PAGES * PAGE,
                            .p_memsz = PAGES * PAGE,
                            .p_align = PAGE};
}

static void by_memcpy(void)
{
    memcpy((void *)FAR, (void *)(FILE_AT + PAGE), PAGES * PAGE);
}

static void in_order(void)
{
    write_file(FAR);
    load(PAGES / 1024);
}

/* Each page to the place of the next one: a word for its destination, too. */
static void page_by_page(void)
{
    write_file(FILE_AT + 2 * PAGE);
    load(2 * PAGES / 1024);
}

int main(void)
{
    static const struct way ways[] = {{"memcpy", by_memcpy, false},
                                      {"Baton's load in order", in_order, false},
                                      {"Baton's load page by page", page_by_page, false}};

    if (mmap((void *)RAM, RAM_END - RAM, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != (void *)RAM) {
        perror("planner: mmap");
        return 1;
    }
    memset((void *)RAM, 1, RAM_END - RAM);
    for (uint32_t pa = RAM_END; pa > POOL; pa -= PAGE)
        free_page(NULL, pa - PAGE);
    for (uint32_t i = 0; i < 1024; i++)
        directory[i] = i << 22 | 0xe3; /* present, writable, accessed, dirty, 4 MiB [SDM3 4.3] */
    host = (struct baton_host){.size = sizeof(host),
                               .alloc_page = alloc_page,
                               .free_page = free_page,
                               .map = map,
                               .memory = &memory,
                               .memory_count = 1,
                               .trampoline_pa = TRAMPOLINE};
    request = (struct baton_request){.size = sizeof(request),
                                     .kernel = {FILE_AT, (PAGES + 1) * PAGE},
                                     .command_line = "",
                                     .loader = "bench"};
    baton_live_read(&host, BATON_TABLES_LEGACY, (uint32_t)directory, &request.live);
    baton_machine_detect(&machine);
    compare("planning 32 MiB", ways, 3, (uint64_t)PAGES * PAGE);
    return 0;
}
