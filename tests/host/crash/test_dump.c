/* ELF core headers, read back by the build machine's own idea of ELF. */
#include "tests/host/paper/cm.h"

#include <elf.h>

#include "baton.h"

#define PA 0x0effa000u
#define GUARD 0xa5

/* What gdb and Linux take for i386's struct elf_prstatus: [i386 psABI; 144 bytes, registers at 72] */
#define PRSTATUS_SIZE 144

static const char info[] = "OSRELEASE=baton\nPAGESIZE=4096\n";

static const struct baton_dump_range low[] = {
    {0, 0xa0000, 0x0ef5a000, 0xc0000000},
    {0x100000, 0x0b000000, 0x100000, 0xc0100000},
    {0x30000000, 0x40000000, 0x30000000, BATON_DUMP_NO_VA},
};

static const struct baton_dump_range high[] = {
    {0, 0xa0000, 0x0ef5a000, 0xc0000000},
    {1ull << 32, (1ull << 32) + 0x1000, 1ull << 32, BATON_DUMP_NO_VA},
};

static uint8_t out[4096 + 16];

static size_t headers_of(enum baton_dump_machine machine, const struct baton_dump_range *ranges,
                         uint32_t count, size_t room, size_t *registers)
{
    memset(out, GUARD, sizeof(out));
    return baton_dump_headers(out, room, PA, machine, ranges, count, info, registers);
}

static size_t headers(const struct baton_dump_range *ranges, uint32_t count, size_t room,
                      size_t *registers)
{
    return headers_of(BATON_DUMP_386, ranges, count, room, registers);
}

/* The two notes, one after the other; the registers are in the second, and nearly at the end. */
static void assert_notes(size_t at, size_t end, size_t registers)
{
    const Elf32_Nhdr *note = (const void *)(out + at);

    assert_int_equal(note->n_type, 0);
    assert_int_equal(note->n_namesz, 11);
    assert_string_equal((const char *)(note + 1), "VMCOREINFO");
    assert_int_equal(note->n_descsz, sizeof(info) - 1);
    assert_memory_equal((const char *)(note + 1) + 12, info, sizeof(info) - 1);
    at += sizeof(*note) + 12 + ((sizeof(info) - 1 + 3) & ~3u);

    note = (const void *)(out + at);
    assert_int_equal(note->n_type, NT_PRSTATUS);
    assert_int_equal(note->n_namesz, 5);
    assert_string_equal((const char *)(note + 1), "CORE");
    assert_int_equal(note->n_descsz, PRSTATUS_SIZE);
    assert_int_equal(registers, at + sizeof(*note) + 8 + 72);
    at += sizeof(*note) + 8 + PRSTATUS_SIZE;
    assert_int_equal(at, end);
}

static void elf32_below_4_gib(void **state)
{
    const Elf32_Ehdr *e = (const void *)out;
    const Elf32_Phdr *p = (const void *)(out + sizeof(*e));
    size_t registers, size = headers(low, 3, 4096, &registers);

    (void)state;
    assert_memory_equal(e->e_ident, ELFMAG, SELFMAG);
    assert_int_equal(e->e_ident[EI_CLASS], ELFCLASS32);
    assert_int_equal(e->e_ident[EI_DATA], ELFDATA2LSB);
    assert_int_equal(e->e_type, ET_CORE);
    assert_int_equal(e->e_machine, EM_386);
    assert_int_equal(e->e_phoff, sizeof(*e));
    assert_int_equal(e->e_phentsize, sizeof(*p));
    assert_int_equal(e->e_phnum, 4);
    assert_int_equal(p->p_type, PT_NOTE);
    assert_int_equal(p->p_offset, PA + sizeof(*e) + 4 * sizeof(*p));
    assert_notes(p->p_offset - PA, size, registers);
    assert_int_equal(p->p_filesz, size - (p->p_offset - PA));
    for (int i = 0; i < 3; i++) {
        p++;
        assert_int_equal(p->p_type, PT_LOAD);
        assert_int_equal(p->p_offset, low[i].at);
        assert_int_equal(p->p_paddr, low[i].start);
        assert_int_equal(p->p_vaddr, low[i].va);
        assert_int_equal(p->p_filesz, low[i].end - low[i].start);
        assert_int_equal(p->p_memsz, p->p_filesz);
        assert_int_equal(p->p_flags, PF_R | PF_W | PF_X);
    }
}

/* The same notes in both classes and for both machines: i386's registers. */
static void assert_elf64(enum baton_dump_machine machine, uint16_t e_machine,
                         const struct baton_dump_range *ranges, uint32_t count)
{
    const Elf64_Ehdr *e = (const void *)out;
    const Elf64_Phdr *p = (const void *)(out + sizeof(*e));
    size_t registers, size = headers_of(machine, ranges, count, 4096, &registers);

    assert_memory_equal(e->e_ident, ELFMAG, SELFMAG);
    assert_int_equal(e->e_ident[EI_CLASS], ELFCLASS64);
    assert_int_equal(e->e_ident[EI_DATA], ELFDATA2LSB);
    assert_int_equal(e->e_ident[EI_VERSION], EV_CURRENT);
    assert_int_equal(e->e_type, ET_CORE);
    assert_int_equal(e->e_machine, e_machine);
    assert_int_equal(e->e_version, EV_CURRENT);
    assert_int_equal(e->e_phoff, sizeof(*e));
    assert_int_equal(e->e_ehsize, sizeof(*e));
    assert_int_equal(e->e_phentsize, sizeof(*p));
    assert_int_equal(e->e_phnum, count + 1);
    assert_int_equal(p->p_type, PT_NOTE);
    assert_int_equal(p->p_offset, PA + sizeof(*e) + (count + 1) * sizeof(*p));
    assert_int_equal(p->p_offset % 4, 0);
    assert_notes(p->p_offset - PA, size, registers);
    assert_int_equal(p->p_filesz, size - (p->p_offset - PA));
    assert_int_equal(p->p_memsz, p->p_filesz);
    for (uint32_t i = 0; i < count; i++) {
        p++;
        assert_int_equal(p->p_type, PT_LOAD);
        assert_int_equal(p->p_offset, ranges[i].at);
        assert_int_equal(p->p_paddr, ranges[i].start);
        assert_int_equal(p->p_vaddr, ranges[i].va == BATON_DUMP_NO_VA ? UINT64_MAX : ranges[i].va);
        assert_int_equal(p->p_filesz, ranges[i].end - ranges[i].start);
        assert_int_equal(p->p_memsz, p->p_filesz);
        assert_int_equal(p->p_flags, PF_R | PF_W | PF_X);
    }
}

static void elf64_above(void **state)
{
    (void)state;
    assert_elf64(BATON_DUMP_386, EM_386, high, 2);
}

/* Whatever lies where: Linux for x86-64 has no ELF32 of its own. */
static void elf64_for_x86_64(void **state)
{
    (void)state;
    assert_elf64(BATON_DUMP_X86_64, EM_X86_64, low, 3);
    assert_elf64(BATON_DUMP_X86_64, EM_X86_64, high, 2);
    assert_elf64(BATON_DUMP_X86_64, EM_X86_64, low, 0);
}

/* ELF counts program headers in 16 bits. */
static void too_many_ranges(void **state)
{
    static struct baton_dump_range many[UINT16_MAX];
    size_t registers;

    (void)state;
    assert_int_equal(
        baton_dump_headers(out, 4096, PA, BATON_DUMP_386, many, UINT16_MAX, info, &registers), 0);
}

/* Exactly enough room will do; a byte less is refused, and nothing is written behind the room. */
static void no_room(void **state)
{
    static const enum baton_dump_machine machines[] = {BATON_DUMP_386, BATON_DUMP_X86_64};
    size_t registers, size;

    (void)state;
    for (size_t m = 0; m < 2; m++) {
        size = headers_of(machines[m], low, 3, 4096, &registers);
        for (size_t room = 0; room <= size; room++) {
            assert_int_equal(headers_of(machines[m], low, 3, room, &registers),
                             room == size ? size : 0);
            for (size_t i = room; i < room + 16; i++)
                assert_int_equal(out[i], GUARD);
        }
    }
    size = headers(low, 3, 4096, &registers);
    assert_int_equal(headers(low, 0, 4096, &registers),
                     size - 3 * sizeof(Elf32_Phdr)); /* no memory at all is legal */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elf32_below_4_gib), cmocka_unit_test(elf64_above),
        cmocka_unit_test(elf64_for_x86_64),  cmocka_unit_test(no_room),
        cmocka_unit_test(too_many_ranges),
    };

    return cmocka_run_group_tests_name("dump", tests, NULL, NULL);
}
