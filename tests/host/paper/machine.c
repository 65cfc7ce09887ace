/* The machine on paper: one memory at several addresses, books, windows. */
#define _GNU_SOURCE
#include "tests/host/paper/machine.h"

#include "baton/control.h"
#include "relocate/trampoline/home.h"
#include "tests/host/paper/exits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#define FORBID(at, n) ASAN_POISON_MEMORY_REGION(at, n)
#define ALLOW(at, n) ASAN_UNPOISON_MEMORY_REGION(at, n)
#else
#define FORBID(at, n) ((void)(at), (void)(n))
#define ALLOW(at, n) ((void)(at), (void)(n))
#endif

#define FENCE 64u            /* forbidden bytes on both sides of what a window shows */
#define RESIDENT_MOST 65536u /* pages that may exist before RAM is emptied */
#define NO_PAGE UINT64_MAX

/* The views of the one memory. */
enum { VIEW_TESTS = BATON_WINDOWS, VIEWS };

static uint8_t *view[VIEWS]; /* each: a fence page, 4 GiB, a fence page */
static uint8_t *before;      /* RAM as it was remembered, for pages that had been touched */
static int ram_file = -1;
static uint64_t shown[BATON_WINDOWS]; /* the page that each window shows, NO_PAGE: none */

static uint32_t generation;                /* of the machine; marks in the arrays below */
static uint32_t touched_in[MACHINE_PAGES]; /* the machine in which the page was last touched */
static uint32_t before_in[MACHINE_PAGES];  /* the same for its copy in `before` */
static uint32_t epoch;                     /* counts machines and machine_remember() calls */
static uint32_t lent_in[MACHINE_PAGES];    /* the epoch in which the page was last lent */
static uint32_t touched[MACHINE_PAGES];    /* the pages touched in this machine */
static uint32_t touched_count, resident;
static uint64_t lowest, end_of_ram; /* pages: all of RAM lies in [lowest, end_of_ram) */
static uint64_t free_bits[MACHINE_PAGES / 64];
static uint64_t some_free[MACHINE_PAGES / 64 / 64]; /* which words of free_bits are not zero */
static uint64_t lent_bits[MACHINE_PAGES / 64];
static uint64_t file_bits[MACHINE_PAGES / 64];
static uint8_t scratch[2 * BATON_PAGE_SIZE] __attribute__((aligned(4096)));

static bool bit(const uint64_t *bits, uint64_t page)
{
    return bits[page / 64] >> page % 64 & 1;
}

static void set(uint64_t *bits, uint64_t page, bool on)
{
    uint64_t mask = 1ull << page % 64;

    bits[page / 64] = on ? bits[page / 64] | mask : bits[page / 64] & ~mask;
}

static void set_free(uint64_t page, bool on)
{
    set(free_bits, page, on);
    set(some_free, page / 64, free_bits[page / 64] != 0);
}

static void die(const char *what)
{
    perror(what);
    abort();
}

/* ---- RAM ------------------------------------------------------------------------------------- */

static void ram_open(void)
{
    ram_file = memfd_create("ram", 0);
    if (ram_file < 0 || ftruncate(ram_file, (off_t)MACHINE_END))
        die("the machine's RAM");
    for (unsigned i = 0; i < VIEWS; i++) {
        uint8_t *at = mmap(NULL, MACHINE_END + 2 * BATON_PAGE_SIZE, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (at == MAP_FAILED)
            die("a view of RAM");
        view[i] = at + BATON_PAGE_SIZE;
        if (mmap(view[i], MACHINE_END, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_FIXED | MAP_NORESERVE, ram_file, 0) == MAP_FAILED)
            die("a view of RAM");
    }
    before = mmap(NULL, MACHINE_END, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (before == MAP_FAILED)
        die("the remembered RAM");
}

/* Gives all of RAM's pages back to the system. */
static void ram_empty(void)
{
    if (ftruncate(ram_file, 0) || ftruncate(ram_file, (off_t)MACHINE_END) ||
        madvise(before, MACHINE_END, MADV_DONTNEED))
        die("emptying RAM");
    resident = 0;
}

/* What is in a page that nobody wrote: no two words of RAM are alike. */
static void fill_untouched(uint8_t *at, uint64_t page)
{
    uint64_t *word = (uint64_t *)(void *)at;
    uint64_t x = (page << 9 | (uint64_t)generation << 40) * 0x9e3779b97f4a7c15ull;

    for (unsigned i = 0; i < BATON_PAGE_SIZE / 8; i++)
        word[i] = x += 0x9e3779b97f4a7c15ull;
}

static void touch(uint64_t page)
{
    if (touched_in[page] == generation)
        return;
    touched_in[page] = generation;
    touched[touched_count++] = (uint32_t)page;
    resident++;
    fill_untouched(view[VIEW_TESTS] + page * BATON_PAGE_SIZE, page);
}

uint8_t *machine_at(uint64_t pa)
{
    if (pa >= MACHINE_END)
        die("a test looks beyond 4 GiB");
    touch(pa >> BATON_PAGE_SHIFT);
    return view[VIEW_TESTS] + pa;
}

uint32_t machine_word(uint64_t pa)
{
    uint32_t word;

    memcpy(&word, machine_at(pa), sizeof(word));
    return word;
}

static uint64_t piece(uint64_t pa, uint64_t n)
{
    uint64_t left = BATON_PAGE_SIZE - (pa & BATON_PAGE_MASK);

    return n < left ? n : left;
}

void machine_write(uint64_t pa, const void *from, uint64_t n)
{
    const uint8_t *at = from;

    for (uint64_t k; n; pa += k, at += k, n -= k)
        memcpy(machine_at(pa), at, k = piece(pa, n));
}

void machine_read(uint64_t pa, void *to, uint64_t n)
{
    uint8_t *at = to;

    for (uint64_t k; n; pa += k, at += k, n -= k)
        memcpy(at, machine_at(pa), k = piece(pa, n));
}

void machine_remember(void)
{
    for (uint32_t i = 0; i < touched_count; i++) {
        uint64_t at = (uint64_t)touched[i] * BATON_PAGE_SIZE;

        memcpy(before + at, view[VIEW_TESTS] + at, BATON_PAGE_SIZE);
        before_in[touched[i]] = generation;
    }
    epoch++;
}

const uint8_t *machine_before(uint64_t pa)
{
    uint64_t page = pa >> BATON_PAGE_SHIFT;

    if (before_in[page] != generation) { /* nobody had touched it */
        before_in[page] = generation;
        resident++;
        fill_untouched(before + page * BATON_PAGE_SIZE, page);
    }
    return before + pa;
}

bool machine_is_touched(uint64_t pa)
{
    return touched_in[pa >> BATON_PAGE_SHIFT] == generation;
}

void machine_touched(void (*visit)(void *ctx, uint64_t page), void *ctx)
{
    for (uint32_t i = 0; i < touched_count; i++)
        visit(ctx, (uint64_t)touched[i] << BATON_PAGE_SHIFT);
}

/* ---- windows --------------------------------------------------------------------------------- */

static void hide(unsigned window)
{
    if (shown[window] != NO_PAGE)
        FORBID(view[window] + shown[window], BATON_PAGE_SIZE);
    shown[window] = NO_PAGE;
}

static void *window_map(void *ctx, enum baton_window window, uint64_t pa)
{
    struct machine *m = ctx;
    uint64_t page = pa >> BATON_PAGE_SHIFT;
    bool allowed = pa < MACHINE_END && (bit(lent_bits, page) || bit(file_bits, page));

    if ((unsigned)window >= BATON_WINDOWS) {
        machine_violation(m, "map: no such window", window);
        return scratch;
    }
    m->maps++;
    hide(window);
    if (!allowed) {
        m->strays++;
        if (!m->lenient)
            machine_violation(m, "map: neither lent nor a file's page", pa);
        memset(scratch, 0xa5, sizeof(scratch));
        return scratch + (pa & BATON_PAGE_MASK);
    }
    touch(page);
    shown[window] = page << BATON_PAGE_SHIFT;
    uint8_t *at = view[window] + pa;
    uint8_t *end = view[window] + shown[window] + BATON_PAGE_SIZE;
    if (pa >= FENCE)
        FORBID(at - FENCE, FENCE);
    ALLOW(at, (size_t)(end - at));
    if (shown[window] + BATON_PAGE_SIZE < MACHINE_END)
        FORBID(end, FENCE);
    return at;
}

/* ---- books ----------------------------------------------------------------------------------- */

void machine_violation(struct machine *m, const char *what, uint64_t pa)
{
    if (!m->violation[0])
        snprintf(m->violation, sizeof(m->violation), "%s (0x%llx)", what, (unsigned long long)pa);
}

/* The highest free page in [start, end); NO_PAGE: none. */
static uint64_t highest_free(uint64_t start, uint64_t end)
{
    while (end > start) {
        uint64_t page = end - 1;

        if (!some_free[page / 4096])
            end = page / 4096 * 4096;
        else if (!free_bits[page / 64])
            end = page / 64 * 64;
        else if (!bit(free_bits, page))
            end--;
        else
            return page;
    }
    return NO_PAGE;
}

/* The lowest free page in [start, end). */
static uint64_t lowest_free(uint64_t start, uint64_t end)
{
    while (start < end) {
        if (!some_free[start / 4096])
            start = (start / 4096 + 1) * 4096;
        else if (!free_bits[start / 64])
            start = (start / 64 + 1) * 64;
        else if (!bit(free_bits, start))
            start++;
        else
            return start;
    }
    return NO_PAGE;
}

static uint64_t choose(struct machine *m, uint64_t end)
{
    if (end > end_of_ram)
        end = end_of_ram;
    if (m->order == LEND_LOWEST)
        return lowest_free(lowest, end);
    uint64_t high = highest_free(lowest, end);
    if (m->order == LEND_HIGHEST || high == NO_PAGE)
        return high;
    return lowest_free(lowest + dice_roll(&m->dice, high + 1 - lowest), end);
}

static int alloc_page(void *ctx, uint64_t below, uint64_t *pa)
{
    struct machine *m = ctx;
    uint64_t end = (below < MACHINE_END ? below : MACHINE_END) >> BATON_PAGE_SHIFT;
    uint64_t page;

    if (below & BATON_PAGE_MASK)
        machine_violation(m, "alloc_page: the limit is no multiple of 4096", below);
    m->asked++;
    if (m->asked == m->fail_at || (page = choose(m, end)) == NO_PAGE)
        return -1;
    set_free(page, false);
    set(lent_bits, page, true);
    lent_in[page] = epoch;
    m->free--;
    if (++m->lent > m->lent_most)
        m->lent_most = m->lent;
    *pa = page << BATON_PAGE_SHIFT;
    return 0;
}

static void free_page(void *ctx, uint64_t pa)
{
    struct machine *m = ctx;
    uint64_t page = pa >> BATON_PAGE_SHIFT;

    if (pa & BATON_PAGE_MASK || pa >= MACHINE_END || !bit(lent_bits, page)) {
        machine_violation(m, "free_page: not lent", pa);
        return;
    }
    for (unsigned i = 0; i < BATON_WINDOWS; i++)
        if (shown[i] == pa)
            hide(i);
    touch(page);
    memset(view[VIEW_TESTS] + pa, 0xdd, BATON_PAGE_SIZE); /* the host may write there again */
    set(lent_bits, page, false);
    set_free(page, true);
    m->lent--;
    m->free++;
}

bool machine_is_lent(uint64_t pa)
{
    return pa < MACHINE_END && bit(lent_bits, pa >> BATON_PAGE_SHIFT);
}

bool machine_is_free(uint64_t pa)
{
    return pa < MACHINE_END && bit(free_bits, pa >> BATON_PAGE_SHIFT);
}

bool machine_was_lent(uint64_t pa)
{
    return lent_in[pa >> BATON_PAGE_SHIFT] == epoch;
}

/* ---- a machine ------------------------------------------------------------------------------- */

void machine_start(struct machine *m, uint32_t trampoline_va, uint64_t trampoline_pa)
{
    if (ram_file < 0)
        ram_open();
    if (resident > RESIDENT_MOST)
        ram_empty();
    for (unsigned i = 0; i < BATON_WINDOWS; i++)
        hide(i);
    generation++;
    epoch++;
    touched_count = 0;
    lowest = MACHINE_PAGES;
    end_of_ram = 0;
    memset(free_bits, 0, sizeof(free_bits));
    memset(some_free, 0, sizeof(some_free));
    memset(lent_bits, 0, sizeof(lent_bits));
    memset(file_bits, 0, sizeof(file_bits));

    exits_trampoline_home = trampoline_va;
    m->host = (struct baton_host){
        .size = sizeof(m->host),
        .ctx = m,
        .alloc_page = alloc_page,
        .free_page = free_page,
        .map = window_map,
        .memory = m->memory,
        .keep = m->keep,
        .trampoline_pa = trampoline_pa,
    };
    m->order = LEND_HIGHEST;
    m->dice = (struct dice){1};
    m->fail_at = m->asked = m->free = m->lent = m->lent_most = m->maps = m->strays = 0;
    m->lenient = false;
    m->violation[0] = '\0';
}

void machine_memory(struct machine *m, uint64_t start, uint64_t end, uint32_t type)
{
    m->memory[m->host.memory_count++] = (struct baton_memory){start, end, type};
}

void machine_ready(struct machine *m)
{
    uint64_t trampoline = baton_page_down(m->host.trampoline_pa);

    for (uint32_t i = 0; i < m->host.memory_count; i++) {
        const struct baton_memory *r = &m->memory[i];
        uint64_t end = r->end < MACHINE_END ? r->end : MACHINE_END;

        if (r->type != BATON_MEM_USABLE || r->start >= end)
            continue;
        end = baton_page_down(end) >> BATON_PAGE_SHIFT;
        uint64_t page = baton_page_up(r->start) >> BATON_PAGE_SHIFT;
        if (page < lowest)
            lowest = page;
        if (end > end_of_ram)
            end_of_ram = end;
        while (page < end) {
            if (page % 64 == 0 && end - page >= 64) {
                m->free += 64 - (uint64_t)__builtin_popcountll(free_bits[page / 64]);
                free_bits[page / 64] = UINT64_MAX;
                set(some_free, page / 64, true);
                page += 64;
                continue;
            }
            m->free += !bit(free_bits, page);
            set_free(page++, true);
        }
    }
    machine_take(m, 0, BATON_PAGE_SIZE);
    machine_take(m, trampoline, trampoline + BATON_PAGE_SIZE);
    set(file_bits, trampoline >> BATON_PAGE_SHIFT, true);
    machine_write(trampoline, trampoline_code, CONTROL_PARAMS);
}

void machine_take(struct machine *m, uint64_t start, uint64_t end)
{
    for (uint64_t pa = baton_page_down(start); pa < end && pa < MACHINE_END;
         pa += BATON_PAGE_SIZE) {
        uint64_t page = pa >> BATON_PAGE_SHIFT;

        if (bit(free_bits, page))
            m->free--;
        set_free(page, false);
    }
}

void machine_keep(struct machine *m, uint64_t start, uint64_t end)
{
    m->keep[m->host.keep_count++] = (struct baton_range){start, end};
    machine_take(m, start, end);
}

struct baton_file machine_file(struct machine *m, uint64_t pa, uint64_t size)
{
    machine_take(m, pa, pa + size);
    for (uint64_t at = baton_page_down(pa); at < pa + size; at += BATON_PAGE_SIZE)
        set(file_bits, at >> BATON_PAGE_SHIFT, true);
    return (struct baton_file){pa, size};
}

void machine_forget_files(struct machine *m)
{
    memset(file_bits, 0, sizeof(file_bits));
    set(file_bits, m->host.trampoline_pa >> BATON_PAGE_SHIFT, true);
}
