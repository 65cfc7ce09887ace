/*
 * A multiboot kernel that prints how it was entered, and all that it was told. It judges nothing:
 * the test compares its lines with those that it prints when GRUB has started it.
 */
#include "mbkernel/report.h"

#include "judge/state.h"
#include "lib/console.h"
#include "lib/crc32.h"

#define EXIT_DONE 0x20
#define EFLAGS_IF (1u << 9)
#define EFLAGS_VM (1u << 17)
#define CR0_PE 1u
#define CR0_PG (1u << 31)
#define A20 0x100000u

enum { SECTION_SYMBOLS = 2, SECTION_STRINGS = 3 };

struct section {
    uint32_t name, type, flags, address, offset, size, rest[4];
};

void judge(void);

void report_string(const char *what, const char *string)
{
    say("told %s ", what);
    say_quoted(string, 4096);
    say("\n");
}

void report_module(uint32_t start, uint32_t end, const char *string)
{
    say("told module size %u aligned %u crc %x string ", end - start, start % 4096 == 0,
        crc32(0, (const void *)start, end - start));
    say_quoted(string, 4096);
    say("\n");
}

void report_memory(uint64_t start, uint64_t length, uint32_t type)
{
    say("told memory %q %q type %u\n", start, length, type);
}

void report_screen(uint64_t pa, uint32_t pitch, uint32_t width, uint32_t height, uint8_t bits,
                   uint8_t type)
{
    say("told screen at %q pitch %u, %u by %u, bits %u, type %u\n", pa, pitch, width, height, bits,
        type);
}

void report_sections(uint32_t table, uint32_t count, uint32_t size, uint32_t names)
{
    say("told sections %u of %u bytes, names in %u\n", count, size, names);
    for (uint32_t i = 0; i < count; i++) {
        const struct section *s = (const void *)(table + i * size);

        if (s->type == SECTION_SYMBOLS || s->type == SECTION_STRINGS)
            say("told section %u size %u crc %x\n", i, s->size,
                crc32(0, (const void *)s->address, s->size));
    }
}

/* Two addresses that differ in bit 20 are two bytes. */
static uint32_t a20_is_on(void)
{
    volatile uint32_t *low = (volatile uint32_t *)0x80000;
    volatile uint32_t *high = (volatile uint32_t *)(0x80000 + A20);
    uint32_t kept = *high, on;

    *low = 1;
    *high = 2;
    on = *low == 1;
    *high = kept;
    return on;
}

void judge(void)
{
    const struct judge_state *s = &judge_state;

    console_open();
    say("\nentered eax %x, ebx aligned %u\n", s->eax, s->ebx % 4 == 0);
    say("entered protected %u paging %u interrupts %u vm %u\n", s->cr0 & CR0_PE,
        (s->cr0 & CR0_PG) != 0, (s->eflags & EFLAGS_IF) != 0, (s->eflags & EFLAGS_VM) != 0);
    say("entered a20 %u\n", a20_is_on());
    report_information(s->ebx);
    say("BATON-VERDICT reported\n");
    finish(EXIT_DONE);
}
