/*
 * Random kernel files on random machines, by the whole road: bzImages of every protocol, ELF files,
 * initrds, maps, policies; many of them are refused, and that must be clean.
 */
#include "tests/host/cm.h"
#include "tests/host/files.h"
#include "tests/host/journey.h"

#include <inttypes.h>

#define ROUNDS 1500
#define PAGE ((uint64_t)BATON_PAGE_SIZE)
#define MIB 0x100000ull

static struct journey j;

/* RAM from 1 MiB on, with or without a hole, and what else a map has. */
static uint64_t stage_machine(struct dice *d)
{
    uint64_t ram_end = (2 + dice_roll(d, 30)) * MIB + dice_roll(d, 3) * 0x8000;
    uint64_t hole = dice_once(d, 3) ? MIB + dice_roll(d, ram_end - MIB) : 0;
    uint64_t start = MIB;

    journey_start(&j, 0xc0000000u + (uint32_t)dice_roll(d, 0x30000) * 0x1000, 0x8000);
    machine_memory(&j.machine, 0, 0x9fc00, BATON_MEM_USABLE);
    machine_memory(&j.machine, 0xf0000, MIB, BATON_MEM_RESERVED);
    if (hole) {
        machine_memory(&j.machine, start, hole, BATON_MEM_USABLE);
        start = hole + dice_roll(d, 4 * PAGE);
        if (dice_once(d, 2))
            machine_memory(&j.machine, hole, start, BATON_MEM_NVS);
        start = start < ram_end ? start : ram_end - 1;
    }
    machine_memory(&j.machine, start, ram_end, BATON_MEM_USABLE);
    if (dice_once(d, 6))
        for (uint64_t n = dice_roll(d, 400), at = 1ull << 32; n > 0; n--, at += MIB)
            machine_memory(&j.machine, at, at + PAGE, BATON_MEM_RESERVED);
    machine_ready(&j.machine);
    j.machine.order = (enum machine_order)dice_roll(d, LEND_ORDERS);
    j.machine.dice.state = dice_bits(d);
    j.request.live.kind = (uint32_t)dice_roll(d, 2);
    j.request.place = (enum baton_policy)dice_roll(d, 3);
    return ram_end;
}

static uint64_t stage_bzimage(struct dice *d, uint64_t at)
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
    j.request.long_mode = !dice_once(d, 8);
    j.request.kernel = bzimage_make(&j.machine, at, &f);
    return j.request.kernel.size;
}

static uint64_t stage_elf(struct dice *d, uint64_t at)
{
    uint64_t size = 0x1000 + dice_roll(d, 100 * PAGE);
    struct elf_fields f = elf_usual;
    uint64_t paddr = dice_once(d, 2) ? MIB * (1 + dice_roll(d, 8)) : baton_page_down(at);

    f.loads = 1 + (uint32_t)dice_roll(d, 9);
    for (uint32_t i = 0; i < f.loads; i++) {
        struct elf_load *l = &f.load[i];

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
    f.entry = f.load[0].vaddr;
    j.request.kernel = elf_make(&j.machine, at, size, &f);
    return size;
}

static void random_files(void **state)
{
    uint64_t seed = dice_seed(), rounds = dice_rounds(ROUNDS), loaded = 0;
    uint64_t refused[BATON_ERRORS] = {0};

    (void)state;
    for (uint64_t round = 0; round < rounds; round++) {
        struct dice dice = {(seed ^ 0x5eed) + (round << 20)};
        uint64_t ram_end = stage_machine(&dice);
        uint64_t at = MIB + dice_roll(&dice, 300) * (dice_once(&dice, 4) ? 0x200 : PAGE);
        uint64_t size = dice_once(&dice, 2) ? stage_bzimage(&dice, at) : stage_elf(&dice, at);

        at = baton_page_up(at + size) + dice_roll(&dice, 40) * PAGE;
        for (unsigned i = 0; i < BATON_MODULES && !dice_once(&dice, 3) && at < ram_end; i++) {
            uint64_t bytes = 1 + dice_roll(&dice, ram_end - at) / 2;

            j.request.module[i].file =
                machine_file(&j.machine, at, i ? bytes % (9 * PAGE) + 1 : bytes);
            at = baton_page_up(at + j.request.module[i].file.size) + dice_roll(&dice, 2) * PAGE;
        }
        int error = journey_load(&j);
        if (error ? j.wrong[0] != '\0' : !journey_finish(&j)) {
            print_error("round %" PRIu64 " of seed %" PRIu64 "\n", round, seed);
            assert_journey(&j, false);
        }
        if (error)
            refused[-error]++;
        else
            loaded++;
    }
    printf("note: seed %" PRIu64 ", %" PRIu64 " files: %" PRIu64 " handed over; refused:", seed,
           rounds, loaded);
    for (int i = 1; i < BATON_ERRORS; i++)
        if (refused[i])
            printf(" %s %" PRIu64, baton_error_name(-i), refused[i]);
    printf("\n");
    assert_true(loaded > rounds / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_files)};

    return cmocka_run_group_tests_name("random_files", tests, NULL, NULL);
}
