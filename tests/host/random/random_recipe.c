/* The dice that make recipes. */
#include "tests/host/random/random_recipe.h"

#include <string.h>

#define PAGE ((uint64_t)BATON_PAGE_SIZE)
#define LOW 0x100000ull

/* Where the payload and its destinations lie: [start, end), RAM but for holes. */
struct arena {
    uint64_t start, end;
};

static uint64_t pages_in(const struct arena *a)
{
    return (a->end - a->start) / PAGE;
}

static uint64_t some_page(struct dice *d, const struct arena *a)
{
    return a->start + dice_roll(d, pages_in(a)) * PAGE;
}

static struct arena random_arena(struct dice *d)
{
    static const uint64_t starts[] = {0x200000, 0x1000000, 0x7fff8000, 0x90000000, 0xbfff8000};
    uint64_t pages = 8 + dice_roll(d, dice_once(d, 4) ? 160 : 40);
    struct arena a;

    if (dice_once(d, 400)) /* now and then a list of several pages */
        pages = 3000;
    a.start = starts[dice_roll(d, sizeof(starts) / sizeof(*starts))];
    if (dice_once(d, 8))
        a.start = MACHINE_END - pages * PAGE;
    a.end = a.start + pages * PAGE;
    return a;
}

static void random_memory(struct dice *d, const struct arena *a, struct recipe *r)
{
    uint64_t low = dice_once(d, 6) ? dice_roll(d, 12) : 32 + dice_roll(d, 32);
    unsigned n = 0;

    if (low)
        r->memory[n++] = (struct baton_memory){LOW, LOW + low * PAGE, BATON_MEM_USABLE};
    if (dice_once(d, 4) && pages_in(a) > 8) { /* a hole of reserved memory, or of none */
        uint64_t start = some_page(d, a) + (dice_once(d, 3) ? dice_roll(d, PAGE) : 0);
        uint64_t end = start + 1 + dice_roll(d, 3 * PAGE);

        if (end < a->end) {
            if (start > a->start)
                r->memory[n++] = (struct baton_memory){a->start, start, BATON_MEM_USABLE};
            if (dice_once(d, 2))
                r->memory[n++] = (struct baton_memory){start, end, 2 + (uint32_t)dice_roll(d, 12)};
            r->memory[n++] = (struct baton_memory){end, a->end, BATON_MEM_USABLE};
        }
    }
    if (!n || r->memory[n - 1].end != a->end) {
        uint64_t start = a->start;

        if (dice_once(d, 8)) { /* two entries of one kind, touching */
            r->memory[n++] = (struct baton_memory){start, start + 5 * PAGE, BATON_MEM_USABLE};
            start += 5 * PAGE;
        }
        r->memory[n++] = (struct baton_memory){start, a->end, BATON_MEM_USABLE};
    }
    if (dice_once(d, 4))
        r->memory[n++] = (struct baton_memory){MACHINE_END, 2 * MACHINE_END, BATON_MEM_USABLE};
    for (unsigned i = 0; i < 2 && dice_once(d, 4); i++) {
        uint64_t start = some_page(d, a);

        r->keep[i] = (struct baton_range){start, start + (1 + dice_roll(d, 2)) * PAGE};
    }
}

static void random_trampoline(struct dice *d, const struct arena *a, struct recipe *r)
{
    r->trampoline_va = 0xc0105000;
    r->trampoline_pa = 0x8000; /* RAM of the host's own, in no map */
    if (dice_once(d, 4))
        r->trampoline_va = (uint32_t)dice_bits(d) & ~0xfffu;
    if (dice_once(d, 8)) /* where a control page would like to be */
        r->trampoline_va = (uint32_t)some_page(d, a);
    if (dice_once(d, 4))
        r->trampoline_pa = some_page(d, a);
    r->pae = dice_once(d, 2);
    r->order = (enum machine_order)dice_roll(d, LEND_ORDERS);
    r->seed = dice_bits(d);
}

/* Adds [start, end) to the files, as whole pages. */
static void add_file(struct recipe *r, uint64_t start, uint64_t end)
{
    for (unsigned i = 0; i < RECIPE_RANGES; i++)
        if (!r->file[i].end) {
            r->file[i] = (struct baton_range){start, end};
            return;
        }
}

static bool hits_segment(const struct recipe *r, unsigned n, uint64_t start, uint64_t end)
{
    for (unsigned i = 0; i < n; i++)
        if (start < r->segment[i].prefer + r->segment[i].mem_size && r->segment[i].prefer < end)
            return true;
    return false;
}

/* Segments that say where they must go: anywhere in the arena, from one or two files. */
static void random_fixed(struct dice *d, const struct arena *a, struct recipe *r)
{
    uint64_t file = some_page(d, a);
    uint64_t size = 1 + dice_roll(d, a->end - file);
    unsigned n = 0, wanted = 1 + (unsigned)dice_roll(d, 10);

    add_file(r, file, file + size);
    for (unsigned tries = 0; tries < 40 && n < wanted; tries++) {
        struct recipe_segment *s = &r->segment[n];
        uint64_t at = dice_roll(d, size);
        uint64_t most = size - at < 12 * PAGE && !dice_once(d, 8) ? size - at : 12 * PAGE;

        if (most > size - at)
            most = size - at;
        *s = (struct recipe_segment){.flags = BATON_SEG_FIXED};
        s->file_size = dice_once(d, 8) ? 0 : 1 + dice_roll(d, most);
        s->source = file + at;
        if (!dice_once(d, 3)) { /* whole pages, mostly */
            s->source = baton_page_down(s->source);
            s->file_size = baton_page_up(s->file_size);
            if (s->source + s->file_size > baton_page_down(file + size))
                continue;
        }
        s->mem_size = s->file_size + (dice_once(d, 2) ? dice_roll(d, 3 * PAGE) : 0);
        s->prefer = some_page(d, a) + s->source % PAGE;
        if (dice_once(d, 6))
            s->prefer = some_page(d, a) + dice_roll(d, PAGE); /* not congruent */
        if (n && dice_once(d, 3)) /* right behind another, in its last page perhaps */
            s->prefer = r->segment[n - 1].prefer + r->segment[n - 1].mem_size;
        if (dice_once(d, 8))
            s->prefer = s->source; /* it is there already */
        if (!s->mem_size || (s->prefer + s->mem_size > a->end && !dice_once(d, 64)) ||
            hits_segment(r, n, s->prefer, s->prefer + s->mem_size))
            continue;
        n++;
    }
    r->segment[n] = (struct recipe_segment){0};
}

/* One file cut into blocks of pages that change places, one or another with a shift. */
static void random_shuffle(struct dice *d, const struct arena *a, struct recipe *r)
{
    unsigned blocks = 2 + (unsigned)dice_roll(d, 10);
    uint64_t cut[16], order[16], shift = dice_once(d, 2) ? dice_roll(d, 4) * PAGE : 0;
    uint64_t pages = pages_in(a) - 4, to = a->start + shift;

    for (unsigned i = 0; i < blocks; i++) {
        cut[i] = dice_roll(d, pages + 1);
        order[i] = i;
    }
    for (unsigned i = 0; i < blocks; i++) /* sorted */
        for (unsigned k = i; k > 0 && cut[k - 1] > cut[k]; k--) {
            uint64_t swap = cut[k];
            cut[k] = cut[k - 1];
            cut[k - 1] = swap;
        }
    for (unsigned i = blocks; i-- > 1;) {
        unsigned k = (unsigned)dice_roll(d, i + 1);
        uint64_t swap = order[i];
        order[i] = order[k];
        order[k] = swap;
    }
    add_file(r, a->start, a->start + pages * PAGE);
    unsigned n = 0;
    for (unsigned i = 0; i < blocks; i++) {
        uint64_t from = order[i] ? cut[order[i] - 1] : 0, end = cut[order[i]];

        if (from == end)
            continue;
        r->segment[n] = (struct recipe_segment){.flags = BATON_SEG_FIXED,
                                                .source = a->start + from * PAGE,
                                                .file_size = (end - from) * PAGE,
                                                .mem_size = (end - from) * PAGE,
                                                .prefer = to};
        to += r->segment[n++].mem_size;
    }
}

static bool hits_file(const struct recipe *r, uint64_t start, uint64_t end)
{
    for (unsigned i = 0; i < RECIPE_RANGES && r->file[i].end; i++)
        if (start < r->file[i].end && r->file[i].start < end)
            return true;
    return false;
}

/* More initrds behind the first: anywhere, or in the next page, as boot loaders put modules, or where
 * they are to be already. */
static void random_followers(struct dice *d, const struct arena *a, struct recipe *r)
{
    unsigned wanted = 1 + (unsigned)dice_roll(d, dice_once(d, 4) ? 6 : 2);

    for (unsigned n = 2; n < 2 + wanted; n++) {
        struct recipe_segment *before = &r->segment[n - 1], *s = &r->segment[n];
        uint64_t end = before->source + before->file_size, at = some_page(d, a), size;

        if (dice_once(d, 2))
            at = baton_page_up(end);
        else if (dice_once(d, 2))
            at = (end + 3) & ~3ull;
        else if (dice_once(d, 4))
            at += dice_roll(d, PAGE);
        size = 1 + dice_roll(d, dice_once(d, 3) ? 8 * PAGE : PAGE);
        if (dice_once(d, 4))
            size = baton_page_up(size);
        if (at + size > a->end || hits_file(r, at, at + size))
            return;
        before->mem_size = (before->file_size + 3) & ~3ull;
        *s = (struct recipe_segment){.flags = BATON_SEG_FOLLOWS,
                                     .source = at,
                                     .file_size = size,
                                     .mem_size = size,
                                     .prefer = UINT64_MAX,
                                     .min = LOW,
                                     .max = r->segment[1].max};
        add_file(r, at, at + size);
    }
}

/* A kernel that would like to be somewhere, an initrd that need not move. */
static void random_kernel(struct dice *d, const struct arena *a, struct recipe *r)
{
    struct recipe_segment *kernel = &r->segment[0], *initrd = &r->segment[1];
    uint64_t kernel_at = some_page(d, a) + (dice_once(d, 2) ? dice_roll(d, 8) * 512 : 0);
    uint64_t initrd_at = some_page(d, a) + (dice_once(d, 4) ? dice_roll(d, PAGE) : 0);

    kernel->source = kernel_at;
    kernel->file_size = 1 + dice_roll(d, pages_in(a) / 3 * PAGE);
    if (kernel->file_size > a->end - kernel_at)
        kernel->file_size = a->end - kernel_at;
    kernel->mem_size = kernel->file_size;
    kernel->window = kernel->file_size + dice_roll(d, pages_in(a) / 4 * PAGE);
    kernel->align = PAGE << (dice_once(d, 2) ? dice_roll(d, 5) : 0);
    kernel->prefer = some_page(d, a) & ~(kernel->align - 1);
    kernel->flags = BATON_SEG_SKEW | BATON_SEG_INPLACE;
    kernel->min = LOW;
    kernel->room = dice_once(d, 3) ? kernel->window : 0;
    if (kernel->room && dice_once(d, 3)) /* neither need be the larger one */
        kernel->room += dice_roll(d, 6 * PAGE);
    if (dice_once(d, 4)) {
        kernel->room = 0;
        kernel->flags = BATON_SEG_FIXED;
        kernel->align = PAGE;
    } else if (dice_once(d, 3)) { /* it has to keep to a region, as a capture kernel does */
        kernel->min = some_page(d, a);
        kernel->max = kernel->min + (1 + dice_roll(d, pages_in(a))) * PAGE;
    }
    add_file(r, kernel_at, kernel_at + kernel->file_size);
    initrd->flags = BATON_SEG_SKEW;
    initrd->prefer = UINT64_MAX;
    initrd->source = initrd_at;
    initrd->file_size = 1 + dice_roll(d, pages_in(a) / 3 * PAGE);
    if (initrd->file_size > a->end - initrd_at)
        initrd->file_size = a->end - initrd_at;
    initrd->mem_size = initrd->file_size;
    initrd->min = LOW;
    if (dice_once(d, 4))
        initrd->max = some_page(d, a) + 1;
    if (initrd_at < kernel_at + kernel->file_size && kernel_at < initrd_at + initrd->file_size)
        *initrd = (struct recipe_segment){0}; /* files of the host's do not overlap */
    else
        add_file(r, initrd_at, initrd_at + initrd->file_size);
    if (initrd->mem_size && dice_once(d, 2))
        random_followers(d, a, r);
    r->place = (enum baton_policy)dice_roll(d, BATON_PLACE_NONE + 1);
}

/* The host's own pages and its live tables lie in no payload's file. */
static void clear_files(struct recipe *r)
{
    for (unsigned i = 0; i < RECIPE_RANGES && r->file[i].end; i++) {
        uint64_t start = baton_page_down(r->file[i].start), end = r->file[i].end;

        if (r->trampoline_pa + PAGE > start && r->trampoline_pa < end)
            r->trampoline_pa = 0x8000;
        for (unsigned k = 0; k < 2 && r->keep[k].end;)
            if (r->keep[k].end > start && r->keep[k].start < end)
                memmove(&r->keep[k], &r->keep[k + 1], (3 - k) * sizeof(r->keep[0]));
            else
                k++;
    }
}

void random_recipe(struct dice *d, struct recipe *r)
{
    struct arena arena = random_arena(d);

    memset(r, 0, sizeof(*r));
    random_memory(d, &arena, r);
    random_trampoline(d, &arena, r);
    switch (dice_roll(d, 3)) {
    case 0:
        random_fixed(d, &arena, r);
        break;
    case 1:
        random_shuffle(d, &arena, r);
        break;
    default:
        random_kernel(d, &arena, r);
    }
    clear_files(r);
    r->made = (uint32_t)dice_roll(d, 4);
    if (dice_once(d, 3))
        r->area = 1 + (uint32_t)dice_roll(d, 8 * PAGE);
    r->digest = pages_in(&arena) < 50 && dice_once(d, 4);
    for (unsigned i = 0; r->digest && i < recipe_segments(r); i++)
        if (dice_once(d, 8))
            r->segment[i].flags |= BATON_SEG_LIVE;
}
