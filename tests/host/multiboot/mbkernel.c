/* See mbkernel.h. */
#include "tests/host/multiboot/mbkernel.h"

#include "tests/host/paper/cm.h"

struct boot_info mb_told;

void mb_start(struct journey *j)
{
    journey_start(j, 0xc0105000, 0x105000);
    machine_memory(&j->machine, 0, 0x9fc00, BATON_MEM_USABLE);
    machine_memory(&j->machine, 0x9fc00, 0xa0000, BATON_MEM_RESERVED);
    machine_memory(&j->machine, 0x100000, 0x2000000, BATON_MEM_USABLE);
    machine_memory(&j->machine, 0x2000000, 0x2010000, BATON_MEM_ACPI);
    machine_memory(&j->machine, 0x2010000, 0x2020000, 20);
    machine_ready(&j->machine);
    j->request.command_line = "root=module fast";
    j->request.loader = "GRUB 2.06";
    j->request.long_mode = true;
}

void mb_file(struct journey *j, uint64_t size, const struct elf_fields *f)
{
    static const uint8_t zeros[0x1000];

    j->request.kernel =
        f ? elf_make(&j->machine, MB_AT, size, f) : machine_file(&j->machine, MB_AT, size);
    machine_write(MB_AT + MB_HEADER, zeros, sizeof(zeros) - MB_HEADER);
    if (!f)
        machine_write(MB_AT, zeros, MB_HEADER);
}

static void put(uint64_t at, unsigned bytes, uint64_t value)
{
    for (unsigned i = 0; i < bytes; i++)
        *machine_at(MB_AT + at + i) = i < 8 ? (uint8_t)(value >> 8 * i) : 0;
}

/* [ELF-64 object file format] */
void mb_file64(struct journey *j, uint64_t size, const struct elf_fields *f, uint64_t entry)
{
    mb_file(j, size, NULL);
    machine_write(MB_AT,
                  "\x7f"
                  "ELF\2\1\1",
                  7);
    put(16, 2, 2);
    put(18, 2, 62);
    put(24, 8, entry);
    put(32, 8, 64);
    put(54, 2, 56);
    put(56, 2, f->loads);
    for (uint32_t i = 0; i < f->loads; i++) {
        uint64_t at = 64 + 56 * i;

        put(at, 4, f->load[i].type);
        put(at + 8, 8, f->load[i].offset);
        put(at + 16, 8, 0xffffffff00000000ull | f->load[i].vaddr);
        put(at + 24, 8, f->load[i].paddr);
        put(at + 32, 8, f->load[i].filesz);
        put(at + 40, 8, f->load[i].memsz);
    }
}

void mb_words(uint32_t at, const uint32_t *words, unsigned n)
{
    machine_write(MB_AT + at, words, n * 4);
}

void mb_header1(uint32_t at, uint32_t flags, const uint32_t *rest, unsigned n)
{
    uint32_t head[] = {0x1badb002, flags, 0 - (0x1badb002 + flags)};

    mb_words(at, head, 3);
    mb_words(at + 12, rest, n);
}

void mb_header2(uint32_t at, const void *tags, uint32_t size)
{
    uint32_t length = 16 + size + 8, end[] = {0, 8};
    uint32_t head[] = {0xe85250d6, 0, length, 0 - (0xe85250d6 + length)};

    mb_words(at, head, 4);
    machine_write(MB_AT + at + 16, tags, size);
    mb_words(at + 16 + size, end, 2);
}

void mb_sections(uint32_t table, bool wide, uint64_t at)
{
    static const struct {
        uint32_t type, flags, address, size;
        bool apart;
    } rows[] = {{0, 0, 0, 0, false},
                {1, 2, 0xc0200000, 0x100, false}, /* .text, in a segment */
                {8, 0, 0, 0x99999, false},        /* no bytes in the file */
                {2, 0, 0, 0x345, true},           /* symbols */
                {3, 0, 0, 0x111, true}};          /* strings */
    unsigned word = wide ? 8 : 4, size = wide ? 64 : 40;

    put(wide ? 40 : 32, word, table);
    put(wide ? 58 : 46, 2, size);
    put(wide ? 60 : 48, 2, COUNT(rows));
    put(wide ? 62 : 50, 2, 4);
    for (unsigned i = 0; i < COUNT(rows); i++) {
        uint64_t row = table + size * i;

        put(row, 4, i);
        put(row + 4, 4, rows[i].type);
        put(row + 8, word, rows[i].flags);
        put(row + 8 + word, word, rows[i].address);
        put(row + 8 + 2 * word, word, rows[i].apart ? at : 0x1000);
        put(row + 8 + 3 * word, word, rows[i].size);
        put(row + 8 + 4 * word, size - (8 + 4 * word), 0);
        if (rows[i].apart)
            at += rows[i].size;
    }
}

void mb_modules(struct journey *j)
{
    j->request.module[0] =
        (struct baton_module){machine_file(&j->machine, MB_MODULE_1, 0x4567), "first module"};
    j->request.module[2] = (struct baton_module){machine_file(&j->machine, MB_MODULE_2, 1), NULL};
}

static const struct baton_payload *payload;

static uint64_t now_at(uint64_t pa)
{
    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct baton_segment *s = &payload->segment[i];

        if (s->flags & BATON_SEG_AREA && pa >= s->dest && pa - s->dest < s->mem_size)
            return s->source + (pa - s->dest);
    }
    return pa;
}

static void read_memory(uint64_t pa, void *to, uint32_t n)
{
    for (uint8_t *at = to; n--; pa++)
        machine_read(now_at(pa), at++, 1);
}

const char *mb_read(const struct journey *j)
{
    const struct baton_registers *r = &j->payload.entry.registers;

    payload = &j->payload;
    memset(&mb_told, 0, sizeof(mb_told));
    return boot_read(r->eax, r->ebx, read_memory, &mb_told);
}

void mb_run(struct journey *j, unsigned version)
{
    static const uint32_t magic[] = {0, 0x2badb002, 0x36d76289};
    const struct baton_registers *r = &j->payload.entry.registers;

    if (j->error)
        print_error("%s: %s\n", baton_error_name(j->error), j->why.what);
    assert_int_equal(j->error, 0);
    assert_journey(j, journey_judge(j) && journey_run(j));
    assert_int_equal(j->payload.entry.kind, BATON_ENTRY_FLAT32);
    assert_int_equal(r->eax, magic[version]);
    assert_int_equal(r->ebx % 8, 0);
    assert_int_equal(r->ecx | r->edx | r->esi | r->edi | r->ebp, 0);
    const char *wrong = mb_read(j);
    if (wrong)
        print_error("%s\n", wrong);
    assert_null(wrong);
    assert_string_equal(mb_told.command_line, j->request.command_line);
    assert_int_equal(mb_told.given_count, j->machine.host.memory_count);
    for (uint32_t i = 0; i < mb_told.given_count; i++) {
        const struct baton_memory *m = &j->machine.host.memory[i];

        assert_int_equal(mb_told.given[i].start, m->start);
        assert_int_equal(mb_told.given[i].end, m->end);
        assert_int_equal(mb_told.given[i].type, m->type > 5 ? 2 : m->type);
    }
}

uint32_t mb_word(const struct journey *j, uint32_t offset)
{
    uint32_t word;

    read_memory(j->payload.entry.registers.ebx + offset, &word, sizeof(word));
    return word;
}

uint32_t mb_tag(const struct journey *j, uint32_t type, unsigned n)
{
    uint32_t total = mb_word(j, 0);

    for (uint32_t at = 8; at < total; at += (mb_word(j, at + 4) + 7) & ~7u)
        if (mb_word(j, at) == type && !n--)
            return at;
    return 0;
}
