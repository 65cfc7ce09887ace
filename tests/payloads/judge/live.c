/*
 * The old kernel's live page tables, seen after the hand-off, with paging off (H1): the same
 * checksum as at load time, the same number of pages, and no identity mapping of the trampoline.
 * This walker is independent of Baton's.
 */
#include "judge/judge.h"
#include "lib/crc32.h"

#define PRESENT 1u
#define LARGE (1u << 7)
#define PAE_ADDRESS 0x000ffffffffff000ull

struct walk {
    bool pae;
    uint32_t crc;
    uint32_t tables;
    bool wild; /* a table is at an address that cannot be accessed without paging */
};

static uint64_t entry(const struct walk *w, uint32_t table, uint32_t index)
{
    if (w->pae)
        return ((const uint64_t *)(uintptr_t)table)[index];
    return ((const uint32_t *)(uintptr_t)table)[index];
}

/* level: 2 = PDPT (PAE only), 1 = directory, 0 = table. */
static uint32_t entries(const struct walk *w, int level)
{
    return level == 2 ? 4 : w->pae ? 512 : 1024;
}

static void visit(struct walk *w, uint32_t table, int level)
{
    w->crc = crc32(w->crc, (const void *)(uintptr_t)table, BATON_PAGE_SIZE);
    w->tables++;
    if (level == 0)
        return;
    for (uint32_t i = 0; i < entries(w, level); i++) {
        uint64_t e = entry(w, table, i);
        if ((e & PRESENT) == 0 || (level == 1 && (e & LARGE) != 0))
            continue;
        if ((e & PAE_ADDRESS) >> 32 != 0) {
            w->wild = true;
            continue;
        }
        visit(w, (uint32_t)(e & PAE_ADDRESS), level - 1);
    }
}

/* The entry that maps va; 0 if none is present. */
static uint64_t translate(const struct walk *w, uint32_t root, uint32_t va)
{
    uint32_t table = root;

    for (int level = w->pae ? 2 : 1;; level--) {
        uint32_t bits = w->pae ? 9 : 10;
        uint32_t index = va >> (12 + bits * (uint32_t)level) & (entries(w, level) - 1);
        uint64_t e = entry(w, table, index);
        if ((e & PRESENT) == 0)
            return 0;
        if (level == 0 || (level == 1 && (e & LARGE) != 0))
            return e;
        table = (uint32_t)(e & PAE_ADDRESS);
    }
}

void live_check(const struct handover *h)
{
    struct walk w = {.pae = h->live_pae != 0};

    check_that("live-root", h->live_root != 0 && h->live_root % BATON_PAGE_SIZE == 0,
               h->live_root, "a page");
    visit(&w, h->live_root, w.pae ? 2 : 1);
    check("live-reachable", w.wild, false);
    check("live-tables", w.tables, h->live_tables);
    check("live-checksum", w.crc, h->live_checksum);

    uint64_t identity = translate(&w, h->live_root, h->control);
    check_that("live-identity", identity == 0, (uint32_t)identity,
               "no entry for the control page's physical address");
    check_that("live-trampoline", translate(&w, h->live_root, h->trampoline_va) != 0,
               h->trampoline_va, "an entry for the trampoline");
}
