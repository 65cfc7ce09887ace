/*
 * Random kernel files on random machines, by the whole road: bzImages of every protocol, ELF files of
 * both classes, flat files, multiboot kernels, initrds, maps, policies; many of them are refused, and
 * that must be clean.
 */
#include "tests/host/paper/cm.h"
#include "tests/host/multiboot/mbkernel.h"
#include "tests/host/random/random_file.h"

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

/* What a loaded multiboot kernel is told: every module, and the machine's map. NULL, or what is
 * wrong. */
static const char *judge_told(enum random_told told)
{
    uint32_t n = 0;

    if (told == TOLD_OTHERWISE)
        return NULL;
    if (j.payload.entry.registers.eax != (told == TOLD_MULTIBOOT1 ? 0x2badb002 : 0x36d76289))
        return "eax is not the magic number of that version";
    if (mb_read(&j))
        return mb_read(&j);
    for (const struct baton_segment *s; (s = baton_segment_find(&j.payload, BATON_ROLE_MODULE, n));
         n++)
        if (n >= mb_told.modules || mb_told.module[n].file.pa != s->dest ||
            mb_told.module[n].file.size != s->mem_size || s->dest % PAGE)
            return "a module is told in the wrong place";
    if (n != mb_told.modules || mb_told.given_count != j.machine.host.memory_count)
        return "modules or memory are missing";
    return NULL;
}

static void random_files(void **state)
{
    uint64_t seed = dice_seed(), rounds = dice_rounds(ROUNDS), loaded = 0, of_multiboot = 0;
    uint64_t refused[BATON_ERRORS] = {0};

    (void)state;
    for (uint64_t round = 0; round < rounds; round++) {
        struct dice dice = {(seed ^ 0x5eed) + (round << 20)};
        uint64_t ram_end = stage_machine(&dice);
        uint64_t at = MIB + dice_roll(&dice, 300) * (dice_once(&dice, 4) ? 0x200 : PAGE);
        enum random_told told = random_file(&dice, &j, at);
        const char *wrong = NULL;

        at = baton_page_up(at + j.request.kernel.size) + dice_roll(&dice, 40) * PAGE;
        for (unsigned i = 0; i < BATON_MODULES && !dice_once(&dice, 3) && at < ram_end; i++) {
            uint64_t bytes = 1 + dice_roll(&dice, ram_end - at) / 2;

            j.request.module[i].file =
                machine_file(&j.machine, at, i ? bytes % (9 * PAGE) + 1 : bytes);
            at = baton_page_up(at + j.request.module[i].file.size) + dice_roll(&dice, 2) * PAGE;
        }
        int error = journey_load(&j);
        if (!error)
            wrong = judge_told(told);
        if (wrong || (error ? j.wrong[0] != '\0' : !journey_finish(&j))) {
            print_error("round %" PRIu64 " of seed %" PRIu64 ": %s\n", round, seed,
                        wrong ? wrong : "see below");
            assert_journey(&j, false);
        }
        if (error)
            refused[-error]++;
        else
            loaded++, of_multiboot += told != TOLD_OTHERWISE;
    }
    printf("note: seed %" PRIu64 ", %" PRIu64 " files: %" PRIu64 " handed over; refused:", seed,
           rounds, loaded);
    for (int i = 1; i < BATON_ERRORS; i++)
        if (refused[i])
            printf(" %s %" PRIu64, baton_error_name(-i), refused[i]);
    printf("\n");
    assert_true(loaded > rounds / 4 && of_multiboot > rounds / 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_files)};

    return cmocka_run_group_tests_name("random_files", tests, NULL, NULL);
}
