/* The list's loops: pages copied and zeroed, in order and in any order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "baton/control.h"
#include "baton/list.h"
#include "native.h"

#define PAGES 8192u /* 32 MiB: more than caches hold */

extern char baton_trampoline_page[], list_exit[];
void list_run(void *page);

static uint8_t *from, *to;
static uint32_t *list, order[PAGES];

static void *room(size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED) {
        perror("native: mmap");
        exit(1);
    }
    memset(at, 1, bytes);
    return at;
}

static void in_order(void)
{
    for (uint32_t i = 0; i < PAGES; i++)
        order[i] = i;
}

/* Each page to any place. */
static void in_any_order(void)
{
    in_order();
    for (uint32_t i = PAGES; i-- > 1;) {
        uint32_t other = dice() % (i + 1), was = order[i];

        order[i] = order[other];
        order[other] = was;
    }
}

static void list_write(bool zero)
{
    uint32_t *word = list;

    for (uint32_t i = 0; i < PAGES; i++) {
        if (!i || order[i] != order[i - 1] + 1)
            *word++ = ((uint32_t)to + order[i] * PAGE) | LIST_DESTINATION;
        *word++ = zero ? LIST_ZERO : ((uint32_t)from + i * PAGE) | LIST_SOURCE;
    }
    *word = LIST_DONE;
}

/* The page's parameters, and an exit that leads to list_exit. */
static void page_prepare(void)
{
    uint8_t *page = (uint8_t *)baton_trampoline_page;
    static const uint8_t jump[] = {0xb8}, register_jump[] = {0xff, 0xe0}; /* mov eax; jmp *eax */
    uint32_t first = (uint32_t)list | LIST_INDIRECTION, target = (uint32_t)list_exit;

    memset(page + CONTROL_PARAMS, 0, PARAM_SIZE);
    memcpy(page + CONTROL_PARAMS + PARAM_LIST, &first, 4);
    memcpy(page + CONTROL_EXIT, jump, 1);
    memcpy(page + CONTROL_EXIT + 1, &target, 4);
    memcpy(page + CONTROL_EXIT + 5, register_jump, 2);
}

static void run_list(uint32_t machine)
{
    memcpy(baton_trampoline_page + CONTROL_PARAMS + PARAM_MACHINE, &machine, 4);
    list_run(baton_trampoline_page);
}

static void by_list(void)
{
    run_list(0);
}

static void by_sse_list(void)
{
    run_list(MACHINE_HAS_SSE);
}

#define EACH_PAGE(name, copy)                                                                      \
    static void name(void)                                                                         \
    {                                                                                              \
        for (uint32_t i = 0; i < PAGES; i++)                                                       \
            copy(to + order[i] * PAGE, from + i * PAGE);                                           \
    }

static void page_memcpy(uint8_t *t, const uint8_t *f)
{
    memcpy(t, f, PAGE);
}

static void page_bytes(uint8_t *t, const uint8_t *f)
{
    uint32_t count = PAGE;

    __asm__ volatile("rep movsb" : "+D"(t), "+S"(f), "+c"(count) : : "memory");
}

/* As Linux's i386 relocate_kernel does: through a page for what is swapped, three copies. */
static void page_swap(uint8_t *t, const uint8_t *f)
{
    static uint8_t third[PAGE] __attribute__((aligned(4096)));
    const void *source[] = {t, f, third};
    void *target[] = {third, t, (void *)f};

    for (unsigned i = 0; i < 3; i++) {
        uint32_t count = PAGE / 4;

        __asm__ volatile("rep movsl" : "+D"(target[i]), "+S"(source[i]), "+c"(count) : : "memory");
    }
}

static void page_memset(uint8_t *t, const uint8_t *f)
{
    (void)f;
    memset(t, 0, PAGE);
}

EACH_PAGE(by_memcpy, page_memcpy)
EACH_PAGE(by_bytes, page_bytes)
EACH_PAGE(by_swap, page_swap)
EACH_PAGE(by_memset, page_memset)

/* Does the list do what it says? */
static void prove(bool zero, void (*run)(void))
{
    for (uint32_t i = 0; i < PAGES * PAGE; i++)
        from[i] = (uint8_t)dice();
    run();
    for (uint32_t i = 0; i < PAGES; i++)
        for (uint32_t k = 0; k < PAGE; k++)
            if (to[order[i] * PAGE + k] != (zero ? 0 : from[i * PAGE + k])) {
                fprintf(stderr, "native: the list has not copied page %u\n", i);
                exit(1);
            }
}

void copy_figures(void)
{
    bool sse = __builtin_cpu_supports("sse");
    const struct way copies[] = {{"memcpy", by_memcpy, false},
                                 {"Baton's list", by_list, false},
                                 {"Baton's list with SSE", by_sse_list, !sse},
                                 {"rep movsb", by_bytes, false},
                                 {"three copies, as Linux", by_swap, false}};
    const struct way zeros[] = {{"memset", by_memset, false},
                                {"Baton's list", by_list, false},
                                {"Baton's list with SSE", by_sse_list, !sse}};

    from = room(PAGES * PAGE);
    to = room(PAGES * PAGE);
    list = room(3 * PAGES * sizeof(*list));
    page_prepare();
    for (unsigned any = 0; any < 2; any++) {
        if (any)
            in_any_order();
        else
            in_order();
        list_write(false);
        prove(false, by_list);
        if (sse)
            prove(false, by_sse_list);
        compare(any ? "copy in any order" : "copy in order", copies, 5, PAGES * PAGE);
        list_write(true);
        prove(true, by_list);
        if (sse)
            prove(true, by_sse_list);
        compare(any ? "zeros in any order" : "zeros in order", zeros, 3, PAGES * PAGE);
    }
}
