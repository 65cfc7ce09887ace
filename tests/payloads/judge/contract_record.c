/*
 * The entry of a plain ELF32 payload: include/baton.h describes it. eax holds the magic, ebx the
 * record; the other registers are zero.
 */
#include "judge/judge.h"
#include "judge/state.h"

void contract_registers(void)
{
    const struct judge_state *s = &judge_state;

    check("eax", s->eax, BATON_RECORD_MAGIC);
    check_that("ebx", s->ebx != 0 && s->ebx % 4 == 0, s->ebx, "an aligned address");
    check("ecx", s->ecx, 0);
    check("edx", s->edx, 0);
    check("esi", s->esi, 0);
    check("edi", s->edi, 0);
    check("ebp", s->ebp, 0);
}

static void read_map(struct handover *h, uint32_t at)
{
    while (at != 0) {
        const struct baton_record_map *map = (const void *)(uintptr_t)at;

        check_that("map-clear", clear_of_judge(at, sizeof *map), at, "outside the judge");
        for (uint32_t i = 0; i < map->count && h->memory_count < MEMORY_MAX; i++)
            h->memory[h->memory_count++] = map->entry[i];
        at = map->next;
    }
}

bool contract_read(struct handover *h)
{
    const struct baton_record *record = (const void *)(uintptr_t)judge_state.ebx;

    check("record-magic", record->magic, BATON_RECORD_MAGIC);
    if (record->magic != BATON_RECORD_MAGIC)
        return false;
    check_that("record-size", record->size >= sizeof *record, record->size, "the whole struct");
    check_that("record-clear", clear_of_judge(judge_state.ebx, sizeof *record), judge_state.ebx,
               "outside the judge");
    h->live_root = record->live_root;
    h->live_pae = record->live_pae;
    h->live_tables = record->live_tables;
    h->live_checksum = record->live_checksum;
    h->trampoline_va = record->trampoline_va;
    h->control = record->control;
    h->command_line = record->command_line;
    h->initrd = record->initrd;
    h->initrd_size = record->initrd_size;
    h->loader = record->loader;
    h->trace = record->trace;
    read_map(h, record->map);
    return true;
}
