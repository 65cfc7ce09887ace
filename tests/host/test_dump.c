/* ELF core headers, read back by the build machine's own idea of ELF. */
#include "tests/host/cm.h"

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

static size_t headers(const struct baton_dump_range *ranges, uint32_t count, size_t room,
                      size_t *registers)
{
    memset(out, GUARD, sizeof(out));
    return baton_dump_headers(out, room, PA, BATON_DUMP_386, ranges, count, info, registers);
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

static void elf64_above(void **state)
{
    const Elf64_Ehdr *e = (const void *)out;
    const Elf64_Phdr *p = (const void *)(out + sizeof(*e));
    size_t registers, size = headers(high, 2, 4096, &registers);

    (void)state;
    assert_int_equal(e->e_ident[EI_CLASS], ELFCLASS64);
    assert_int_equal(e->e_machine, EM_386);
    assert_int_equal(e->e_phoff, sizeof(*e));
    assert_int_equal(e->e_phentsize, sizeof(*p));
    assert_int_equal(e->e_phnum, 3);
    assert_notes(p->p_offset - PA, size, registers);
    assert_int_equal(p[1].p_offset, high[0].at);
    assert_int_equal(p[2].p_paddr, 1ull << 32);
    assert_int_equal(p[2].p_vaddr, UINT64_MAX);
    assert_int_equal(p[2].p_memsz, 0x1000);
}

/* ELF counts program headers in 16 bits. */
static void too_many_ranges(void **state)
{
    static struct baton_dump_range many[UINT16_MAX];
    size_t registers;

    (void)state;
    assert_int_equal(baton_dump_headers(out, 4096, PA, BATON_DUMP_386, many, UINT16_MAX, info, &registers), 0);
}

/* Exactly enough room will do; a byte less is refused, and nothing is written behind the room. */
static void no_room(void **state)
{
    size_t registers, size = headers(low, 3, 4096, &registers);

    (void)state;
    for (size_t room = 0; room <= size; room++) {
        assert_int_equal(headers(low, 3, room, &registers), room == size ? size : 0);
        for (size_t i = room; i < room + 16; i++)
            assert_int_equal(out[i], GUARD);
    }
    assert_int_equal(headers(low, 0, 4096, &registers),
                     size - 3 * sizeof(Elf32_Phdr)); /* no memory at all is legal */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elf32_below_4_gib),
        cmocka_unit_test(elf64_above),
        cmocka_unit_test(no_room),
        cmocka_unit_test(too_many_ranges),
    };

    return cmocka_run_group_tests_name("dump", tests, NULL, NULL);
}
