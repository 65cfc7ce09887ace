/*
 * The relay: a multiboot kernel that starts Baton again, as a boot loader does, with itself as Baton's
 * payload. So a chain of hand-offs has any length:
 *
 *     qemu -kernel baton.elf -append WORDS -initrd "relay links=0x3e8,baton.elf WORDS,relay"
 *
 * Its modules are Baton and itself. They go back to the same places before each start, so that every
 * link begins alike. The memory information that it gets must be the same each time. At links=0 it
 * ends the machine: exit code 0x20 (status 65); any difference is 0x21 (67).
 *
 * With two modules more, a kernel and its initrd, it starts Baton once more at links=0, with these.
 */
#include "lib/console.h"
#include "lib/crc32.h"
#include "lib/elf.h"
#include "liar/liar.h"

#define EXIT_PASSED 0x20
#define EXIT_FAILED 0x21

/* Where the modules lie when Baton starts: Baton, the relay as its payload, the relay once more; what
 * comes last. */
#define HOME_BATON 0x1000000u
#define HOME_PAYLOAD 0x1800000u
#define HOME_RELAY 0x1900000u
#define HOME_KERNEL 0x2000000u
#define HOME_INITRD 0x2800000u

enum { BATON, RELAY, KERNEL, INITRD, MODULES };

void relay(uint32_t magic, const struct mb_info *given) __attribute__((noreturn));

static char words[] = "links=0x00000000 sum=0x00000000";
static struct mb_info info;
static struct mb_module modules[MODULES + 1];
static uint8_t map[4096];
static char baton_words[256], kernel_words[256];

static void fail(const char *why)
{
    say("relay FAIL: %s\n", why);
    finish(EXIT_FAILED);
}

/* The number in hexadecimal behind `name`; *found: is there one? */
static uint32_t number(const char *line, const char *name, bool *found)
{
    uint32_t value = 0;

    *found = false;
    for (; *line && !*found; line++) {
        uint32_t n = 0;

        while (name[n] && line[n] == name[n])
            n++;
        *found = !name[n];
    }
    if (!*found)
        return 0;
    for (line += 5; *line && *line != ' '; line++) /* behind "inks=0x" and "um=0x" */
        if (*line != 'x')
            value = value << 4 | (uint32_t)(*line <= '9' ? *line - '0' : *line - 'a' + 10);
    return value;
}

static void put_number(char *at, uint32_t value)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = "0123456789abcdef"[value >> (28 - 4 * i) & 15];
}

/* Both may overlap. */
static void move(uint32_t to, uint32_t from, uint32_t size)
{
    __builtin_memmove((void *)(uintptr_t)to, (const void *)(uintptr_t)from, size);
}

static struct mb_module at_home(uint32_t home, const struct mb_module *module, const char *string)
{
    uint32_t size = module->end - module->start;

    move(home, module->start, size);
    return (struct mb_module){home, home + size, (uint32_t)(uintptr_t)string, 0};
}

/* Loads Baton to its physical addresses; returns its physical entry. */
static uint32_t load_baton(uint32_t file)
{
    const struct elf_header *h = (const void *)(uintptr_t)file;
    uint32_t entry = h->entry;

    for (uint32_t i = 0; i < h->phnum; i++) {
        const struct elf_segment *s =
            (const void *)(uintptr_t)(file + h->phoff + i * sizeof(struct elf_segment));

        if (s->type != ELF_LOAD)
            continue;
        __builtin_memset((void *)(uintptr_t)s->paddr, 0, s->memsz);
        move(s->paddr, file + s->offset, s->filesz);
        if (h->entry - s->vaddr < s->memsz)
            entry = h->entry - s->vaddr + s->paddr;
    }
    return entry;
}

void relay(uint32_t magic, const struct mb_info *given)
{
    const char *line = (const char *)(uintptr_t)given->command_line;
    const struct mb_module *got = (const void *)(uintptr_t)given->mods;
    bool counted, has_sum, has_last;
    uint32_t left, was, sum;

    console_open();
    if (magic != MB_ENTRY_MAGIC)
        fail("not entered by multiboot 1");
    has_last = given->mods_count == MODULES;
    if ((given->mods_count != KERNEL && !has_last) || given->map_size > sizeof(map))
        fail("not two modules or four, or a map of more than 4 KiB");
    left = number(line, "links=", &counted);
    was = number(line, "sum=", &has_sum);
    sum = crc32(0, (const void *)(uintptr_t)given->map, given->map_size);
    sum = crc32(sum, &given->mem_lower, 2 * sizeof(given->mem_lower));
    if (!counted)
        fail("no links= in the command line");
    if (has_sum && was != sum)
        fail("the memory information is another one than in the link before");
    if (!left)
        say("relay: all links had the same memory information, CRC-32 %x\n", sum);
    if (!left && !has_last)
        finish(EXIT_PASSED);
    put_number(words + 8, left - 1);
    put_number(words + 23, sum);
    /* What was given may lie where Baton is loaded to. */
    move((uint32_t)(uintptr_t)map, given->map, given->map_size);
    move((uint32_t)(uintptr_t)baton_words, got[BATON].string, sizeof(baton_words) - 1);
    if (has_last) {
        move((uint32_t)(uintptr_t)kernel_words, got[KERNEL].string, sizeof(kernel_words) - 1);
        modules[1 + KERNEL] = at_home(HOME_KERNEL, &got[KERNEL], kernel_words);
        modules[1 + INITRD] = at_home(HOME_INITRD, &got[INITRD], "");
    }
    modules[0] = at_home(HOME_PAYLOAD, &got[RELAY], words);
    modules[1 + RELAY] = at_home(HOME_RELAY, &got[RELAY], "");
    modules[1 + BATON] = at_home(HOME_BATON, &got[BATON], baton_words);
    info = (struct mb_info){
        .flags = MB_HAS_MEMORY | MB_HAS_COMMAND_LINE | MB_HAS_MODULES | MB_HAS_MAP,
        .mem_lower = given->mem_lower,
        .mem_upper = given->mem_upper,
        .command_line = (uint32_t)(uintptr_t)baton_words,
        .mods_count = left ? 1 + given->mods_count : INITRD - KERNEL + 1,
        .mods = (uint32_t)(uintptr_t)(left ? modules : &modules[1 + KERNEL]),
        .map_size = given->map_size,
        .map = (uint32_t)(uintptr_t)map,
    };
    __asm__ volatile("jmp *%0" : : "r"(load_baton(HOME_BATON)), "a"(MB_ENTRY_MAGIC), "b"(&info));
    __builtin_unreachable();
}
