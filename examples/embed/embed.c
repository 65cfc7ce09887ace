/*
 * A second kernel that hands over with Baton's core, and shares nothing else with Baton: linked at
 * 2 MiB, identity-mapped with 4 MiB pages, a stack of free pages for an allocator. It is what an
 * OS developer writes; docs/embedding.md goes through it.
 */
#include "embed.h"

struct multiboot { /* [MB1 3.3] */
    uint32_t flags, mem[2], device, cmdline, mods_count, mods, syms[4], mmap_length, mmap;
};
struct multiboot_module {
    uint32_t start, end, string, reserved;
};
struct __attribute__((packed)) multiboot_range {
    uint32_t size;
    uint64_t base, length;
    uint32_t type;
};

#define LOW 0x800000u /* pages below belong to the kernel and its modules' neighbours */

static uint32_t directory[1024] __attribute__((aligned(4096)));
static struct baton_memory memory[RANGES];
static uint32_t memory_count;
static uint32_t free_page_list; /* the first free page; each holds the address of the next */
static struct baton_payload payload;
static struct baton_image image;
extern char embed_end[];
void embed_main(const struct multiboot *mb);
void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* ---- what any freestanding kernel has */

void *memcpy(void *to, const void *from, size_t n)
{
    void *at = to;
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(n) : : "memory");
    return to;
}

void *memset(void *to, int value, size_t n)
{
    void *at = to;
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(n) : "a"(value) : "memory");
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    for (const uint8_t *x = a, *y = b; n--; x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

static void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

void say(const char *text)
{
    for (; *text; text++)
        out8(0x3f8, (uint8_t)*text);
}

void stop(void)
{
    out8(0xf4, 0x10); /* isa-debug-exit, where there is one */
    for (;;)
        __asm__ volatile("cli; hlt");
}

/* Everything below 4 GiB at its own address, in 4 MiB pages. */
static void paging_start(void)
{
    for (uint32_t i = 0; i < 1024; i++)
        directory[i] = i << 22 | 0xe3; /* present, writable, accessed, dirty, large */
    __asm__ volatile("movl %%cr4, %%eax; orl $0x10, %%eax; movl %%eax, %%cr4; movl %0, %%cr3;"
                     "movl %%cr0, %%eax; orl $0x80000000, %%eax; movl %%eax, %%cr0"
                     :
                     : "r"(directory)
                     : "eax", "memory");
}

/* ---- what Baton's core asks for */

static int alloc_page(void *ctx, uint64_t below, uint64_t *pa)
{
    (void)ctx;
    if (!free_page_list || free_page_list + BATON_PAGE_SIZE > below)
        return -1;
    *pa = free_page_list;
    free_page_list = *(uint32_t *)free_page_list;
    return 0;
}

static void free_page(void *ctx, uint64_t pa)
{
    (void)ctx;
    *(uint32_t *)(uint32_t)pa = free_page_list;
    free_page_list = (uint32_t)pa;
}

static void *map(void *ctx, enum baton_window window, uint64_t pa)
{
    (void)ctx, (void)window; /* all of memory is mapped: no window is needed */
    return (void *)(uint32_t)pa;
}

/* ---- this kernel's own business */

/* The loader's map, as it is: this example trusts it to be sorted, as QEMU's and GRUB's are. */
static void read_memory(const struct multiboot *mb)
{
    for (uint32_t at = mb->mmap; at < mb->mmap + mb->mmap_length && memory_count < RANGES;) {
        const struct multiboot_range *r = (const void *)at;

        memory[memory_count++] = (struct baton_memory){r->base, r->base + r->length, r->type};
        at += r->size + 4;
    }
}

/* The free pages: usable, and above the modules. All of them, so that the core finds some that the
 * next kernel does not use. */
static void free_pages(uint32_t from)
{
    for (uint32_t i = 0; i < memory_count; i++)
        for (uint64_t pa = baton_page_up(memory[i].start);
             memory[i].type == BATON_MEM_USABLE && pa + BATON_PAGE_SIZE <= memory[i].end;
             pa += BATON_PAGE_SIZE)
            if (pa >= from && pa < 0xc0000000u)
                free_page(NULL, pa);
}

/* "crash" at the end of this kernel's own command line: it crashes, with a capture kernel loaded. */
static bool is_to_crash(const struct multiboot *mb)
{
    const char *at = (const char *)mb->cmdline, *end = at;

    while (*end)
        end++;
    return end - at > 6 && memcmp(end - 6, " crash", 6) == 0;
}

void embed_main(const struct multiboot *mb)
{
    const struct multiboot_module *module = (const void *)mb->mods;
    const struct baton_range keep = {(uint32_t)directory, (uint32_t)directory + sizeof(directory)};
    uint32_t end = LOW;
    char sentence[BATON_SENTENCE];

    if (!mb->mods_count) {
        say("embed: no module\r\n");
        stop();
    }
    paging_start();
    read_memory(mb);
    for (uint32_t i = 0; i < mb->mods_count; i++)
        if (module[i].end > end)
            end = module[i].end;
    free_pages((uint32_t)baton_page_up(end));

    static struct baton_host host; /* an image keeps its address */
    host = (struct baton_host){
        .size = sizeof(host),
        .alloc_page = alloc_page,
        .free_page = free_page,
        .map = map,
        .memory = memory,
        .memory_count = memory_count,
        .keep = &keep,
        .keep_count = 1,
        .trampoline_pa = (uint32_t)baton_trampoline_page,
    };
    const char *line = (const char *)module[0].string;
    struct baton_request request = {
        .size = sizeof(request),
        .kernel = {module[0].start, module[0].end - module[0].start},
        .module = {{.file = {mb->mods_count > 1 ? module[1].start : 0,
                             mb->mods_count > 1 ? module[1].end - module[1].start : 0}}},
        .command_line = line,
        .loader = "embed",
        .screen = {.kind = BATON_SCREEN_TEXT, .columns = 80, .rows = 25},
        .long_mode = true, /* a kernel of one's own asks CPUID */
    };
    baton_live_read(&host, BATON_TABLES_LEGACY, (uint32_t)directory, &request.live);
    struct baton_machine machine;
    baton_machine_detect(&machine);
    machine.com_port = 0x3f8;
    machine.exit_port = 0xf4;

    struct baton_refusal why;
    if (is_to_crash(mb)) {
        if (!crash_load(&host, &request, &machine, &payload, &why))
            panic("on purpose");
    } else if (!baton_load(&host, &request, &machine, &payload, &image, &why)) {
        say("embed: handing over to ");
        say(payload.name);
        say("\r\n");
        if (!baton_ready(&image, &why))
            baton_handoff(&image, &why);
    }
    baton_explain(&why, sentence, sizeof(sentence));
    say("embed: ");
    say(sentence);
    say("\r\n");
    stop();
}
