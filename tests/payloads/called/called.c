/*
 * A payload that is called and returns. It checks how it is entered, and that its own bytes are
 * those of its file; then it writes over all of its memory, and returns, or does what its command
 * line says:
 *
 *   wild    leaves every register, the descriptor tables and the stack as no caller would like them
 *   divide, opcode, page, nmi    a fault; page: with paging on, by tables of its own
 *   loop    never returns, with a mark on COM1
 *   quiet   says nothing if all is well
 *
 * Out: eax = CALLED_ANSWER, or how many things are wrong.
 */
#include "called/told.h"

#include "lib/console.h"
#include "lib/machine.h"

#define CALLED_ANSWER 0xca11ed00u
#define WORDS 0x4000
#define PATTERN(i) ((i)*0x9e3779b1u + 1)
#define BASE 0x100000 /* as called.ld has it */
#define SMALL 0x40000 /* bytes: what we are told, and a module, are less */
#define LARGE_PAGE 0x83 /* present, writable, 4 MiB [SDM3 4.3] */

struct entry {
    uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
    uint32_t eflags, cs, ds, es, fs, gs, ss, back;
};

/* Called only by entry.S. */
uint32_t called(const struct entry *e);

uint32_t called_wild;
static uint32_t counter = 41;             /* of the file: each call finds 41 */
extern uint32_t pattern[WORDS];           /* of the file (pattern.S) */
extern uint32_t tail_start[], tail_end[]; /* behind it, not of the file (called.ld) */
static uint32_t directory[1024] __attribute__((aligned(4096)));
static uint32_t wrong, usable_entries;

static void expect(const char *what, uint32_t is, uint32_t should)
{
    if (is == should)
        return;
    say("called: %s is %x, should be %x\n", what, is, should);
    wrong++;
}

static uint32_t cr(int n)
{
    uint32_t value = 0;

    if (n == 0)
        __asm__ volatile("movl %%cr0, %0" : "=r"(value));
    else if (n == 3)
        __asm__ volatile("movl %%cr3, %0" : "=r"(value));
    else if (has_cpuid() && cpuid(1).edx & 0x0300207e)
        __asm__ volatile("movl %%cr4, %0" : "=r"(value));
    return value;
}

static void check_entry(const struct entry *e)
{
    uint16_t tr, ldt;

    expect("eax", e->eax, told_magic);
    expect("ecx", e->ecx, 0);
    expect("edx", e->edx, 0);
    expect("esi", e->esi, 0);
    expect("edi", e->edi, 0);
    expect("ebp", e->ebp, 0);
    expect("eflags", e->eflags, 2);
    expect("cs", e->cs & 0xffff, 0x10);
    expect("ds", e->ds & 0xffff, 0x18);
    expect("es", e->es & 0xffff, 0x18);
    expect("fs", e->fs & 0xffff, 0x18);
    expect("gs", e->gs & 0xffff, 0x18);
    expect("ss", e->ss & 0xffff, 0x18);
    expect("cr0", cr(0), 0x11);
    expect("cr3", cr(3), 0);
    expect("cr4", cr(4), 0);
    __asm__ volatile("str %0; sldt %1" : "=r"(tr), "=r"(ldt));
    expect("tr", tr, 0x20);
    expect("ldt", ldt, 0);
    /* the return address is the stack's first word, and leads into the same page */
    expect("the stack's end", ((uint32_t)(&e->back + 1)) & 0xfff, 0);
    expect("the stack's page", ((uint32_t)&e->back ^ e->back) & ~0xfffu, 0);
}

/* Our own memory, or that of what we are told, which may lie right behind it. */
static void check_usable(uint64_t start, uint64_t end)
{
    int is_ours = start >= BASE && end <= (uint32_t)tail_end + SMALL;

    if (start == end)
        return;
    usable_entries++;
    expect("usable memory beyond the payload", !is_ours && end - start > SMALL, 0);
}

static void check_told(uint32_t pa)
{
    usable_entries = 0;
    told_memory(pa, check_usable);
    expect("usable entries, none", !usable_entries, 0);
}

static void check_bytes(void)
{
    expect("the counter", counter, 41);
    for (uint32_t i = 0; i < WORDS; i++)
        if (pattern[i] != PATTERN(i)) {
            expect("a word of the file", pattern[i], PATTERN(i));
            break;
        }
    for (const uint32_t *word = tail_start; word < tail_end; word++)
        if (*word) {
            expect("a word of the zeros", *word, 0);
            break;
        }
}

static void spoil(void)
{
    counter++;
    for (uint32_t i = 0; i < WORDS; i++)
        pattern[i] = 0x5a5a5a5a;
    for (uint32_t *word = tail_start; word < tail_end; word++)
        *word = 0xa5a5a5a5;
}

static int is_word(const char *line, const char *word)
{
    for (; *line; line++) {
        uint32_t n = 0;

        while (word[n] && line[n] == word[n])
            n++;
        if (!word[n] && (!line[n] || line[n] == ' '))
            return 1;
    }
    return 0;
}

/* Paging on by 4 MiB pages for the first GiB, then a read above it. */
static void fault_paged(void)
{
    for (uint32_t i = 0; i < 256; i++)
        directory[i] = i << 22 | LARGE_PAGE;
    __asm__ volatile("movl %0, %%cr3; movl %%cr4, %%eax; orl $0x10, %%eax; movl %%eax, %%cr4;"
                     "movl %%cr0, %%eax; orl $0x80000000, %%eax; movl %%eax, %%cr0;"
                     "movl 0x7654321c, %%eax"
                     :
                     : "r"(directory)
                     : "eax", "memory");
}

uint32_t called(const struct entry *e)
{
    const char *line = told_line(e->ebx);

    wrong = 0;
    check_entry(e);
    check_told(e->ebx);
    check_bytes();
    spoil();
    if (!is_word(line, "quiet") || wrong)
        say("called: %u wrong, \"%s\"\n", wrong, line);
    called_wild = (uint32_t)is_word(line, "wild");
    if (is_word(line, "divide"))
        __asm__ volatile("xorl %%ecx, %%ecx; divl %%ecx" : : : "ecx", "eax", "edx");
    if (is_word(line, "opcode"))
        __asm__ volatile("ud2");
    if (is_word(line, "nmi"))
        __asm__ volatile("int $2");
    if (is_word(line, "page"))
        fault_paged();
    while (is_word(line, "loop"))
        ;
    return wrong ? wrong : CALLED_ANSWER;
}
